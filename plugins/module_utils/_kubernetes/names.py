# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What our things are called in a cluster. Private to file_simulator.nas. Pure.

Labels are those that Kubernetes recommends ("Recommended Labels"), and one of our own that names
the server. A Deployment's selector cannot be changed later, so it has only what never changes.
"""

from __future__ import annotations

import typing as t

Object = t.Dict[str, t.Any]

MANAGER = "file-simulator"
LABEL_INSTANCE = "app.kubernetes.io/instance"
LABEL_MANAGER = "app.kubernetes.io/managed-by"
LABEL_SERVER = "file-simulator/server"
ANNOTATION_CONFIG = "file-simulator/config-hash"
ANNOTATION_GENERATION = "file-simulator/generation"
# Of a claim: the generation of the directory that its volume was made for.
ANNOTATION_CLAIM_GENERATION = "file-simulator/volume-generation"
# Of a Deployment: the Windows directory, as the machine has it that applied it last.
ANNOTATION_LOCAL = "file-simulator/local-directory"
ANNOTATION_RESTORED = "file-simulator/restored"
ANNOTATION_RESTARTED = "file-simulator/restarted-at"
# The level "baseline" forbids two things that a server cannot do without: hostPath volumes, and the
# capability DAC_READ_SEARCH. There is no level between it and this one.
POD_SECURITY = "privileged"
# All objects of ours, in whatever instance.
OURS = f"{LABEL_MANAGER}={MANAGER}"


def shared_labels() -> dict[str, str]:
    """Return the labels of what all instances share."""
    return {"app.kubernetes.io/part-of": "file-simulator", LABEL_MANAGER: MANAGER}


def labels(instance: str, server: str, role: str) -> dict[str, str]:
    """Return the labels of everything that one server has."""
    return {
        "app.kubernetes.io/name": "nas-server",
        "app.kubernetes.io/component": role,
        **shared_labels(),
        **selector(instance, server),
    }


def selector(instance: str, server: str) -> dict[str, str]:
    """Return the labels that tell one server's pod from all others."""
    return {LABEL_INSTANCE: instance, LABEL_SERVER: server}


def instance_selector(instance: str) -> str:
    """Return the selector, as the API takes it, of everything that belongs to one instance."""
    return f"{OURS},{LABEL_INSTANCE}={instance}"


def server_of(item: t.Mapping[str, t.Any]) -> str:
    """Return the server that an object belongs to, empty when it is none of ours."""
    return str(item["metadata"].get("labels", {}).get(LABEL_SERVER, ""))


def config_name(server: str) -> str:
    """Return the name of a server's ConfigMap."""
    return f"{server}-config"


def claim_name(server: str) -> str:
    """Return the name of a server's PersistentVolumeClaim."""
    return f"{server}-export"


def lease_name(instance: str) -> str:
    """Return the name of the Lease of which one run at a time is the holder."""
    return f"{instance}-nas-servers"


def dns_name(server: str, namespace: str) -> str:
    """Return the name under which pods find a server."""
    return f"{server}.{namespace}.svc.cluster.local"
