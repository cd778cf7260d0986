# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubernetes objects for one server. Private to file_simulator.nas. Pure.

Objects are plain data, as the API takes them. They name every field that matters and none that the
server fills in: what is not named here stays whoever else's it is (server-side apply).
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.pod_spec import (
    Placement,
    pod_spec,
    port_name,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import (
    ANNOTATION_CLAIM_GENERATION,
    ANNOTATION_CONFIG,
    ANNOTATION_GENERATION,
    ANNOTATION_LOCAL,
    ANNOTATION_RESTORED,
    POD_SECURITY,
    Object,
    claim_name,
    config_name,
    labels,
    selector,
    shared_labels,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import NFS_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Pod
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import Port


def namespace_object(name: str) -> Object:
    """Return the namespace, with the Pod Security level that the servers need."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": {**shared_labels(), "pod-security.kubernetes.io/enforce": POD_SECURITY},
        },
    }


def server_objects(pod: Pod, placement: Placement) -> list[Object]:
    """Return a server's objects, in the order in which they are applied."""
    objects = [_config_map(pod, placement), _service(pod, placement)]
    if pod.storage == "persistent":
        objects.append(_claim(pod, placement))
    if placement.network_policy:
        objects.append(_network_policy(pod, placement))
    return [*objects, _deployment(pod, placement)]


def _metadata(pod: Pod, placement: Placement, name: str) -> Object:
    return {
        "name": name,
        "namespace": placement.namespace,
        "labels": labels(placement.instance, pod.server, pod.labels["role"]),
    }


def _config_map(pod: Pod, placement: Placement) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(pod, placement, config_name(pod.server)),
        "data": dict(pod.config_files),
    }


def _service(pod: Pod, placement: Placement) -> Object:
    on_nodes = placement.port != NFS_PORT
    # rpcbind tells clients the standard ports, which the nodes do not have.
    ports = [port for port in pod.ports if port.name != "rpcbind" or not on_nodes]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(pod, placement, pod.server),
        "spec": {
            "type": "NodePort" if on_nodes else "ClusterIP",
            "selector": selector(placement.instance, pod.server),
            # Another policy would hide from the NFS server which client is asking.
            **({"externalTrafficPolicy": "Local" if placement.clients else "Cluster"} if on_nodes else {}),
            "ports": [_service_port(port, placement, on_nodes) for port in ports],
        },
    }


def _service_port(port: Port, placement: Placement, on_nodes: bool) -> Object:
    node_port = placement.port if port.name == "nfs" else placement.mount_port
    return {
        "name": port_name(port),
        "protocol": port.protocol.upper(),
        "port": port.number,
        "targetPort": port_name(port),
        # Where none is named, the API server chooses one.
        **({"nodePort": node_port} if on_nodes and node_port else {}),
    }


def _claim(pod: Pod, placement: Placement) -> Object:
    spec: Object = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": pod.size_limit}},
    }
    if placement.storage_class is not None:
        spec["storageClassName"] = placement.storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            **_metadata(pod, placement, claim_name(pod.server)),
            "annotations": {ANNOTATION_CLAIM_GENERATION: placement.generation},
        },
        "spec": spec,
    }


def _network_policy(pod: Pod, placement: Placement) -> Object:
    """Let NFS in, from the server's clients where it has any; the node itself is always let in. Nothing goes out."""
    nfs: Object = {"ports": [{"protocol": port.protocol.upper(), "port": port.number} for port in pod.ports]}
    if placement.clients:
        nfs["from"] = [{"ipBlock": {"cidr": client}} for client in placement.clients]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(pod, placement, pod.server),
        "spec": {
            "podSelector": {"matchLabels": selector(placement.instance, pod.server)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [nfs],
        },
    }


def _deployment(pod: Pod, placement: Placement) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            **_metadata(pod, placement, pod.server),
            "annotations": {ANNOTATION_LOCAL: placement.local_directory},
        },
        "spec": {
            "replicas": 1,
            "revisionHistoryLimit": 1,
            # Never two pods on one Windows directory: the old one goes before the new one comes.
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": selector(placement.instance, pod.server)},
            "template": {
                "metadata": {
                    "labels": labels(placement.instance, pod.server, pod.labels["role"]),
                    "annotations": {
                        ANNOTATION_CONFIG: _config_hash(pod.config_files),
                        ANNOTATION_GENERATION: placement.generation,
                        # The pod is bound to a directory that was deleted since, though this one is called the same.
                        **({ANNOTATION_RESTORED: placement.restored} if placement.restored else {}),
                    },
                },
                "spec": pod_spec(pod, placement),
            },
        },
    }


def _config_hash(files: t.Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()[:16]
