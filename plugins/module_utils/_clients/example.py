# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example workload: a Deployment that has several NAS servers mounted at once. Private to file_simulator.nas. Pure.

Its program comes from the role nas_clients (files/nas_example.py), and needs a Python 3 in the image.
It passes the Pod Security level "restricted": it needs nothing but its volumes.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import (
    EXAMPLE,
    LABEL_HOME,
    LABEL_NAME,
    Naming,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import LABEL_INSTANCE, Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CONFIG_MAP, DEPLOYMENT
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

_PROGRAM = "nas_example.py"
_PROGRAM_MOUNT = "/opt/nas-example"
_MOUNT_ROOT = "/nas"
_STATE = "/tmp"
_ANNOTATION_PROGRAM = "file-simulator/program-hash"
# Some user who is not root; the NAS gives everybody the right to write.
_USER = 10001
_INTERVAL, _PATIENCE = 5, 30


@dataclass(frozen=True)
class Example:
    """What the example runs: ``program`` is Python's source, ``servers`` those that it mounts.

    ``apply`` tells whether it is to run, or only to be written down.
    """

    image: str
    program: str
    servers: tuple[str, ...]
    apply: bool


def chosen_example(options: t.Mapping[str, t.Any] | None, endpoints: t.Sequence[Endpoint]) -> Example | None:
    """Return the example that a user's options describe, None when there is to be none."""
    if options is None:
        return None
    known = list(dict.fromkeys(endpoint.server for endpoint in endpoints))
    servers = options["servers"] or known
    for name in servers:
        if name not in known:
            raise SimulatorError(f"example: servers: '{name}' is not among the servers: {', '.join(known)}")
    for option in ("image", "program"):
        if not options[option]:
            raise SimulatorError(f"example: {option}: is empty; {remedies.PUBLISH} fills it in")
    return Example(options["image"], options["program"], tuple(dict.fromkeys(servers)), options["apply"])


def example_objects(example: Example, endpoints: t.Sequence[Endpoint], namespace: str, naming: Naming) -> list[Object]:
    """Return the example's objects, in the order in which they are applied."""
    mounted = [endpoint for endpoint in endpoints if endpoint.server in example.servers]
    name = naming.example
    config: Object = {
        "apiVersion": "v1",
        "kind": CONFIG_MAP,
        "metadata": naming.metadata(name, namespace),
        "data": {_PROGRAM: example.program},
    }
    # A selector cannot be changed later: it has what never changes.
    selector = {LABEL_NAME: name, LABEL_INSTANCE: naming.instance, LABEL_HOME: naming.home}
    metadata = naming.metadata(name, namespace)
    deployment: Object = {
        "apiVersion": "apps/v1",
        "kind": DEPLOYMENT,
        "metadata": metadata,
        "spec": {
            "replicas": 1,
            "revisionHistoryLimit": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {
                    "labels": {**metadata["labels"], **selector},
                    "annotations": {_ANNOTATION_PROGRAM: hashlib.sha256(example.program.encode()).hexdigest()[:16]},
                },
                "spec": _pod(example, mounted, name, naming),
            },
        },
    }
    return [config, deployment]


def _pod(example: Example, mounted: t.Sequence[Endpoint], name: str, naming: Naming) -> Object:
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 10,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(example, mounted, naming)],
        "volumes": [
            *[_claimed(endpoint, naming) for endpoint in mounted],
            {"name": "example-program", "configMap": {"name": name}},
            {"name": "example-state", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
        ],
    }


def _claimed(endpoint: Endpoint, naming: Naming) -> Object:
    source: Object = {"claimName": naming.claim(endpoint.name)}
    if endpoint.read_only:
        source["readOnly"] = True
    return {"name": endpoint.name, "persistentVolumeClaim": source}


def _container(example: Example, mounted: t.Sequence[Endpoint], naming: Naming) -> Object:
    writes = [endpoint for endpoint in mounted if endpoint.role == "output" and not endpoint.read_only]
    reads = [endpoint for endpoint in mounted if endpoint not in writes]
    program = ["python3", f"{_PROGRAM_MOUNT}/{_PROGRAM}"]

    def probe(question: str, **how: int) -> Object:
        return {"exec": {"command": [*program, question]}, "timeoutSeconds": 5, **how}

    return {
        "name": EXAMPLE,
        "image": example.image,
        "imagePullPolicy": "IfNotPresent",
        "command": [*program, "run"],
        "env": [
            {"name": "NAS_ROOT", "value": _MOUNT_ROOT},
            {"name": "NAS_STATE", "value": f"{_STATE}/{EXAMPLE}"},
            {"name": "NAS_READ", "value": ",".join(endpoint.name for endpoint in reads)},
            {"name": "NAS_WRITE", "value": ",".join(endpoint.name for endpoint in writes)},
            {"name": "NAS_INTERVAL", "value": str(_INTERVAL)},
            {"name": "NAS_PATIENCE", "value": str(_PATIENCE)},
        ],
        "envFrom": [{"configMapRef": {"name": naming.config_map}}],
        "resources": {
            "requests": {"cpu": "25m", "memory": "32Mi"},
            "limits": {"cpu": "500m", "memory": "64Mi"},
        },
        "securityContext": {
            "privileged": False,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "startupProbe": probe("ready", periodSeconds=2, failureThreshold=60),
        "readinessProbe": probe("ready", periodSeconds=10, failureThreshold=1),
        "livenessProbe": probe("alive", periodSeconds=20, failureThreshold=3),
        "volumeMounts": [
            *[_mounted(endpoint) for endpoint in mounted],
            {"name": "example-program", "mountPath": _PROGRAM_MOUNT, "readOnly": True},
            {"name": "example-state", "mountPath": _STATE},
        ],
    }


def _mounted(endpoint: Endpoint) -> Object:
    shown: Object = {"name": endpoint.name, "mountPath": f"{_MOUNT_ROOT}/{endpoint.name}"}
    return {**shown, "readOnly": True} if endpoint.read_only else shown
