# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real cluster as its administrator sees it, through the official client and nothing of ours.

As a program (``python -m tests.integration.kube``) it makes and removes the volume for persistent storage.
"""

from __future__ import annotations

import os
import sys
import time
import typing as t

import kubernetes
import kubernetes.stream

VOLUME = "file-simulator-test"
SERVER_LABEL = "file-simulator/server"


class Kube:
    """The cluster that NAS_KUBECONFIG and NAS_CONTEXT name."""

    def __init__(self, namespace: str = "file-simulator") -> None:
        self.namespace = namespace
        api = kubernetes.config.new_client_from_config(
            config_file=os.environ["NAS_KUBECONFIG"], context=os.environ["NAS_CONTEXT"]
        )
        self.core = kubernetes.client.CoreV1Api(api)
        self.apps = kubernetes.client.AppsV1Api(api)

    def pods(self) -> dict[str, t.Any]:
        """Return the pod of each server; fail when one has two that live."""
        found: dict[str, t.Any] = {}
        for pod in self.core.list_namespaced_pod(self.namespace, label_selector=SERVER_LABEL).items:
            if pod.metadata.deletion_timestamp is None:
                assert pod.metadata.labels[SERVER_LABEL] not in found, pod.metadata.name
                found[pod.metadata.labels[SERVER_LABEL]] = pod
        return found

    def uids(self) -> dict[str, str]:
        return {server: pod.metadata.uid for server, pod in self.pods().items()}

    def kill(self, *servers: str) -> None:
        """Kill pods without a chance to say goodbye."""
        pods = self.pods()
        for server in servers:
            self.core.delete_namespaced_pod(pods[server].metadata.name, self.namespace, grace_period_seconds=0)

    def execute(self, server: str, container: str, *command: str) -> str:
        """Run a command in a server's container and return what it says."""
        connect = self.core.connect_get_namespaced_pod_exec
        return str(
            kubernetes.stream.stream(
                connect, self.pods()[server].metadata.name, self.namespace, container=container,
                command=list(command), stdout=True, stderr=True, stdin=False, tty=False,
            )
        )  # fmt: skip

    def versions(self) -> dict[str, str]:
        """Return the resourceVersion of everything that the instance has, and of its namespace."""
        api, place = self.core.api_client, self.namespace
        lists = [
            self.core.list_namespaced_config_map(place),
            self.core.list_namespaced_service(place),
            self.core.list_namespaced_persistent_volume_claim(place),
            self.core.list_namespaced_pod(place),
            self.apps.list_namespaced_deployment(place),
            kubernetes.client.NetworkingV1Api(api).list_namespaced_network_policy(place),
            self.core.list_namespace(field_selector=f"metadata.name={place}"),
        ]
        return {item.metadata.uid: item.metadata.resource_version for found in lists for item in found.items}


def make_volume(path: str) -> None:
    """Make a volume on the node, which is this machine."""
    os.makedirs(path, exist_ok=True)
    volume = {
        "metadata": {"name": VOLUME},
        "spec": {
            "capacity": {"storage": "500Mi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "",
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": path, "type": "Directory"},
        },
    }
    Kube().core.create_persistent_volume(volume)


def remove_volume(name: str = VOLUME) -> None:
    """Remove a volume, once the claim on it is gone; an interrupted run may not have come to make it."""
    core = Kube().core
    try:
        core.delete_persistent_volume(name)
    except kubernetes.client.ApiException as error:
        if error.status != 404:
            raise
    deadline = time.monotonic() + 30
    while any(item.metadata.name == name for item in core.list_persistent_volume().items):
        assert time.monotonic() < deadline, "the volume does not go"
        time.sleep(0.2)


if __name__ == "__main__":
    {"make-volume": make_volume, "remove-volume": remove_volume}[sys.argv[1]](*sys.argv[2:])
