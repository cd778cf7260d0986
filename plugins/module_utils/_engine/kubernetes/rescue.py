# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies what only a server's storage has out of a cluster. Private to file_simulator.nas. Talks to the outside.

The server's own pod says it, or one made for it around the claim that the server has left.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import (
    diagnose_pod,
    newest_pod,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.pod_spec import (
    Placement,
    node_directory,
    rescue_pod,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.receiving import Receiver
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.execution import execute_lines
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object, claim_name
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    AGENT_CONTAINER,
    SERVER_CONTAINER,
    Images,
    agent_subcommand,
    pod_of,
)

# How long an agent may look through both sides before it says the first word, or read on between two.
_SILENCE_SECONDS = 300.0
_START_SECONDS = 60.0
_PAUSE = 0.5


class Rescue:
    """Rescues servers of one instance. ``node_data_root`` is the data root as the nodes see it."""

    def __init__(self, cluster: Cluster, topology: Topology, node_data_root: str) -> None:
        self._cluster = cluster
        self._topology = topology
        self._namespace = topology.namespace
        self._node_data_root = node_data_root

    def copy(
        self, server: Server, pods: t.Sequence[Object], to: str, images: Images, *, windows: bool
    ) -> dict[str, t.Any]:
        """Copy what only the storage of ``server`` has below ``to``; return what became of it.

        ``windows`` tells whether there is a Windows directory to compare with.
        """
        pod = pod_of(server, images)
        if pod.agent is None:
            raise SimulatorError(f"server {server.name}: it has no agent, so nothing of it waits to be synced")
        command = agent_subcommand(pod.agent.command, "rescue", "--to", "-")
        own = newest_pod(pods)
        # Where the agent's container does not run, that of the NFS server has the export and the program, too.
        problem = f"server {server.name}: none of its containers runs"
        for container in (AGENT_CONTAINER, SERVER_CONTAINER):
            if own is None or not _runs(own, container):
                continue
            receiver = Receiver(to)
            try:
                return self._receive(receiver, own["metadata"]["name"], container, command)
            except SimulatorError as error:
                # What is said to run may have died just now.
                problem = f"server {server.name}: {error.message}"
                if receiver.begun:
                    raise SimulatorError(problem) from None
        claim = claim_name(server.name)
        if self._cluster.get("PersistentVolumeClaim", claim, self._namespace) is None:
            raise SimulatorError(f"{problem}, and it has no claim {claim} that could be looked at")
        if not images.nas:
            raise SimulatorError(f"{problem}; name the NAS image with image")
        placement = Placement(
            instance=self._topology.instance,
            namespace=self._namespace,
            port=server.port,
            node_directory=node_directory(server, self._topology, self._node_data_root),
            generation="",
            cluster_version=(1, 29),
        )
        persistent = dataclasses.replace(pod, storage="persistent")
        with self._throwaway(server.name, rescue_pod(persistent, pod.agent, placement, windows=windows)) as name:
            return self._receive(Receiver(to), name, AGENT_CONTAINER, command)

    def _receive(self, receiver: Receiver, pod: str, container: str, command: t.Sequence[str]) -> dict[str, t.Any]:
        try:
            execute_lines(self._cluster, self._namespace, pod, container, command, _SILENCE_SECONDS, receiver.take)
            return receiver.result()
        finally:
            receiver.close()

    @contextlib.contextmanager
    def _throwaway(self, server: str, pod: Object) -> t.Iterator[str]:
        """Run a pod for the time of the block."""
        name = pod["metadata"]["name"]
        operation = f"server {server}: {{}} the pod {name}"
        # One that an interrupted rescue has left would go by itself, but only after an hour.
        self._cluster.delete("Pod", name, self._namespace, operation.format("delete"), grace_period=0)
        self._wait(lambda: self._cluster.get("Pod", name, self._namespace) is None, server, name)
        self._cluster.create(pod, operation.format("create"))
        try:
            self._wait(lambda: self._is_running(name), server, name)
            yield name
        finally:
            self._cluster.delete("Pod", name, self._namespace, operation.format("delete"), grace_period=0)

    def _is_running(self, name: str) -> bool:
        pod = self._cluster.get("Pod", name, self._namespace)
        return pod is not None and _runs(pod, AGENT_CONTAINER)

    def _wait(self, condition: t.Callable[[], bool], server: str, name: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                pod = self._cluster.get("Pod", name, self._namespace)
                fields = f"type=Warning,involvedObject.name={name}"
                why = (
                    diagnose_pod(pod, self._cluster.items("Event", self._namespace, fields=fields))
                    if pod
                    else "it is gone"
                )
                raise SimulatorError(f"server {server}: the pod {name} is not ready after {_START_SECONDS:g} s: {why}")
            time.sleep(_PAUSE)


def _runs(pod: t.Mapping[str, t.Any], container: str) -> bool:
    status = pod.get("status", {})
    found = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return any(each["name"] == container and "running" in (each.get("state") or {}) for each in found)
