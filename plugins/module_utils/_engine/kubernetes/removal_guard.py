# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends no pod that has what Windows has not. Private to file_simulator.nas. Talks to the agents in their pods."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import agent, state
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.moves import recorded_directory
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.waiting import Watcher
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import Directory, what_to_do
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import require_marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives

# What no marker says: whatever the agent has, it is another directory.
_NONE = "(no such directory)"


class RemovalGuard:
    """Asks the agents of the servers of ``found``, which carry to Windows, what only their storage has."""

    def __init__(
        self,
        cluster: Cluster,
        watcher: Watcher,
        topology: Topology,
        drives: Drives,
        found: t.Mapping[str, t.Sequence[Object]],
    ) -> None:
        self._cluster = cluster
        self._watcher = watcher
        self._topology = topology
        self._drives = drives
        self._found = found

    def check(
        self,
        actions: t.Sequence[_plan.Action],
        desired: t.Mapping[str, t.Mapping[str, t.Any]],
        current: t.Mapping[str, _plan.Current],
        *,
        check_mode: bool,
    ) -> None:
        """Raise SimulatorError when a pod would end whose storage goes with it and has anything that Windows lacks.

        In check mode, what merely waits is no reason: its agent carries it until then.
        """
        losing = [
            action.server
            for action in actions
            if _ends_pod(action, current, desired) and not state.claim_of(current[action.server].description)
        ]
        anew = [name for name in losing if name in desired and _made_anew(current[name], desired[name])]
        if check_mode:
            losing = [name for name in losing if name not in anew]  # what they can bring there is not known yet
        else:
            self._bind_anew(anew)
        for server, reason in sorted(self.only_there(losing, current, at_once=check_mode).items()):
            raise SimulatorError(
                f"server {server}: {reason}, and its storage would go with its pod, so nothing was done; "
                + what_to_do(server)
            )

    def _bind_anew(self, servers: t.Sequence[str]) -> None:
        """Let agents see the directory that was made anew in place of the one that they have.

        Only they can bring there what their pods' storage has, and it goes with the pods.
        """
        pods = self._watcher.pods() if servers else {}
        asked = [pod for server in servers for pod in pods.get(server, ())]
        for_each(asked, lambda pod: agent.restart(self._cluster, self._topology.namespace, pod))

    def only_there(
        self, servers: t.Sequence[str], current: t.Mapping[str, _plan.Current], *, at_once: bool = False
    ) -> dict[str, str]:
        """Return of each of ``servers`` what only its storage has, in words; nothing of those that have nothing.

        Unless ``at_once``, what waits gets some time to arrive.
        """
        asked = sorted(
            server
            for server in servers
            if not current[server].stopped and state.syncs_to_windows(current[server].description)
        )
        pods = self._watcher.pods() if asked else {}

        def ask(server: str) -> str:
            directory = self._directory(server)
            answers = [
                agent.objection(self._cluster, self._topology.namespace, pod, directory, at_once=at_once)
                for pod in pods.get(server, ())
            ]
            return next(filter(None, answers), "")

        return {server: text for server, text in zip(asked, for_each(asked, ask)) if text}

    def _directory(self, server: str) -> Directory:
        """Return the Windows directory that a server was made for, as it is on this machine now."""
        own = next((each for each in self._topology.servers if each.name == server), None)
        local = recorded_directory(self._found.get(server, ()))
        places = [*([local] if local else []), *([self._drives.local(own.directory)] if own else [])]
        shown = str(own.directory) if own and places[0] == self._drives.local(own.directory) else (places or [""])[0]
        for place in places:
            try:
                marker = require_marker(self._topology.data_root, place, server)
                return Directory(shown, marker.generation, restored=marker.restored)
            except SimulatorError:
                continue
        return Directory(shown or "its Windows directory", _NONE if places else "")


def _made_anew(found: _plan.Current, desired: t.Mapping[str, t.Any]) -> bool:
    return (
        not found.stopped
        and state.syncs_to_windows(found.description)
        and state.restored(found.description) != state.restored(desired)
    )


def _ends_pod(
    action: _plan.Action, current: t.Mapping[str, _plan.Current], desired: t.Mapping[str, t.Mapping[str, t.Any]]
) -> bool:
    if action.verb == "replace":
        return state.replaces_pod(current[action.server].description, desired[action.server])
    return action.verb in ("remove", "stop", "restart")
