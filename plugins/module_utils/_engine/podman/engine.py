# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The embedded engine: NAS servers as podman pods on this machine. Private to file_simulator.nas.

Talks to the outside: podman, the Windows directories, and the servers' ports. What to run comes from
_pod and _podman_render, what to do from _plan.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.ports import connect_address, port_holder
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_for_nfs, wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Outcome, Request, check_unfs3_image
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render as _podman_render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Found, Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.firewall import (
    neighbour_rules,
    no_neighbour_rules,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.inspector import PodmanInspector
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.processes import any_alive, forget_boot
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names, Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.status import (
    podman_reports,
    sync_status,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.witness import Witness
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Server, Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import Drives
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import ProbeError
from ansible_collections.file_simulator.nas.plugins.module_utils._server.allowed_clients import let_in
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Pod, pod_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import record_drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.generation import generation_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.real_paths import RealPath

_SERVER_STOP_SECONDS = 5
# What becomes of a server's volume, in the words of the diff.
REMOVED, ANEW, KEPT = "removed", "removed, and a new one made: the Windows directory is another one", "kept"
# How long a run waits for another one on the same instance: for a small change, not for seven servers to start.
_LOCK_SECONDS = 10.0
# In check mode, where a network would be made: nobody's address.
_UNKNOWN_GATEWAY = "0.0.0.0"


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
        """Bring ``servers`` into the state that is asked for. Everything is checked before anything is touched.

        One run at a time changes an instance: another waits a little, and is refused then.
        """
        if request.check_mode:
            return self._apply(servers, request)
        doing = f"nas_server (state: {request.state})"
        with locked(f"{self._config_root}.lock", f"instance {self._topology.instance}", doing, _LOCK_SECONDS):
            return self._apply(servers, request)

    def _apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        found = self._found()
        mine = {name: pod for (instance, name), pod in found.items() if instance == self._topology.instance}
        current = {name: pod.current for name, pod in mine.items()}
        if request.state == "absent" and request.delete_storage and self._podman_or_none:
            # A volume outlives its pod, and would be found by nobody else.
            for name, volume in self._podman.volumes(self._topology.instance).items():
                current.setdefault(name, _plan.Current(name, {"volume": volume}, running=False, stopped=True))
        enabled = [server for server in servers if server.enabled]
        pods: dict[str, tuple[Pod, Placement]] = {}
        wanted: dict[str, dict[str, t.Any]] = {server.name: {} for server in enabled}
        if request.state not in ("absent", "stopped"):
            placements = self._checked_placements(enabled, found, request)
            pods = {
                server.name: (self._pod(server, request, placement.gateway), placement)
                for server, placement in zip(enabled, placements)
            }
            wanted = {name: _podman_render.describe(pod, placement) for name, (pod, placement) in pods.items()}
            current.update(self._with_their_files(current, pods))
        actions = _plan.plan(
            request.state,
            wanted,
            current,
            unwanted=[server.name for server in servers if not server.enabled],
            purge=request.purge,
        )
        fates = {action.server: _fate(action, current, wanted, request) for action in actions}
        diff = _plan.difference(actions, wanted, current)
        for server, fate in fates.items():
            if fate:
                diff["after"][server]["volume"] = fate
        leftover = request.state == "absent" and not mine and self._shared_is_there()
        warnings: list[str] = []
        if not request.check_mode:
            if pods:
                warnings = self._keep_neighbours_out()
            losing = {server for server, fate in fates.items() if fate in (REMOVED, ANEW)}
            if actions or leftover:
                self._tell_of_restart(found)
                self._carry_out(actions, pods, mine, losing, request)
                self._clear_away_if_unused()
            absent = request.state == "absent"
            going = {server.name for server in servers if absent or not server.enabled}
            if self._podman_or_none and (going or absent):
                warnings += self._left(going, everything=absent and request.purge)
        return Outcome(actions, diff, surroundings_changed=leftover, warnings=warnings)

    def _left(self, servers: t.Collection[str], everything: bool) -> list[str]:
        """Tell of the volumes that stay without a pod, and how they go."""
        with_pod = {server for instance, server in self._found() if instance == self._topology.instance}
        return [
            f"server {server}: its volume {volume} is kept, with all that clients wrote; the server has it again when it "
            "comes back, and state: absent with delete_storage: true removes it"
            for server, volume in sorted(self._podman.volumes(self._topology.instance).items())
            if server not in with_pod and (everything or server in servers)
        ]

    def _with_their_files(
        self, current: t.Mapping[str, _plan.Current], pods: t.Mapping[str, tuple[Pod, Placement]]
    ) -> dict[str, _plan.Current]:
        """Return those of ``current`` whose configuration on disk is not what their pods were made with."""
        return {
            name: dataclasses.replace(current[name], damage="its configuration is not as it was written")
            for name, (pod, placement) in pods.items()
            if name in current
            and not current[name].damage
            and not _is_written(placement.config_directory, pod.config_files)
        }

    def _checked_placements(
        self, servers: t.Sequence[Server], found: t.Mapping[tuple[str, str], Found], request: Request
    ) -> list[Placement]:
        """Return where each server will stand; raise SimulatorError when one of them cannot run there."""
        self._check_neighbours(servers, found)
        if not request.move_data_root:
            self._check_moves(servers, found)
        generations = [
            generation_of(
                server, self._topology.data_root, self._drives, self._topology.instance, guess=request.check_mode
            )
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
        gateway = self._gateway(request)
        return [self._placement(server, generation, gateway) for server, generation in zip(servers, generations)]

    def _check_neighbours(self, servers: t.Sequence[Server], found: t.Mapping[tuple[str, str], Found]) -> None:
        """Refuse a Windows directory that another instance's server has: two agents would fight over it."""
        taken = [
            (RealPath.of(directory), f"{server} of instance {instance}")
            for (instance, server), pod in found.items()
            for directory in [pod.current.description.get("local_directory")]
            if directory and instance != self._topology.instance
        ]
        for server in servers:
            real = RealPath.of(self._drives.local(server.directory))
            for directory, owner in taken:
                if real.meets(directory):
                    raise SimulatorError(
                        f"server {server.name}: directory: {server.directory} and {directory.path}, that of {owner}, are "
                        "one, or one lies in the other; give each instance its own data_root"
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

    def _placement(self, server: Server, generation: str, gateway: str) -> Placement:
        return Placement(
            instance=self._topology.instance,
            listen_address=self._topology.listen_address,
            port=server.port,
            windows_directory=str(server.directory),
            local_directory=self._drives.local(server.directory),
            generation=generation,
            config_directory=os.path.join(self._config_root, server.name),
            gateway=gateway,
        )

    def _pod(self, server: Server, request: Request, gateway: str) -> Pod:
        clients = let_in(server.clients, self._topology.listen_address, gateway)
        return pod_of(server, request.images, clients=clients)

    def _gateway(self, request: Request) -> str:
        network = _podman_render.network_name(self._topology.instance)
        if not self._podman_or_none or (
            request.check_mode and not self._podman.succeeds(["network", "exists", network])
        ):
            return _UNKNOWN_GATEWAY
        self._ensure_network()
        return self._podman.gateway(network)

    def _ensure_network(self) -> None:
        network = _podman_render.network_name(self._topology.instance)
        if not self._podman.succeeds(["network", "exists", network]):
            self._podman.call(_podman_render.network_create(self._topology.instance), f"create the network {network}")

    def _tell_of_restart(self, found: t.Mapping[tuple[str, str], Found]) -> None:
        """Let podman do what it does after a restart of the machine, when it did not notice one.

        Until then its locks are new and the numbers in its database old: two calls side by side may wait for
        each other for ever; nor does it remove a pod whose network went with the machine. Containers that live
        use what it would forget, so nothing is done while there is one.
        """
        if any(pod.has_dead for pod in found.values()) and not any_alive():
            forget_boot()

    def _shared_is_there(self) -> bool:
        """Tell whether a removal that failed has left what the instance's servers have in common."""
        network = _podman_render.network_name(self._topology.instance)
        return self._podman_or_none is not None and (
            self._podman.succeeds(["network", "exists", network])
            or bool(self._podman.unfinished(self._topology.instance))
        )

    def _keep_neighbours_out(self) -> list[str]:
        """Let nobody into the pods' network but through the published ports; return what to warn of.

        A reload of a firewall may take the rules away, so they are set each time. Where they cannot be,
        servers that listen on loopback still refuse by themselves whoever comes by another address.
        """
        self._ensure_network()
        network = _podman_render.network_name(self._topology.instance)
        rules = neighbour_rules(self._topology.instance, self._podman.interface(network))
        problem = self._podman.firewall(rules)
        return [f"network {network}: who routes it by this machine is not kept out of it: {problem}"] if problem else []

    def _clear_away_if_unused(self) -> None:
        """Remove what an instance's servers have in common once the last of them is gone."""
        if any(instance == self._topology.instance for instance, _server in self._found()):
            return
        for leftover in self._podman.unfinished(self._topology.instance):
            self._podman.call(["rm", "--force", leftover], "remove a container that podman did not finish creating")
        network = _podman_render.network_name(self._topology.instance)
        if self._podman.succeeds(["network", "exists", network]):
            self._podman.call(["network", "rm", network], f"remove the network {network}")
            self._podman.firewall(no_neighbour_rules(self._topology.instance))
        shutil.rmtree(self._config_root, ignore_errors=True)

    # Doing it

    def _carry_out(
        self,
        actions: t.Sequence[_plan.Action],
        pods: t.Mapping[str, tuple[Pod, Placement]],
        found: t.Mapping[str, Found],
        losing: t.Collection[str],
        request: Request,
    ) -> None:
        asked = [] if request.delete_storage else [found[server] for server in sorted(losing) if server in found]
        for_each(asked, lambda pod: self._refuse(pod, self._witness.objection(pod)))
        if any(action.needs_start for action in actions):
            self._ensure_network()
            if self._drives.kind == "stand_in":
                record_drive_root(self._drives.root, self._config_root)

        def carry_out(action: _plan.Action) -> None:
            server = action.server
            if action.verb in ("stop", "restart", "replace", "remove") and server in found:
                self._stop(server, found[server])
            if action.verb in ("replace", "remove"):
                if found.get(server) in asked:
                    self._check_carried(found[server])
                self._remove(server, keep_storage=server not in losing)
            if action.verb == "repair":
                if not found[server].current.stopped:
                    self._stop(server, found[server])
                self._remove(server, keep_storage=True)
            if action.verb in ("create", "replace", "repair"):
                self._create(*pods[server])
            if action.needs_start:
                before = self._agent_started(pods[server][0])
                self._start_or_repair(server, *pods[server])
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
        # What this run makes, from the last to the first: only that goes again when the rest cannot be made.
        made: list[list[str]] = []
        _write_config(placement.config_directory, pod.config_files)
        try:
            if not self._podman.succeeds(["volume", "exists", names.volume]):
                self._podman.call(
                    _podman_render.volume_create(placement.instance, pod.server), f"{doing}: create the volume"
                )
                made.insert(0, ["volume", "rm", names.volume])
            description = _podman_render.describe(pod, placement)
            self._podman.call(_podman_render.pod_create(pod, placement, description), f"{doing}: create the pod")
            made.insert(0, ["pod", "rm", "--force", "--ignore", names.pod])
            for container in pod.containers:
                self._podman.create(
                    names.container(container.name),
                    _podman_render.container_create(pod, container, placement),
                    f"{doing}: create {container.name}",
                )
        except SimulatorError:
            # Why it failed matters more than what is wrong with clearing away.
            for words in made:
                with contextlib.suppress(SimulatorError):
                    self._podman.succeeds(words)
            raise

    def _start_or_repair(self, server: str, pod: Pod, placement: Placement) -> None:
        try:
            self._start(server)
        except SimulatorError as error:
            # What the runtime wrote of a container outlived the machine: only a new container, with another id, starts.
            if "container with given ID already exists" not in error.message:
                raise
            self._remove(server, keep_storage=True)
            self._create(pod, placement)
            self._start(server)

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

    @property
    def _witness(self) -> Witness:
        return Witness(self._podman, self._topology.instance)

    def _check_carried(self, found: Found) -> None:
        """Refuse to remove a stopped server's volume unless it has just been seen that Windows has all of it."""
        if found.current.stopped:
            return  # it was asked about as it is
        objection = self._witness.last_objection(found)
        if objection:
            # Running again, its agent carries what it can as soon as it can. Not by way of the pod: its init
            # container wants the Windows directory, which may be just what is missing.
            names = Names(self._topology.instance, found.current.server)
            ran = [name for name in ("sync-agent", "nfs-server") if found.containers.get(name) == "running"]
            if ran:
                self._podman.call(["start", *map(names.container, ran)], f"server {found.current.server}: start again")
        self._refuse(found, objection)

    def _refuse(self, found: Found, objection: str) -> None:
        """Raise SimulatorError when there is an objection to the removal of a server's volume."""
        server = found.current.server
        if objection:
            raise SimulatorError(
                f"server {server}: {objection}, so its volume {Names(self._topology.instance, server).volume} was not removed; "
                f"mend that and try again, copy what is left with make rescue SERVER={server} TO=DIRECTORY, "
                "or give it up with delete_storage: true"
            )

    def _remove(self, server: str, *, keep_storage: bool) -> None:
        names = Names(self._topology.instance, server)
        self._podman.discard(["pod", "rm", "--force", "--ignore", names.pod], f"server {server}: remove the pod")
        if not keep_storage and self._podman.succeeds(["volume", "exists", names.volume]):
            self._podman.discard(["volume", "rm", names.volume], f"server {server}: remove the volume")
        shutil.rmtree(os.path.join(self._config_root, server), ignore_errors=True)


def _is_written(directory: str, files: t.Mapping[str, str]) -> bool:
    """Tell whether ``files`` are in ``directory`` as they were written."""
    try:
        for name, text in files.items():
            with open(os.path.join(directory, name), encoding="utf-8") as stream:
                if stream.read() != text:
                    return False
    except (OSError, ValueError):
        return False
    return True


def _fate(
    action: _plan.Action,
    current: t.Mapping[str, _plan.Current],
    wanted: t.Mapping[str, t.Mapping[str, t.Any]],
    request: Request,
) -> str:
    """Return what becomes of a server's volume; empty where nothing does.

    Containers are made anew around the same volume. Only another Windows directory needs another one: the
    ledger in it tells what both have agreed on. Raises SimulatorError where that would discard a persistent one.
    """
    if action.verb not in ("replace", "remove"):
        return ""
    described = current[action.server].description
    persistent = described.get("storage") != "empty_dir"
    if action.verb == "remove":
        return REMOVED if (request.delete_storage and request.state == "absent") or not persistent else KEPT
    before, after = described.get("generation"), wanted[action.server].get("generation")
    if request.check_mode or before in (None, after):
        # Check mode before the first layout knows no generation, and promises nothing.
        other = before != after and described.get("local_directory") != wanted[action.server].get("local_directory")
        return ANEW if other and before is not None and not persistent else KEPT
    if persistent and not request.delete_storage:
        raise SimulatorError(
            f"server {action.server}: its persistent volume belongs to {described.get('windows_directory')}, and "
            f"{wanted[action.server].get('windows_directory')} is another directory; nothing was changed. Move that "
            "directory with its marker to the new place and the volume stays, or remove the volume with "
            "state: absent and delete_storage: true"
        )
    return ANEW


def _write_config(directory: str, files: t.Mapping[str, str]) -> None:
    try:
        os.makedirs(directory, mode=0o755, exist_ok=True)
        for name, text in files.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as stream:
                stream.write(text)
    except OSError as error:
        raise SimulatorError(f"{directory}: cannot be written: {error.strerror}; run with become: true") from None
