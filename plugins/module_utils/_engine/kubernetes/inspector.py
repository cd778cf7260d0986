# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What checks ask of a cluster. Private to file_simulator.nas. Talks to the outside: the cluster's API."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import (
    ContainerFacts,
    PodView,
    VolumeFacts,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import agent
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import newest_pod
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.waiting import Watcher
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object, dns_name
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import NFS_PORT, RPCBIND_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import cpu_millicores, memory_bytes
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import has_rpcbind

_POD_SECONDS = 60
# nas_probe is in the image; each line of what this says is one server's.
_ASK_BY_NAME = """
import json, socket, sys
from nas_probe import ProbeError, probe
for name, asked in json.loads(sys.argv[1]).items():
    address = problem = ""
    try:
        address = socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)[0][4][0]
        probe(address, int(sys.argv[2]), **asked)
    except (ProbeError, OSError) as error:
        problem = str(error)
    print(json.dumps([name, address, problem]), flush=True)
"""


class KubernetesInspector:
    """Looks at one instance's objects."""

    engine = "kubernetes"
    keeps_volumes = False

    def __init__(self, cluster: Cluster, namespace: str, instance: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._watcher = Watcher(cluster, namespace, instance)

    def versions(self) -> dict[str, str]:
        """Return the cluster's version."""
        return {"kubernetes": ".".join(map(str, self._cluster.version()))}

    def _pod(self, server: str) -> Object | None:
        return newest_pod(self._watcher.pods().get(server, ()))

    def containers(self, server: str) -> list[ContainerFacts]:
        """Return a server's containers as its pod has them."""
        pod = self._pod(server)
        if pod is None:
            return []
        status = pod.get("status", {})
        statuses = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
        running = {each["name"] for each in statuses if "running" in each.get("state", {})}
        containers = [*(pod["spec"].get("initContainers") or []), *pod["spec"]["containers"]]
        return [_facts(container, running) for container in containers]

    def log_tail(self, server: str, container: str, lines: int) -> list[str]:
        """Return the last lines of a container's log."""
        pod = self._pod(server)
        text = self._cluster.log_tail(self._namespace, pod["metadata"]["name"], container, lines) if pod else ""
        return text.splitlines()

    def sync_status(self, server: str) -> t.Mapping[str, t.Any] | None:
        """Return what the agent answers now."""
        pod = self._pod(server)
        return agent.sync_status(self._cluster, self._namespace, pod) if pod else None

    def restart(self, servers: t.Sequence[str]) -> None:
        """Delete the pods, all at once, and wait until they are gone; their Deployments make new ones."""
        going = self._uids(servers)
        for_each(servers, lambda server: self._delete(server, None))
        self._until_replaced(going)

    def kill(self, server: str) -> None:
        """Delete a pod without a grace period."""
        going = self._uids([server])
        self._delete(server, 0)
        self._until_replaced(going)

    def _uids(self, servers: t.Sequence[str]) -> dict[str, str]:
        pods = {server: newest_pod(found) for server, found in self._watcher.pods().items()}
        return {server: str(pod["metadata"]["uid"]) for server, pod in pods.items() if pod and server in servers}

    def _delete(self, server: str, grace_period: int | None) -> None:
        pod = self._pod(server)
        if pod is None:
            raise SimulatorError(f"server {server}: it has no pod")
        self._cluster.delete(
            "Pod", pod["metadata"]["name"], self._namespace, f"server {server}: delete its pod", grace_period
        )

    def _until_replaced(self, going: t.Mapping[str, str]) -> None:
        def replaced() -> bool:
            there = self._uids(list(going))
            return all(there.get(server, uid) != uid for server, uid in going.items())

        if not wait_until(replaced, _POD_SECONDS):
            raise SimulatorError(f"the pods of {', '.join(sorted(going))} were not replaced within {_POD_SECONDS} s")

    def seen_by_a_pod(self, servers: t.Sequence[Server], name: str) -> dict[str, PodView]:
        """Ask the servers from a pod of its own, which is removed afterwards."""
        hosts = {dns_name(server.name, self._namespace): server.name for server in servers}
        desired = {dns_name(server.name, self._namespace): _asked(server) for server in servers}
        self._cluster.apply(self._asking_pod(name, desired), f"create the pod {name}")
        try:

            def ended() -> bool:
                pod = self._cluster.get("Pod", name, self._namespace)
                return bool(pod and pod.get("status", {}).get("phase") in ("Succeeded", "Failed"))

            wait_until(ended, _POD_SECONDS)
            log = self._cluster.log_tail(self._namespace, name, "ask", len(servers) + 1)
        finally:
            self._cluster.delete("Pod", name, self._namespace, f"delete the pod {name}", 0)
        return {hosts[host]: PodView(address, problem) for host, address, problem in _answers(log)}

    def _asking_pod(self, name: str, desired: t.Mapping[str, t.Mapping[str, t.Any]]) -> Object:
        # The NAS image, from wherever a server has it: its first container is always made from it.
        images = [pod["spec"]["initContainers"][0]["image"] for found in self._watcher.pods().values() for pod in found]
        if not images:
            raise SimulatorError("no server has a pod, so there is no image to ask from")
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": self._namespace,
                "labels": {"app.kubernetes.io/name": "nas-validation"},
            },
            "spec": {
                "restartPolicy": "Never",
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                "activeDeadlineSeconds": _POD_SECONDS,
                "terminationGracePeriodSeconds": 0,
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [
                    {
                        "name": "ask",
                        "image": images[0],
                        "imagePullPolicy": "IfNotPresent",
                        "command": ["python3", "-c", _ASK_BY_NAME, json.dumps(desired), str(NFS_PORT)],
                        "resources": {
                            "requests": {"cpu": "25m", "memory": "32Mi"},
                            "limits": {"cpu": "500m", "memory": "64Mi"},
                        },
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "runAsUser": 65534,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }
                ],
            },
        }

    def client_volumes(self, addresses: t.Mapping[tuple[str, int], str]) -> list[VolumeFacts]:
        """Return the volumes whose NFS server is at one of ``addresses``, and their claims."""
        found = []
        for volume in self._cluster.items("PersistentVolume"):
            server = addresses.get(_nfs_address(volume))
            if server is None:
                continue
            reference = volume["spec"].get("claimRef") or {}
            name, place = str(reference.get("name", "")), str(reference.get("namespace", ""))
            claim = self._cluster.get("PersistentVolumeClaim", name, place) if name else None
            phase = str((claim or {}).get("status", {}).get("phase", "absent"))
            own = str(volume.get("status", {}).get("phase", ""))
            found.append(VolumeFacts(volume["metadata"]["name"], server, own, f"{place}/{name}" if name else "", phase))
        return found


