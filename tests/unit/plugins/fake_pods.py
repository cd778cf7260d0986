# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a FakeKubernetes shows of its pods, and what the sync agents in them answer."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .fake_kubernetes import FakeKubernetes

Object = dict[str, t.Any]


def deployment_status(cluster: FakeKubernetes, name: str, item: Object) -> Object:
    """Return the status of a Deployment whose pods are as ready as the cluster says."""
    running = 1 if item["spec"]["replicas"] and name not in cluster.trouble and name not in cluster.conditions else 0
    return {
        "observedGeneration": item["metadata"]["generation"],
        "replicas": item["spec"]["replicas"],
        "updatedReplicas": item["spec"]["replicas"],
        "readyReplicas": running,
        "conditions": cluster.conditions.get(name, []),
    }


def pods(cluster: FakeKubernetes) -> list[Object]:
    """Return a pod for each Deployment that has one, and those of others."""
    return [
        {
            "metadata": {
                "name": cluster.pods[name],
                "namespace": item["metadata"]["namespace"],
                "labels": item["spec"]["template"]["metadata"]["labels"],
            },
            "spec": {
                "nodeName": "node-1",
                "volumes": item["spec"]["template"]["spec"].get("volumes", []),
                "initContainers": item["spec"]["template"]["spec"].get("initContainers", []),
                "ephemeralContainers": cluster.ephemeral.get(cluster.pods[name], []),
            },
            "status": cluster.trouble.get(
                name,
                {
                    "hostIP": "127.0.0.1",
                    "initContainerStatuses": [{"name": "sync-windows-data", "state": {"terminated": {"exitCode": 0}}}],
                    "containerStatuses": [{"name": "nfs-server", "ready": True, "state": {"running": {}}}],
                    "ephemeralContainerStatuses": _ephemeral_statuses(cluster, cluster.pods[name]),
                },
            ),
        }
        for name, item in cluster.kind("Deployment").items()
        if item["spec"].get("replicas") and name not in cluster.conditions
    ] + cluster.strangers


def _ephemeral_statuses(cluster: FakeKubernetes, pod: str) -> list[Object]:
    terminated: Object = {"terminated": {"reason": "Completed", "exitCode": 0}}
    names = [each["name"] for each in cluster.ephemeral.get(pod, [])]
    return [{"name": name, "state": terminated if name in cluster.ended else {"running": {}}} for name in names]


def executed(cluster: FakeKubernetes, pod: str, words: list[str]) -> Object | list[Object] | None:
    """What an agent answers to a command in its container; None when it does not."""
    if "nas_fault_helper" in words:
        return []
    server = pod.rpartition("-")[0]
    if server in cluster.silent:
        return None
    if "accept" in words:
        return cluster.accepted.get(server)
    if "rescue" in words:
        return cluster.rescued.get(server, [])
    if "status" in words:
        return cluster.statuses.get(server)
    template = cluster.kind("Deployment")[server]["spec"]["template"]["metadata"]
    windows = {"generation": template["annotations"]["file-simulator/generation"]}
    nothing = {"waiting_count": 0, "refused_count": 0, "error_count": 0, "windows": windows}
    known = {"nonce": words[words.index("--nonce") + 1], "state": "known", "reason": "", "halted_reason": ""}
    return {**known, **nothing, **cluster.left.get(server, {})}
