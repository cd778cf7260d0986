# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One server's pod from its creation to its removal. Private to file_simulator.nas."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import memory_volume, render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.asking import service_of
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.configuration import write_configuration
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.damage import ANSWER_SECONDS
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.network import InstanceNetwork
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.port_clearing import clear_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names, Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.status import sync_status
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import ProbeError
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import wait_for_nfs
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    AGENT_CONTAINER,
    AGENT_OCCUPIED,
    INIT_CONTAINER,
    SERVER_CONTAINER,
    Pod,
)

_SERVER_STOP_SECONDS = 5
# Exit statuses from here on are a runtime's, of a container that it could not start or has ended.
_RUNTIME_STATUS = 125
# A server that starts answers within a second or two; one that has no port rules never does.
_RELOAD_SECONDS = 10


class Lifecycle:
    """Creates, starts, stops and removes the pods of one instance; what is lost by it, others have asked."""

    def __init__(self, podman: Podman, instance: str, config_root: str) -> None:
        self._podman = podman
        self._instance = instance
        self._config_root = config_root
        # Podman builds the image of a pod's own container when it misses it; several at once would each build one.
        self._creating_the_first_pod = threading.Lock()
        self._created_a_pod = False

    def create(self, pod: Pod, placement: Placement) -> None:
        """Create a server's volume, pod and containers, and start none of them.

        Raises:
            SimulatorError: one could not be created; what this call had created before is removed again.
        """
        names = Names(placement.instance, pod.server)
        operation = f"server {pod.server}"
        # What this run makes, from the last to the first.
        made: list[list[str]] = []
        write_configuration(placement.config_directory, pod.config_files)
        try:
            if not self._podman.succeeds(["volume", "exists", names.volume]):
                self._podman.call(
                    render.volume_create(placement.instance, pod.server, memory_volume.creation_options(pod)),
                    f"{operation}: create the volume",
                )
                made.insert(0, ["volume", "rm", names.volume])
            description = render.describe(pod, placement)
            self._create_pod(names, render.pod_create(pod, placement, description), f"{operation}: create the pod")
            made.insert(0, ["pod", "rm", "--force", "--ignore", names.pod])
            for container in pod.containers:
                self._podman.create(
                    names.container(container.name),
                    render.container_create(pod, container, placement),
                    f"{operation}: create {container.name}",
                )
        except SimulatorError:
            # Why it failed matters more than what is wrong with clearing away.
            for words in made:
                with contextlib.suppress(SimulatorError):
                    self._podman.succeeds(words)
            raise

    def _create_pod(self, names: Names, arguments: t.Sequence[str], operation: str) -> None:
        with self._creating_the_first_pod:
            if first := not self._created_a_pod:
                self._podman.create(names.infra, arguments, operation, pod=names.pod)
                self._created_a_pod = True
        if not first:
            self._podman.create(names.infra, arguments, operation, pod=names.pod)

    def start_or_repair(self, server: str, pod: Pod, placement: Placement) -> None:
        """Start a pod, and where it does not start, a new one around its volume.

        Raises:
            SimulatorError: the new one does not start either, or the initial copy failed, which a new pod would not mend.
        """
        began = int(time.time())
        try:
            memory_volume.keep_mounted(self._podman, self._instance, pod)
            self.start(server)
        except SimulatorError:
            # Whatever state a power loss or the end of a podman has left a container in: a new one, with another id, starts.
            if self._initial_copy_failed(server, began):
                raise
            self.remove(server, keep_storage=True)
            self.create(pod, placement)
            memory_volume.keep_mounted(self._podman, self._instance, pod)
            self.start(server)

    def _initial_copy_failed(self, server: str, since: int) -> bool:
        """Tell whether the copy itself ended with an error since then; a new pod only ends another agent on the volume."""
        container = Names(self._instance, server).container(INIT_CONTAINER)
        run = self._podman.runs([container]).get(container)
        return bool(run and run.started >= since and 0 < run.status < _RUNTIME_STATUS and run.status != AGENT_OCCUPIED)

    def clear_ports(self, pod: Pod, placement: Placement) -> None:
        """Remove the rules by which an earlier pod, of whose end podman did not know, still has the ports."""
        clear_ports(self._podman, render.network_name(self._instance), render.published(pod, placement))

    def start(self, server: str) -> None:
        """Start a pod that exists; returns when its initial copy is done.

        Raises:
            SimulatorError: it did not start; ``log`` has the last lines of the initial copy.
        """
        names = Names(self._instance, server)
        try:
            self._podman.call(["pod", "start", names.pod], f"server {server}: start the pod")
        except SimulatorError as error:
            log = self._podman.log_tail(names.container(INIT_CONTAINER), 3)
            # The containers stay for whoever wants to look closer; the next run starts or replaces them.
            cause = f"; {INIT_CONTAINER} says: {log.splitlines()[-1]}" if log else ""
            raise SimulatorError(f"{error.message}{cause}", log=log, **error.details) from None

    def wait(self, pod: Pod, placement: Placement, request: Request) -> None:
        """Wait until the server answers at its port, and set its port rules again when it takes too long.

        Raises:
            SimulatorError: it did not within ``request.timeout`` seconds; ``log`` has its last lines.
        """
        server = pod.server
        names = Names(self._instance, server)
        service, patience = service_of(pod, placement), min(request.timeout, _RELOAD_SECONDS)
        with contextlib.suppress(ProbeError):
            wait_for_nfs(service, patience)
            return
        # A podman that still clears away an earlier pod takes the rules of the whole network with it.
        self._reload_network(server, self._find(server))
        try:
            wait_for_nfs(service, request.timeout - patience)
        except ProbeError as error:
            log = self._podman.log_tail(names.container(SERVER_CONTAINER), 5)
            found = self._find(server)
            words = sorted(found.containers.items()) if found else []
            containers = ", ".join(f"{name} {word}" for name, word in words)
            raise SimulatorError(
                f"server {server}: not ready after {request.timeout} s: {error} ({containers}); "
                f"{SERVER_CONTAINER} says: {log.splitlines()[-1] if log else 'nothing'}",
                log=log,
            ) from None

    def _find(self, server: str) -> Found | None:
        mine = (pod for pod in self._podman.pods() if (pod.instance, pod.current.server) == (self._instance, server))
        return next(mine, None)

    def _reload_network(self, server: str, found: Found | None) -> None:
        with contextlib.suppress(SimulatorError):
            if found:
                self._podman.call(["network", "reload", found.infra], f"server {server}: reload its network")

    def agent_started(self, pod: Pod) -> t.Any:
        """Return when the server's agent was started, as far as it has told; None when it has not."""
        if pod.agent is None:
            return None
        return (sync_status(self._podman, self._instance, pod.server) or {}).get("started")

    def wait_for_agent(self, pod: Pod, before: t.Any, timeout: int) -> None:
        """Wait until the agent can be told to stop: earlier, it would be killed with changes still to carry."""
        if pod.agent is None or wait_until(lambda: self.agent_started(pod) != before, timeout):
            return
        log = self._podman.log_tail(Names(self._instance, pod.server).container(pod.agent.name), 5)
        raise SimulatorError(
            f"server {pod.server}: the sync agent has not started after {timeout} s; "
            f"it says: {log.splitlines()[-1] if log else 'nothing'}",
            log=log,
        )

    def stop(self, server: str, found: Found) -> None:
        """Stop a server in the order that loses nothing: no more writes come, then the agent carries the last ones."""
        names = Names(self._instance, server)
        if found.has_paused:
            # What stands still can neither carry what waits nor end.
            self._podman.call(["pod", "unpause", names.pod], f"server {server}: let it go on")
        for container, seconds in ((SERVER_CONTAINER, _SERVER_STOP_SECONDS), (AGENT_CONTAINER, None)):
            if found.containers.get(container) == "running":
                limit = [] if seconds is None else ["--time", str(seconds)]
                self._podman.call(["stop", *limit, names.container(container)], f"server {server}: stop {container}")
        self._podman.call(["pod", "stop", names.pod], f"server {server}: stop the pod")

    def restart(self, server: str, found: Found | None) -> None:
        """Stop a server and start it as it is. Raises SimulatorError where it has no pod."""
        if found is None:
            raise SimulatorError(f"server {server}: it has no pod")
        self.stop(server, found)
        self.start(server)

    def reconnect(self, pod: Pod, placement: Placement, found: Found) -> bool:
        """Set the port rules of a running pod again; tell whether it answers then."""
        self._reload_network(pod.server, found)
        try:
            wait_for_nfs(service_of(pod, placement), ANSWER_SECONDS)
        except ProbeError:
            return False
        return True

    def remove(self, server: str, *, keep_storage: bool) -> None:
        """Remove a server's pod and configuration, and its volume unless ``keep_storage``; what is not there is no error."""
        names = Names(self._instance, server)
        self._podman.discard("pod", names.pod, f"server {server}: remove the pod")
        if not keep_storage and self._podman.succeeds(["volume", "exists", names.volume]):
            try:
                self._podman.discard("volume", names.volume, f"server {server}: remove the volume")
            except SimulatorError:
                # A podman that was killed as it removed a pod may leave one of its containers, which is in no pod now.
                left = self._podman.containers(self._instance, server)
                if not left:
                    raise
                for container in left:
                    self._podman.discard("container", container, f"server {server}: remove what is left of its pod")
                self._podman.discard("volume", names.volume, f"server {server}: remove the volume")
        shutil.rmtree(os.path.join(self._config_root, server), ignore_errors=True)

    def clear_away(self, network: InstanceNetwork) -> None:
        """Remove what an instance's servers have in common; the last of them is gone."""
        for leftover in self._podman.unfinished(self._instance):
            self._podman.call(["rm", "--force", leftover], "remove a container that podman did not finish creating")
        network.remove()
        # What it claims of the images (see nas_image) goes with the instance.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{self._config_root}.image")
        shutil.rmtree(self._config_root, ignore_errors=True)
