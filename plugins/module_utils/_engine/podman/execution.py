# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out what was decided of servers on podman, all of them at once. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Action
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.damage import Pods
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.decision import Decision
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.lifecycle import Lifecycle
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.removal_guard import RemovalGuard


@dataclass(frozen=True)
class Execution:
    """What one run does: a ``decision``.

    ``pods`` is what is to run, ``found`` what there is, both by server. Of the damaged servers, ``unreachable``
    are those that run and only do not answer.
    """

    lifecycle: Lifecycle
    guard: RemovalGuard
    pods: Pods
    found: t.Mapping[str, Found]
    decision: Decision
    unreachable: t.Collection[str]
    request: Request
    _only_there: dict[str, str] = field(default_factory=dict, init=False)

    @property
    def _asked(self) -> list[str]:
        """Those whose volume goes only when nothing is lost with it."""
        return [] if self.request.delete_storage else sorted(self.decision.losing & set(self.found))

    def check(self) -> None:
        """Raise SimulatorError when a volume is to go that has what Windows has not."""
        self.guard.check([self.found[server] for server in self._asked])

    def carry_out(self) -> dict[str, str]:
        """Do what is to be done; return, by server, what only a volume has that stays without its pod."""
        actions = self.decision.actions
        # Removals first: a server that comes may take the port of one that goes.
        for_each([action for action in actions if not action.needs_start], self._end)
        for_each([action for action in actions if action.needs_start], self._begin)
        return self._only_there

    def _end(self, action: Action) -> None:
        """Stop a server, and remove it where that is desired."""
        server = action.server
        if server in self.found:
            self.lifecycle.stop(server, self.found[server])
        if action.verb not in ("replace", "remove"):
            return
        if server in self._asked:
            self.guard.check_carried(self.found[server])
        elif action.verb == "remove" and server not in self.decision.losing:
            self._only_there[server] = self.guard.only_there(self.found[server])
        self.lifecycle.remove(server, keep_storage=server not in self.decision.losing)

    def _begin(self, action: Action) -> None:
        """Make a server answer; one that is replaced or restarted ends first."""
        server, pod = action.server, self.pods[action.server]
        if action.verb in ("restart", "replace"):
            self._end(action)
        if action.verb == "repair":
            if server in self.unreachable and self.lifecycle.reconnect(*pod, self.found[server]):
                return
            self._take_down(server)
        if action.verb in ("create", "replace", "repair"):
            self.lifecycle.create(*pod)
        before = self.lifecycle.agent_started(pod[0])
        self.lifecycle.clear_ports(*pod)
        self.lifecycle.start_or_repair(server, *pod)
        if self.request.wait:
            self.lifecycle.wait(*pod, self.request)
            self.lifecycle.wait_for_agent(pod[0], before, self.request.timeout)

    def _take_down(self, server: str) -> None:
        """Remove a damaged pod; its volume stays."""
        if not self.found[server].current.stopped:
            self.lifecycle.stop(server, self.found[server])
        self.lifecycle.remove(server, keep_storage=True)