def _asked(server: Server) -> dict[str, t.Any]:
    """Return the arguments of the probe for what a server serves first."""
    asked: dict[str, t.Any] = {"path": server.paths[0], "version": server.nfs_version}
    return {**asked, "rpcbind": RPCBIND_PORT} if server.nfs_version == 3 and has_rpcbind(server) else asked


def _nfs_address(volume: Object) -> tuple[str, int]:
    options = volume["spec"].get("mountOptions") or []
    ports = [option[len("port=") :] for each in options for option in each.split(",") if option.startswith("port=")]
    port = int(ports[-1]) if ports and ports[-1].isdigit() else NFS_PORT
    return str((volume["spec"].get("nfs") or {}).get("server", "")), port


def _answers(log: str) -> t.Iterator[tuple[str, str, str]]:
    for line in log.splitlines():
        try:
            host, address, problem = json.loads(line)
        except ValueError:
            continue  # what Python says when it fails is no answer
        yield str(host), str(address), str(problem)


def _facts(container: Object, running: t.Collection[str]) -> ContainerFacts:
    context = container.get("securityContext") or {}
    capabilities = context.get("capabilities") or {}
    kept = set(capabilities.get("add") or [])
    if "ALL" not in (capabilities.get("drop") or []):
        kept.add("those that the runtime adds")
    amounts = container.get("resources") or {}
    limits, requests = amounts.get("limits") or {}, amounts.get("requests") or {}
    return ContainerFacts(
        name=container["name"],
        running=container["name"] in running,
        privileged=bool(context.get("privileged")),
        may_escalate=context.get("allowPrivilegeEscalation") is not False,
        read_only_root=bool(context.get("readOnlyRootFilesystem")),
        capabilities=frozenset(kept),
        cpu_limit=cpu_millicores(limits["cpu"]) if "cpu" in limits else None,
        memory_limit=memory_bytes(limits["memory"]) if "memory" in limits else None,
        cpu_request=cpu_millicores(requests["cpu"]) if "cpu" in requests else None,
        memory_request=memory_bytes(requests["memory"]) if "memory" in requests else None,
    )
