# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pod of one server, as the API takes it. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import (
    Object,
    claim_name,
    config_name,
    shared_labels,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import MEMORY
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Container, Mount, Pod
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import Port

_SCRATCH_SIZE = "16Mi"
_RESCUE_SECONDS = 3600
# Python takes up to a second to start under the server's CPU limit.
_PROBE_SECONDS = 5
# How many seconds a server may take to answer for the first time before the kubelet starts it anew.
_START_SECONDS = 120
# A native sidecar is an init container that is not waited for: in Kubernetes from 1.29 on.
_NATIVE_SIDECARS = (1, 29)


@dataclass(frozen=True)
class Placement:
    """Where one server stands in a cluster.

    ``node_directory`` is its Windows directory as the node sees it, ``generation`` and ``restored``
    the ids in that directory's marker, ``local_directory`` the directory as this machine sees it.
    ``storage_class`` None leaves the choice to the cluster. ``port`` and ``mount_port`` are NodePorts, 0 for one that
    the cluster chooses; a ``port`` of 2049 is the Service's own, and nothing of the server is published at the nodes.
    """

    instance: str
    namespace: str
    port: int
    node_directory: str
    generation: str
    cluster_version: tuple[int, int]
    clients: tuple[str, ...] = ()
    storage_class: str | None = None
    network_policy: bool = False
    local_directory: str = ""
    restored: str = ""
    mount_port: int = 0


def node_directory(server: Server, topology: Topology, node_data_root: str) -> str:
    """Return a server's Windows directory as the nodes see it."""
    root, directory = topology.data_root, server.directory
    if not root.holds(directory):
        raise SimulatorError(
            f"server {server.name}: directory: {directory} lies outside the data root {root}, "
            "and nothing else is mounted on the nodes; choose a directory below it"
        )
    return posixpath.join(node_data_root, *directory.parts[len(root.parts) :])


def rescue_pod(pod: Pod, agent: Container, placement: Placement, *, windows: bool) -> Object:
    """Return a pod that lasts an hour, in which a server's agent can be run by hand. It can change neither side.

    Without ``windows``, it does not see the Windows directory.
    """
    spec = pod_spec(pod, placement)
    seen = {"windows", "export"} if windows else {"export"}
    scratch = {name for name, _path in _scratch(agent)}
    container = {**_container(pod, agent), "command": ["sleep", str(_RESCUE_SECONDS)]}
    mounts = [mount for mount in container["volumeMounts"] if mount["name"] in seen | scratch]
    container["volumeMounts"] = [{**mount, "readOnly": True} if mount["name"] in seen else mount for mount in mounts]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        # Not the server's labels: no Service leads to it, and no Deployment counts it.
        "metadata": {"name": f"{pod.server}-rescue", "namespace": placement.namespace, "labels": shared_labels()},
        "spec": {
            **{name: spec[name] for name in ("automountServiceAccountToken", "enableServiceLinks", "securityContext")},
            "restartPolicy": "Never",
            "activeDeadlineSeconds": _RESCUE_SECONDS,
            "terminationGracePeriodSeconds": 0,
            "containers": [container],
            "volumes": [volume for volume in spec["volumes"] if volume["name"] in seen | scratch],
        },
    }


def pod_spec(pod: Pod, placement: Placement) -> Object:
    """Return what runs for one server."""
    init = [_init_container(pod)]
    containers = [_server_container(pod)]
    if pod.agent:
        agent = _agent_container(pod, pod.agent)
        if placement.cluster_version >= _NATIVE_SIDECARS:
            init.append({**agent, "restartPolicy": "Always"})
        else:
            containers.append(agent)
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": pod.grace_period,
        "hostname": pod.server,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "initContainers": init,
        "containers": containers,
        "volumes": _volumes(pod, placement),
    }


def port_name(port: Port) -> str:
    """Return the name of a port among those of one container, which must differ."""
    return port.name if port.protocol == "tcp" else f"{port.name}-{port.protocol}"


def _init_container(pod: Pod) -> Object:
    return _container(pod, pod.init)


def _agent_container(pod: Pod, agent: Container) -> Object:
    # No probe: an agent that has halted must go on telling why, and a restart would not mend it.
    return _container(pod, agent)


def _server_container(pod: Pod) -> Object:
    asked = pod.nfs_server.probe
    # unfs3's image has nothing that could ask; it is one process, which ends when it fails.
    question: Object = {"exec": {"command": list(asked)}} if asked else {"tcpSocket": {"port": "nfs"}}
    probe = {**question, "timeoutSeconds": _PROBE_SECONDS}
    return {
        **_container(pod, pod.nfs_server),
        "ports": [
            {"name": port_name(port), "containerPort": port.number, "protocol": port.protocol.upper()}
            for port in pod.ports
        ],
        "startupProbe": {**probe, "periodSeconds": 1, "failureThreshold": _START_SECONDS},
        "readinessProbe": {**probe, "periodSeconds": 10, "failureThreshold": 2},
        "livenessProbe": {**probe, "periodSeconds": 20, "failureThreshold": 3},
    }


def _container(pod: Pod, container: Container) -> Object:
    amounts = container.resources
    return {
        "name": container.name,
        "image": container.image,
        "imagePullPolicy": "IfNotPresent",
        "command": list(container.command),
        "resources": {
            "requests": {"cpu": amounts.cpu_request, "memory": amounts.memory_request},
            "limits": {"cpu": amounts.cpu_limit, "memory": amounts.memory_limit},
        },
        "securityContext": {
            "privileged": False,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": container.read_only_root,
            # NFS-Ganesha opens files by handle, which the kernel allows to root alone; unfs3 becomes who calls.
            "runAsUser": 0,
            "capabilities": {"drop": ["ALL"], "add": list(container.capabilities)},
        },
        # A log's last lines tell more than a bare exit status.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [
            *[_mount(mount) for mount in container.mounts],
            *[{"name": name, "mountPath": path} for name, path in _scratch(container)],
        ],
    }


def _mount(mount: Mount) -> Object:
    shown: Object = {"name": mount.volume, "mountPath": mount.path}
    return {**shown, "readOnly": True} if mount.read_only else shown


def _scratch(container: Container) -> list[tuple[str, str]]:
    """Return the names of a container's scratch volumes, and where they are mounted."""
    return [(f"{container.name}-{path.strip('/').replace('/', '-')}", path) for path in container.scratch]


def _volumes(pod: Pod, placement: Placement) -> list[Object]:
    if pod.storage == "persistent":
        export: Object = {"persistentVolumeClaim": {"claimName": claim_name(pod.server)}}
    else:
        medium = {"medium": "Memory"} if pod.storage == MEMORY else {}
        export = {"emptyDir": {**medium, "sizeLimit": pod.size_limit}}
    memory = {"emptyDir": {"medium": "Memory", "sizeLimit": _SCRATCH_SIZE}}
    return [
        # Type Directory: with DirectoryOrCreate a lost mount would look like an emptied directory.
        {"name": "windows", "hostPath": {"path": placement.node_directory, "type": "Directory"}},
        {"name": "export", **export},
        {"name": "config", "configMap": {"name": config_name(pod.server)}},
        *[{"name": name, **memory} for container in pod.containers for name, _path in _scratch(container)],
    ]
