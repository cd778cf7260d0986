# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The embedded engine: NAS servers as podman pods on this machine. Private to file_simulator.nas.

Looks by ``inventory`` and ``placing``, which refuses what cannot be; has the pure ``decision`` say what is to be
done, and ``execution`` do it.
"""

from __future__ import annotations

import contextlib
import os
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.progress import telling
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.agents import RunningAgents
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import KeptVolume, Outcome, Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.faults import ended_words
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Current
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.acceptance import accept
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman, required
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.copying import Copying
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.damage import damaged
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.decision import Decision, decide
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.execution import Execution
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.faults import PodmanFaults
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.inspector import PodmanInspector
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.inventory import Inventory
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.lifecycle import Lifecycle
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.network import InstanceNetwork
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.placing import Placing
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.port_choice import choose_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.processes import (
    restart_was_missed,
    tell_of_restart,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.reach import PodmanReach
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.removal_guard import RemovalGuard
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.rescue import rescue
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.status import podman_statuses
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import record_drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives

# How long a run waits for another one on the same instance: for a small change, not for seven servers to start.
_LOCK_SECONDS = 10.0


@dataclass(frozen=True)
class _Seen:
    """What there is as a run begins, and what is wanted instead.

    ``pods`` are those of all instances, ``own`` those of this one by server; ``current`` and ``desired`` describe its
    servers. ``placing`` is None where none is to run. ``leftover`` when a removal that failed has left what the
    servers have in common.
    """

    pods: t.Mapping[tuple[str, str], Found]
    own: t.Mapping[str, Found]
    current: t.Mapping[str, Current]
    desired: t.Mapping[str, t.Mapping[str, t.Any]]
    placing: Placing | None
    leftover: bool


class PodmanEngine:
    """One instance's servers. ``podman`` is None where it is not installed: nothing runs there yet."""

    name = "podman"

    def __init__(self, podman: Podman | None, topology: Topology, drives: Drives, config_root: str) -> None:
        self._podman_or_none = podman
        self._topology = topology
        self._instance = topology.instance
        self._drives = drives
        self._inventory = Inventory(podman, topology.instance)
        self._config_root = os.path.join(config_root, topology.instance)

    @property
    def _podman(self) -> Podman:
        return required(self._podman_or_none)

    @property
    def _network(self) -> InstanceNetwork:
        return InstanceNetwork(self._podman, self._instance)

    @property
    def _lifecycle(self) -> Lifecycle:
        return Lifecycle(self._podman, self._instance, self._config_root)

    @property
    def _guard(self) -> RemovalGuard:
        return RemovalGuard(self._podman, self._instance)

    def statuses(self, servers: t.Sequence[Server]) -> list[ServerStatus]:
        """Return how each of ``servers`` is; asks all of them at once over NFS."""
        return podman_statuses(self._podman_or_none, self._topology, self._drives, servers)

    def accept(self, server: str) -> str:
        """Say to a server's sync agent that what it withholds is meant; return what that is, empty when nothing is."""
        return accept(self._podman, self._instance, server)

    def agents(self) -> RunningAgents:
        """Return what asks the sync agents of running servers."""
        return RunningAgents(PodmanReach(self._podman, self._instance))

    def faults(self) -> PodmanFaults:
        """Return what makes and ends faults of running servers."""
        return PodmanFaults(self._podman_or_none, self._instance, self._inventory.own, self._locked)

    def _locked(self, operation: str) -> t.ContextManager[None]:
        return locked(f"{self._config_root}.lock", f"instance {self._instance}", operation, _LOCK_SECONDS)

    def rescue(self, server: Server, to: str, images: Images) -> dict[str, t.Any]:
        """Copy what only a server's volume has to the directory ``to``; return what became of it."""
        found = self._inventory.own().get(server.name)
        description = found.current.description if found else None
        return rescue(self._podman, self._topology, self._drives, server, description, to, images)

    def inspector(self) -> PodmanInspector:
        """Return what checks look at the servers with."""
        return PodmanInspector(self._podman_or_none, self._instance, self.restart)

    def restart(self, servers: t.Sequence[str]) -> None:
        """Restart pods as they are, all at once, without waiting until they answer."""
        found = self._inventory.own()
        for_each(servers, lambda server: self._lifecycle.restart(server, found.get(server)))

    def apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        """Bring ``servers`` into the state that is asked for. Everything is checked before anything is touched.

        One run at a time changes an instance: another waits a little, and is refused then.
        """
        if request.check_mode:
            return self._apply(servers, request, None)
        with self._locked(f"the run for state '{request.state}'"), contextlib.ExitStack() as held:
            return self._apply(servers, request, held)

    def _apply(self, servers: t.Sequence[Server], request: Request, held: contextlib.ExitStack | None) -> Outcome:
        """Do it; what it chooses for itself alone is reserved until ``held`` ends."""
        # First: a server that hangs on purpose is not to be mended.
        names = None if request.purge else [server.name for server in servers]
        ended = self.faults().end(names, check_mode=request.check_mode)
        seen = self._look(servers, request, held)
        disabled = [server.name for server in servers if not server.enabled]
        decision = decide(seen.desired, seen.current, disabled, request)
        warnings = [*ended_words(ended), *(seen.placing.warnings() if seen.placing else [])]
        kept: list[KeptVolume] = []
        if not request.check_mode:
            more, kept = self._do(servers, request, seen, decision)
            warnings += more
        elif not request.delete_storage and decision.losing & set(seen.own):
            # As the change would: without an agent, both sides are compared in a container that can change nothing.
            self._guard.check([seen.own[server] for server in sorted(decision.losing & set(seen.own))])
        changed = seen.leftover or bool(ended)
        return Outcome(decision.actions, decision.diff, surroundings_changed=changed, warnings=warnings, kept=kept)

    # What there is, and what is wanted

    def _look(self, servers: t.Sequence[Server], request: Request, held: contextlib.ExitStack | None) -> _Seen:
        """Return what there is, and what is to be there. Raises SimulatorError when that cannot be."""
        pods = self._inventory.pods()
        own = self._inventory.own(pods)
        placing = self._placing(servers, request, pods, held)
        current, desired = self._compared(servers, request, own, placing)
        leftover = request.state == "absent" and not own and self._is_left()
        return _Seen(pods, own, current, desired, placing, leftover)

    def _is_left(self) -> bool:
        """Tell whether a removal that did not come to its end has left what the instance's servers have in common."""
        return self._podman_or_none is not None and (
            self._inventory.shared_is_left() or os.path.isdir(self._config_root)
        )

    def _placing(
        self,
        servers: t.Sequence[Server],
        request: Request,
        pods: t.Mapping[tuple[str, str], Found],
        held: contextlib.ExitStack | None,
    ) -> Placing | None:
        """Return where the servers will stand; None where none is to run. Raises SimulatorError when one cannot."""
        if request.state in ("absent", "stopped"):
            return None
        enabled = [server for server in servers if server.enabled]
        enabled = choose_ports(enabled, self._topology, pods, os.path.dirname(self._config_root), held)
        placing = Placing(self._topology, self._drives, self._config_root, pods, enabled, request)
        if not request.check_mode:
            placing.check_images(self._podman)
        return placing

    def _compared(
        self, servers: t.Sequence[Server], request: Request, own: t.Mapping[str, Found], placing: Placing | None
    ) -> tuple[dict[str, Current], dict[str, dict[str, t.Any]]]:
        """Return the servers as they are, and the descriptions of those that the request is about."""
        current = {server: pod.current for server, pod in own.items()}
        if placing is None:
            if request.state == "absent" and request.delete_storage:
                current.update(self._inventory.lone_volumes(own))
            return current, {server.name: {} for server in servers if server.enabled}
        pods = placing.pods(self._network.gateway() if self._podman_or_none else "")
        if self._podman_or_none:
            asked = request.wait and request.state in ("present", "started")
            current.update(damaged(self._podman, own, pods, ask=asked))
        return current, {name: render.describe(pod, placement) for name, (pod, placement) in pods.items()}

    # Doing it

    def _do(
        self, servers: t.Sequence[Server], request: Request, seen: _Seen, decision: Decision
    ) -> tuple[list[str], list[KeptVolume]]:
        """Do what was decided; return what to warn of, and the volumes that stay without a server."""
        warnings: list[str] = []
        if seen.placing and seen.desired:
            self._network.ensure()
            warnings += self._network.keep_neighbours_out(self._config_root)
        only_there: dict[str, str] = {}
        if decision.actions or seen.leftover:
            if any(pod.has_dead for pod in seen.pods.values()) or restart_was_missed():
                tell_of_restart()
            only_there = self._carry_out(request, seen, decision)
            if not self._inventory.own():
                self._lifecycle.clear_away(self._network)
        absent = request.state == "absent"
        going = {server.name for server in servers if absent or not server.enabled}
        return warnings, self._inventory.kept_volumes(going, only_there, everything=absent and request.purge)

    def _carry_out(self, request: Request, seen: _Seen, decision: Decision) -> dict[str, str]:
        """Bring servers to their new state; return, by server, what only a volume has that stays without its pod."""
        starting = any(action.needs_start for action in decision.actions)
        # Only now is the network's gateway known where this run has made the network.
        pods = seen.placing.pods(self._network.gateway()) if seen.placing and starting else {}
        unreachable = {server for server, known in seen.current.items() if known.unreachable}
        execution = Execution(self._lifecycle, self._guard, pods, seen.own, decision, unreachable, request)
        execution.check()
        if starting and self._drives.kind == "emulated":
            record_drive_root(self._drives.root, self._config_root)
        with telling(Copying(self._podman, self._instance, list(pods)).lines):
            return execution.carry_out()
