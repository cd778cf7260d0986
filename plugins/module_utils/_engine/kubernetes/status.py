# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the servers of a cluster are. Private to file_simulator.nas.

Looks at the cluster, asks each server over NFS from this machine, and its sync agent for its status.
Changes nothing.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import agent
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import (
    Diagnosis,
    newest_pod,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.faults import faults_of
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.state import (
    at_node_ports,
    local_addresses,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.waiting import Watcher
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object, dns_name
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import NFS_PORT, NO_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer, ProbeError
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import ask, wait_for_nfs
from ansible_collections.file_simulator.nas.plugins.module_utils._server.service import service_of
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import (
    ABSENT,
    BROKEN,
    NOT_ANSWERING,
    READY,
    STOPPED,
    ClusterPlace,
    ServerStatus,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import spaces_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives

_PROBE_SECONDS = 2.0
# What a node takes to publish the port of a server that has just become ready.
_PUBLISHING_SECONDS = 10.0


class Reporter:
    """Tells how the servers of one instance are. ``node_address`` empty stands for that of a server's own node."""

    def __init__(
        self, cluster: Cluster, watcher: Watcher, topology: Topology, drives: Drives, node_address: str
    ) -> None:
        self._cluster = cluster
        self._watcher = watcher
        self._topology = topology
        self._drives = drives
        self._node_address = node_address

    def statuses(self, servers: t.Sequence[Server]) -> list[ServerStatus]:
        """Return how each of ``servers`` is, in their order."""
        deployments = self._watcher.deployments()
        pods = self._watcher.pods()
        services = {item["metadata"]["name"]: item for item in self._services()}
        servers = self._at_ports(servers, services.values())
        present = [server.name for server in servers if server.name in deployments]
        diagnoses = self._watcher.diagnoses(present, read_logs=True)
        elsewhere = self._any_node() if any(server.name not in pods for server in servers) else ""

        spaces = spaces_of([self._drives.local(server.directory) for server in servers])

        def status(server: Server) -> ServerStatus:
            pod = newest_pod(pods.get(server.name, ()))
            cluster_ip = services.get(server.name, {}).get("spec", {}).get("clusterIP", "")
            host = cluster_ip if server.port == NFS_PORT else self._host(pod) or elsewhere
            local_directory = self._drives.local(server.directory)
            state, problem, answer = _state(deployments.get(server.name), diagnoses.get(server.name), host, server)
            return ServerStatus(
                server,
                engine="kubernetes",
                instance=self._topology.instance,
                state=state,
                problem=problem,
                host=host,
                local_directory=local_directory,
                answer=answer,
                windows_space=spaces[local_directory],
                containers=_containers(pod),
                sync=self._status_of(pod) if server.sync.mode != "none" else None,
                faults=faults_of(pod),
                cluster=ClusterPlace(
                    context=self._cluster.context,
                    namespace=self._topology.namespace,
                    dns_name=dns_name(server.name, self._topology.namespace),
                    cluster_ip=cluster_ip,
                    cluster_port=NFS_PORT,
                    pod=pod["metadata"]["name"] if pod else "",
                    node=pod["spec"].get("nodeName", "") if pod else "",
                    restarts=sum(each.get("restartCount", 0) for each in _container_statuses(pod)),
                    last_error=_last_error(pod),
                ),
            )

        return for_each(servers, status)

    def unreachable(self, servers: t.Sequence[Server]) -> list[str]:
        """Tell which of some ready servers do not answer this machine; ask for a while, for ports open late."""
        pods = self._watcher.pods()
        # What has no NodePort is for the cluster alone.
        servers = [server for server in servers if server.port != NFS_PORT]
        if any(NO_PORT in (server.port, server.mount_port) for server in servers):
            servers = self._at_ports(servers, self._services())

        def trouble(server: Server) -> str:
            host = self._host(newest_pod(pods.get(server.name, ())))
            try:
                wait_for_nfs(service_of(server, host), _PUBLISHING_SECONDS)
            except ProbeError as error:
                return (
                    f"server {server.name}: ready in the cluster, but this machine does not reach it: {error}; "
                    "set node_address to where the NodePorts are published"
                )
            return ""

        return [text for text in for_each(servers, trouble) if text]

    def _services(self) -> list[Object]:
        return self._cluster.items("Service", self._topology.namespace)

    def _at_ports(self, servers: t.Sequence[Server], services: t.Iterable[Object]) -> list[Server]:
        return at_node_ports(servers, services, self._topology.namespace, self._topology.instance)

    def _host(self, pod: Object | None) -> str:
        return self._node_address or (str(pod.get("status", {}).get("hostIP", "")) if pod else "")

    def _any_node(self) -> str:
        if self._node_address:
            return self._node_address
        return next(iter(local_addresses(self._cluster.items_wherever_allowed("Node"))), "")

    def _status_of(self, pod: Object | None) -> Object | None:
        if pod is None:
            return None
        return agent.sync_status(self._cluster, self._topology.namespace, pod)


def _state(
    deployment: Object | None, diagnosis: Diagnosis | None, host: str, server: Server
) -> tuple[str, str, Answer | None]:
    """Return a server's state, what is wrong with it, and what it said when it answers."""
    if deployment is None:
        return ABSENT, "", None
    if deployment["spec"].get("replicas", 1) == 0:
        return STOPPED, "", None
    if diagnosis:
        return BROKEN, diagnosis.cause, None
    try:
        return READY, "", ask(service_of(server, host), _PROBE_SECONDS)
    except ProbeError as error:
        if server.port == NFS_PORT:
            return READY, "", None  # its own probe says so; from outside the cluster, nobody need reach it
        return NOT_ANSWERING, str(error), None


def _container_statuses(pod: Object | None) -> list[Object]:
    status = pod.get("status", {}) if pod else {}
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


def _containers(pod: Object | None) -> dict[str, str]:
    """Return a word for the state of each container: running, exited, or why it waits."""
    words = {}
    for status in _container_statuses(pod):
        state = status.get("state", {})
        waiting = (state.get("waiting") or {}).get("reason", "waiting")
        words[status["name"]] = "running" if "running" in state else "exited" if "terminated" in state else waiting
    return words


def _last_error(pod: Object | None) -> str:
    """Return how a container last ended that has been started again since, empty when none has."""
    ends = [(status["name"], (status.get("lastState") or {}).get("terminated")) for status in _container_statuses(pod)]
    failed = [(name, end) for name, end in ends if end]
    if not failed:
        return ""
    name, end = max(failed, key=lambda each: str(each[1].get("finishedAt", "")))
    lines = str(end.get("message", "")).strip().splitlines()
    return f"{name}: {end.get('reason', '')}, exit status {end.get('exitCode')}" + (f": {lines[-1]}" if lines else "")
