# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The embedded engine: NAS servers as podman pods on this machine. Private to file_simulator.nas.

Decides with the pure ``plan`` and ``volume_fate``, and has its neighbours do it: ``placing`` checks,
``removal_guard`` refuses what would lose something, ``lifecycle`` makes and removes pods.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Outcome, Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.acceptance import accept
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.damage import Pods, damaged
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.inspector import PodmanInspector
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.lifecycle import Lifecycle
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.network import InstanceNetwork
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.placing import Placing
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.processes import (
    restart_was_missed,
    tell_of_restart,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.removal_guard import RemovalGuard
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.rescue import rescue
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.status import podman_statuses
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.volume_fate import (
    ANEW,
    REMOVED,
    volume_fate,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import kept_volume
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images, Pod
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import record_drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives

# How long a run waits for another one on the same instance: for a small change, not for seven servers to start.
_LOCK_SECONDS = 10.0


class PodmanEngine:
    """One instance's servers. ``podman`` is None where it is not installed: nothing runs there yet."""

    name = "podman"

    def __init__(self, podman: Podman | None, topology: Topology, drives: Drives, config_root: str) -> None:
        self._podman_or_none = podman
        self._topology = topology
        self._instance = topology.instance
        self._drives = drives
        self._config_root = os.path.join(config_root, topology.instance)

    @property
    def _podman(self) -> Podman:
        if self._podman_or_none is None:
            raise SimulatorError("podman is not installed; run the role nas_image or install the package podman")
        return self._podman_or_none

    @property
    def _network(self) -> InstanceNetwork:
        return InstanceNetwork(self._podman, self._instance)

    @property
    def _lifecycle(self) -> Lifecycle:
        return Lifecycle(self._podman, self._instance, self._config_root)

    def statuses(self, servers: t.Sequence[Server]) -> list[ServerStatus]:
        """Return how each of ``servers`` is; asks all of them at once over NFS."""
        return podman_statuses(self._podman_or_none, self._topology, self._drives, servers)

    def accept(self, server: str) -> str:
        """Say to a server's sync agent that what it withholds is meant; return what that is, empty when nothing is."""
        return accept(self._podman, self._instance, server)

    def rescue(self, server: Server, to: str, images: Images) -> dict[str, t.Any]:
        """Copy what only a server's volume has to the directory ``to``; return what became of it."""
        found = self._mine(self._found()).get(server.name)
        description = found.current.description if found else None
        return rescue(self._podman, self._topology, self._drives, server, description, to, images)

    def inspector(self) -> PodmanInspector:
        """Return what checks look at the servers with."""
        return PodmanInspector(self._podman_or_none, self._instance, self.restart)

    def restart(self, servers: t.Sequence[str]) -> None:
        """Restart pods as they are, all at once, without waiting until they answer."""
        found = self._mine(self._found())

        def again(server: str) -> None:
            if server not in found:
                raise SimulatorError(f"server {server}: it has no pod")
            self._lifecycle.stop(server, found[server])
            self._lifecycle.start(server)

        for_each(servers, again)

    def apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        """Bring ``servers`` into the state that is asked for. Everything is checked before anything is touched.

        One run at a time changes an instance: another waits a little, and is refused then.
        """
        if request.check_mode:
            return self._apply(servers, request)
        doing = f"nas_server (state: {request.state})"
        with locked(f"{self._config_root}.lock", f"instance {self._instance}", doing, _LOCK_SECONDS):
            return self._apply(servers, request)

    def _apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        found = self._found()
        mine = self._mine(found)
        enabled = [server for server in servers if server.enabled]
        current = self._current(mine, request)
        placing: Placing | None = None
        pods: Pods = {}
        wanted: dict[str, dict[str, t.Any]] = {server.name: {} for server in enabled}
        if request.state not in ("absent", "stopped"):
            placing = Placing(self._topology, self._drives, self._config_root, found, enabled, request)
            if not request.check_mode:
                placing.check_images(self._podman)
            pods = placing.pods(self._network.gateway() if self._podman_or_none else "")
            wanted = {name: render.describe(pod, placement) for name, (pod, placement) in pods.items()}
            if self._podman_or_none:
                asked = request.wait and request.state in ("present", "started")
                current.update(damaged(self._podman, mine, pods, ask=asked))
        actions = _plan.plan(
            request.state,
            wanted,
            current,
            unwanted=[server.name for server in servers if not server.enabled],
            purge=request.purge,
        )
        diff = _plan.difference(actions, wanted, current)
        fates = {action.server: volume_fate(action, current, wanted, request) for action in actions}
        for server, fate in fates.items():
            diff["after"][server].update({"volume": fate} if fate else {})
        leftover = request.state == "absent" and not mine and self._shared_is_there()
        warnings = placing.warnings() if placing else []
        losing = {server for server, fate in fates.items() if fate in (REMOVED, ANEW)}
        if request.check_mode:
            for server in () if request.delete_storage else sorted(losing & set(mine)):
                RemovalGuard(self._podman, self._instance).foresee(mine[server])
            return Outcome(actions, diff, surroundings_changed=leftover, warnings=warnings)
        if placing and pods:
            self._network.ensure()
            warnings += self._network.keep_neighbours_out(self._config_root)
            # Only now is its gateway known where this run has made the network.
            pods = placing.pods(self._network.gateway())
        only_there: dict[str, str] = {}
        if actions or leftover:
            if any(pod.has_dead for pod in found.values()) or restart_was_missed():
                tell_of_restart()
            unreachable = {server for server, known in current.items() if known.unreachable}
            only_there = self._carry_out(actions, pods, mine, losing, unreachable, request)
            if not self._mine(self._found()):
                self._lifecycle.clear_away(self._network)
        absent = request.state == "absent"
        going = {server.name for server in servers if absent or not server.enabled}
        warnings += self._left(going, only_there, everything=absent and request.purge)
        return Outcome(actions, diff, surroundings_changed=leftover, warnings=warnings)

    # What there is

    def _found(self) -> dict[tuple[str, str], Found]:
        pods = self._podman_or_none.pods() if self._podman_or_none else []
        return {(pod.instance, pod.current.server): pod for pod in pods}

    def _mine(self, found: t.Mapping[tuple[str, str], Found]) -> dict[str, Found]:
        return {name: pod for (instance, name), pod in found.items() if instance == self._instance}

    def _current(self, mine: t.Mapping[str, Found], request: Request) -> dict[str, _plan.Current]:
        current = {name: pod.current for name, pod in mine.items()}
        if request.state == "absent" and request.delete_storage and self._podman_or_none:
            # A volume outlives its pod, and would be found by nobody else.
            for name, volume in self._podman.volumes(self._instance).items():
                current.setdefault(name, _plan.Current(name, {"volume": volume}, running=False, stopped=True))
        return current

    def _left(self, servers: t.Collection[str], only_there: t.Mapping[str, str], everything: bool) -> list[str]:
        """Tell of the volumes that stay without a pod: of ``servers``, or all of the instance."""
        if not self._podman_or_none or not (servers or everything):
            return []
        with_pod = self._mine(self._found())
        return [
            kept_volume(server, volume, only_there.get(server, ""))
            for server, volume in sorted(self._podman.volumes(self._instance).items())
            if server not in with_pod and (everything or server in servers)
        ]

    def _shared_is_there(self) -> bool:
        """Tell whether a removal that failed has left what the instance's servers have in common."""
        there = self._podman_or_none is not None
        return there and (self._network.is_left() or bool(self._podman.unfinished(self._instance)))

    # Doing it

    def _carry_out(
        self,
        actions: t.Sequence[_plan.Action],
        pods: t.Mapping[str, tuple[Pod, Placement]],
        found: t.Mapping[str, Found],
        losing: t.Collection[str],
        unreachable: t.Collection[str],
        request: Request,
    ) -> dict[str, str]:
        """Do what is to be done; return, by server, what only a volume has that stays without its pod."""
        lifecycle, guard = self._lifecycle, RemovalGuard(self._podman, self._instance)
        only_there: dict[str, str] = {}
        asked = [] if request.delete_storage else [found[server] for server in sorted(losing) if server in found]
        guard.check(asked)
        if self._drives.kind == "stand_in" and any(action.needs_start for action in actions):
            record_drive_root(self._drives.root, self._config_root)

        def carry_out(action: _plan.Action) -> None:
            server = action.server
            if action.verb in ("stop", "restart", "replace", "remove") and server in found:
                lifecycle.stop(server, found[server])
            if action.verb in ("replace", "remove"):
                if found.get(server) in asked:
                    guard.check_carried(found[server])
                elif action.verb == "remove" and server not in losing:
                    only_there[server] = guard.only_there(found[server])
                lifecycle.remove(server, keep_storage=server not in losing)
            if action.verb == "repair" and server in unreachable and lifecycle.reconnect(*pods[server], found[server]):
                return
            if action.verb == "repair":
                if not found[server].current.stopped:
                    lifecycle.stop(server, found[server])
                lifecycle.remove(server, keep_storage=True)
            if action.verb in ("create", "replace", "repair"):
                lifecycle.create(*pods[server])
            if action.needs_start:
                before = lifecycle.agent_started(pods[server][0])
                lifecycle.clear_port(pods[server][1])
                lifecycle.start_or_repair(server, *pods[server])
                if request.wait:
                    lifecycle.wait(*pods[server], request)
                    lifecycle.wait_for_agent(pods[server][0], before, request.timeout)

        # Removals first: a server that comes may take the port of one that goes.
        for_each([action for action in actions if not action.needs_start], carry_out)
        for_each([action for action in actions if action.needs_start], carry_out)
        return only_there
