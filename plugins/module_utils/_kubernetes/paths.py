# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the API of a cluster has its objects. Private to file_simulator.nas. Pure."""

from __future__ import annotations

_PATHS = {
    "ConfigMap": "/api/v1/{place}configmaps",
    "Deployment": "/apis/apps/v1/{place}deployments",
    "Event": "/api/v1/{place}events",
    "Lease": "/apis/coordination.k8s.io/v1/{place}leases",
    "Namespace": "/api/v1/namespaces",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/{place}networkpolicies",
    "Node": "/api/v1/nodes",
    "PersistentVolume": "/api/v1/persistentvolumes",
    "PersistentVolumeClaim": "/api/v1/{place}persistentvolumeclaims",
    "Pod": "/api/v1/{place}pods",
    "Service": "/api/v1/{place}services",
    "StorageClass": "/apis/storage.k8s.io/v1/storageclasses",
}


def path_of(kind: str, namespace: str, name: str = "") -> str:
    """Return the path of an object, or of all of a kind when no name is given."""
    place = f"namespaces/{namespace}/" if namespace else ""
    return _PATHS[kind].format(place=place) + (f"/{name}" if name else "")
