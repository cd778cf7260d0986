# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The embedded engine: NAS servers as podman pods on this machine. Private to file_simulator.nas.

Talks to the outside: podman, the Windows directories, and the servers' ports. What to run comes from
_pod and _podman_render, what to do from _plan.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.ports import connect_address, port_holder
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_for_nfs, wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Outcome, Request, check_unfs3_image
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render as _podman_render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Found, Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.inspector import PodmanInspector
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names, Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.status import (
    podman_reports,
    sync_status,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Server, Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import Drives
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import ProbeError
from ansible_collections.file_simulator.nas.plugins.module_utils._server.allowed_clients import seen_from_pods
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Pod, pod_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import record_drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.generation import generation_of

_SERVER_STOP_SECONDS = 5


class PodmanEngine:
    """One instance's servers. ``podman`` is None where it is not installed: nothing runs there yet."""

    name = "podman"

    def __init__(self, podman: Podman | None, topology: Topology, drives: Drives, config_root: str) -> None:
        self._podman_or_none = podman
        self._topology = topology
        self._drives = drives
        self._config_root = os.path.join(config_root, topology.instance)

    @property
    def _podman(self) -> Podman:
        if self._podman_or_none is None:
            raise SimulatorError("podman is not installed; run the role nas_image or install the package podman")
        return self._podman_or_none

    def report(self, servers: t.Sequence[Server]) -> list[dict[str, t.Any]]:
        """Return a report on each of ``servers``; asks all of them at once over NFS."""
        return podman_reports(self._podman_or_none, self._topology, self._drives, servers)

    def inspector(self) -> PodmanInspector:
        """Return what checks look at the servers with."""
        return PodmanInspector(self._podman_or_none, self._topology.instance, self.restart)

    def _found(self) -> dict[tuple[str, str], Found]:
        pods = self._podman_or_none.pods() if self._podman_or_none else []
        return {(pod.instance, pod.current.server): pod for pod in pods}

    # What is to be done

    def apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        """Bring ``servers`` into the state that is asked for. Everything is checked before anything is touched."""
        found = self._found()
        mine = {name: pod for (instance, name), pod in found.items() if instance == self._topology.instance}
        current = {name: pod.current for name, pod in mine.items()}
        enabled = [server for server in servers if server.enabled]
        pods: dict[str, tuple[Pod, Placement]] = {}
        wanted: dict[str, dict[str, t.Any]] = {server.name: {} for server in enabled}
        if request.state not in ("absent", "stopped"):
            placements = self._checked_placements(enabled, found, request)
            pods = {
                server.name: (self._pod(server, request), placement) for server, placement in zip(enabled, placements)
            }
            wanted = {name: _podman_render.describe(pod, placement) for name, (pod, placement) in pods.items()}
        actions = _plan.plan(
            request.state,
            wanted,
            current,
            unwanted=[server.name for server in servers if not server.enabled],
            purge=request.purge,
        )
        outcome = Outcome(actions, _plan.difference(actions, wanted, current))
        if not request.check_mode and actions:
            self._carry_out(actions, pods, mine, request)
            self._clear_away_if_unused()
        return outcome

    def _checked_placements(
        self, servers: t.Sequence[Server], found: t.Mapping[tuple[str, str], Found], request: Request
    ) -> list[Placement]:
        """Return where each server will stand; raise SimulatorError when one of them cannot run there."""
        self._check_neighbours(servers, found)
        if not request.move_data_root:
            self._check_moves(servers, found)
        generations = [
            generation_of(server, self._topology.data_root, self._drives, guess=request.check_mode)
            for server in servers
        ]
        for server in servers:
            own = found.get((self._topology.instance, server.name))
            self._check_port(server, own)
        check_unfs3_image(servers, request)
        needed = {request.images.nas, *(request.images.unfs3 for server in servers if server.nfs_server == "unfs3")}
        for image in needed if not request.check_mode else ():
            if not self._podman.succeeds(["image", "exists", image]):
                raise SimulatorError(f"image {image} is not there; run the role nas_image first")
        return [self._placement(server, generation) for server, generation in zip(servers, generations)]

    def _check_neighbours(self, servers: t.Sequence[Server], found: t.Mapping[tuple[str, str], Found]) -> None:
        """Refuse a Windows directory that another instance's server has: two agents would fight over it."""
        owners = {
            pod.current.description.get("local_directory"): f"{server} of instance {instance}"
            for (instance, server), pod in found.items()
            if instance != self._topology.instance
        }
        for server in servers:
            owner = owners.get(self._drives.local(server.directory))
            if owner:
                raise SimulatorError(
                    f"server {server.name}: directory: {server.directory} is that of {owner}; "
                    "give each instance its own data_root"
                )

    def _check_moves(self, servers: t.Sequence[Server], found: t.Mapping[tuple[str, str], Found]) -> None:
        """Refuse to move a server that is there to another directory: its volume belongs to the one that it has."""
        for server in servers:
            own = found.get((self._topology.instance, server.name))
            has = own.current.description.get("local_directory") if own else None
            wanted = self._drives.local(server.directory)
            if has and has != wanted:
                raise SimulatorError(
                    f"server {server.name}: directory: it runs on {has}, and this would move it to {wanted}; name its own "
                    "with drive_root and data_root, or have it moved with move_data_root: true"
                )

    def _check_port(self, server: Server, own: Found | None) -> None:
        address = f"{self._topology.listen_address}:{server.port}"
        if own and not own.current.stopped and own.current.description.get("address") == address:
            return
        holder = port_holder(self._topology.listen_address, server.port)
        if holder:
            raise SimulatorError(
                f"server {server.name}: port: {address} is in use by {holder}; stop that, or choose another port"
            )

    def _placement(self, server: Server, generation: str) -> Placement:
        return Placement(
            instance=self._topology.instance,
            listen_address=self._topology.listen_address,
            port=server.port,
            windows_directory=str(server.directory),
            local_directory=self._drives.local(server.directory),
            generation=generation,
            config_directory=os.path.join(self._config_root, server.name),
        )

    def _pod(self, server: Server, request: Request) -> Pod:
        if not server.clients:
            return pod_of(server, request.images)
        gateway = self._gateway(request)
        return pod_of(server, request.images, clients=seen_from_pods(server.clients, gateway))

    def _gateway(self, request: Request) -> str:
        network = _podman_render.network_name(self._topology.instance)
        if not self._podman_or_none or (
            request.check_mode and not self._podman.succeeds(["network", "exists", network])
        ):
            return ""
        self._ensure_network()
        return self._podman.gateway(network)

    def _ensure_network(self) -> None:
        network = _podman_render.network_name(self._topology.instance)
        if not self._podman.succeeds(["network", "exists", network]):
            self._podman.call(_podman_render.network_create(self._topology.instance), f"create the network {network}")

    def _clear_away_if_unused(self) -> None:
        """Remove what an instance's servers have in common once the last of them is gone."""
        if any(instance == self._topology.instance for instance, _server in self._found()):
            return
        network = _podman_render.network_name(self._topology.instance)
        if self._podman.succeeds(["network", "exists", network]):
            self._podman.call(["network", "rm", network], f"remove the network {network}")
        shutil.rmtree(self._config_root, ignore_errors=True)

    # Doing it

    def _carry_out(
        self,
        actions: t.Sequence[_plan.Action],
        pods: t.Mapping[str, tuple[Pod, Placement]],
        found: t.Mapping[str, Found],
        request: Request,
    ) -> None:
        if any(action.needs_start for action in actions):
            self._ensure_network()
            if self._drives.kind == "stand_in":
                record_drive_root(self._drives.root, self._config_root)

        def carry_out(action: _plan.Action) -> None:
            server = action.server
            if action.verb in ("stop", "restart", "replace", "remove"):
                self._stop(server, found[server])
            if action.verb in ("replace", "remove"):
                description = found[server].current.description
                keep = description.get("storage") == "persistent" and not (
                    action.verb == "remove" and request.delete_storage
                )
                if not keep and not request.delete_storage:
                    self._check_carried(server, description)
                self._remove(server, keep_storage=keep)
            if action.verb in ("create", "replace"):
                self._create(*pods[server])
            if action.needs_start:
                before = self._agent_started(pods[server][0])
                self._start(server)
                if request.wait:
                    self._wait(*pods[server], request)
                    self._wait_for_agent(pods[server][0], before, request.timeout)

        # Removals first: a server that comes may take the port of one that goes.
        for_each([action for action in actions if not action.needs_start], carry_out)
        for_each([action for action in actions if action.needs_start], carry_out)

    def restart(self, servers: t.Sequence[str]) -> None:
        """Restart pods as they are, all at once, without waiting until they answer."""
        found = {name: pod for (instance, name), pod in self._found().items() if instance == self._topology.instance}

        def again(server: str) -> None:
            if server not in found:
                raise SimulatorError(f"server {server}: it has no pod")
            self._stop(server, found[server])
            self._start(server)

        for_each(servers, again)

    def _create(self, pod: Pod, placement: Placement) -> None:
        names = Names(placement.instance, pod.server)
        doing = f"server {pod.server}"
        _write_config(placement.config_directory, pod.config_files)
        try:
            if not self._podman.succeeds(["volume", "exists", names.volume]):
                self._podman.call(
                    _podman_render.volume_create(placement.instance, pod.server), f"{doing}: create the volume"
                )
            description = _podman_render.describe(pod, placement)
            self._podman.call(_podman_render.pod_create(pod, placement, description), f"{doing}: create the pod")
            for container in pod.containers:
                self._podman.call(
                    _podman_render.container_create(pod, container, placement), f"{doing}: create {container.name}"
                )
        except SimulatorError:
            self._clean_up(pod)
            raise

    def _clean_up(self, pod: Pod) -> None:
        """Remove what a failed creation left. Why it failed matters more than what is wrong with this."""
        with contextlib.suppress(SimulatorError):
            self._remove(pod.server, keep_storage=pod.storage == "persistent")

    def _start(self, server: str) -> None:
        names = Names(self._topology.instance, server)
        try:
            self._podman.call(["pod", "start", names.pod], f"server {server}: start the pod")
        except SimulatorError as error:
            log = self._podman.log_tail(names.container("sync-windows-data"), 3)
            # The containers stay for whoever wants to look closer; the next run starts or replaces them.
            cause = f"; sync-windows-data says: {log.splitlines()[-1]}" if log else ""
            raise SimulatorError(f"{error.message}{cause}", log=log, **error.details) from None

    def _wait(self, pod: Pod, placement: Placement, request: Request) -> None:
        server = pod.server
        names = Names(self._topology.instance, server)
        try:
            wait_for_nfs(connect_address(placement.listen_address), placement.port, request.timeout, pod.nfs_version)
        except ProbeError as error:
            log = self._podman.log_tail(names.container("nfs-server"), 5)
            state = self._found().get((self._topology.instance, server))
            containers = ", ".join(f"{name} {word}" for name, word in sorted(state.containers.items())) if state else ""
            raise SimulatorError(
                f"server {server}: not ready after {request.timeout} s: {error} ({containers}); "
                f"nfs-server says: {log.splitlines()[-1] if log else 'nothing'}",
                log=log,
            ) from None

    def _agent_started(self, pod: Pod) -> t.Any:
        """Return when the server's agent was started, as far as it has told; None when it has not."""
        if pod.agent is None:
            return None
        return (sync_status(self._podman, self._topology.instance, pod.server) or {}).get("started")

    def _wait_for_agent(self, pod: Pod, before: t.Any, timeout: int) -> None:
        """Wait until the agent can be told to stop: earlier, it would be killed with changes still to carry."""
        if pod.agent is None or wait_until(lambda: self._agent_started(pod) != before, timeout):
            return
        log = self._podman.log_tail(Names(self._topology.instance, pod.server).container(pod.agent.name), 5)
        raise SimulatorError(
            f"server {pod.server}: the sync agent has not started after {timeout} s; "
            f"it says: {log.splitlines()[-1] if log else 'nothing'}",
            log=log,
        )

    def _stop(self, server: str, found: Found) -> None:
        """Stop a server in the order that loses nothing: no more writes come, then the agent carries the last ones."""
        names = Names(self._topology.instance, server)
        for container, seconds in (("nfs-server", _SERVER_STOP_SECONDS), ("sync-agent", None)):
            if found.containers.get(container) == "running":
                limit = [] if seconds is None else ["--time", str(seconds)]
                self._podman.call(["stop", *limit, names.container(container)], f"server {server}: stop {container}")
        self._podman.call(["pod", "stop", names.pod], f"server {server}: stop the pod")

    def _check_carried(self, server: str, description: t.Mapping[str, t.Any]) -> None:
        """Refuse to remove a stopped server's volume while it holds changes that did not reach Windows."""
        if not description.get("carries_to_windows"):
            return
        status = sync_status(self._podman, self._topology.instance, server) or {}
        waiting, halted = status.get("pending", 0), status.get("halted_reason")
        # One that was halted since its start has not even looked: it knows of nothing that waits.
        if waiting or halted:
            # Running again, its agent carries them as soon as it can. Not by way of the pod: its init
            # container wants the Windows directory, which may be just what is missing.
            names = Names(self._topology.instance, server)
            self._podman.call(
                ["start", names.container("sync-agent"), names.container("nfs-server")], f"server {server}: start again"
            )
            raise SimulatorError(
                f"server {server}: {waiting or 'unknown'} changes have not reached {description.get('windows_directory')} "
                f"({halted or 'some files cannot be written'}), "
                "so it was not removed; mend that and try again, or give them up with delete_storage: true"
            )

    def _remove(self, server: str, *, keep_storage: bool) -> None:
        names = Names(self._topology.instance, server)
        self._podman.call(["pod", "rm", "--force", "--ignore", names.pod], f"server {server}: remove the pod")
        if not keep_storage and self._podman.succeeds(["volume", "exists", names.volume]):
            self._podman.call(["volume", "rm", names.volume], f"server {server}: remove the volume")
        shutil.rmtree(os.path.join(self._config_root, server), ignore_errors=True)


def _write_config(directory: str, files: t.Mapping[str, str]) -> None:
    try:
        os.makedirs(directory, mode=0o755, exist_ok=True)
        for name, text in files.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as stream:
                stream.write(text)
    except OSError as error:
        raise SimulatorError(f"{directory}: cannot be written: {error.strerror}; run with become: true") from None
