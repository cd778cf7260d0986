# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cluster needs so that applications mount the NAS servers: volumes, claims, and their addresses.

Private to file_simulator.nas. Pure. A volume and its claim name each other, so that neither can be
bound to anything else: the claim with volumeName and no storage class, the volume with claimRef.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._clients import formats
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import (
    LABEL_INSTANCE,
    Object,
    shared_labels,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM, CONFIG_MAP, VOLUME
from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields

# The server that an object is for. Not the label of the servers' own objects, which the engine looks after.
LABEL_NAS = "file-simulator/nas"
LABEL_EXPORT = "file-simulator/nas-export"
LABEL_ROLE = "file-simulator/nas-role"
# Where the servers run: volumes belong to no namespace, and two instances may have one name.
LABEL_HOME = "file-simulator/home"
LABEL_NAME = "app.kubernetes.io/name"
NAME = "nas-client"
EXAMPLE = "nas-example"
ENDPOINTS = "file-simulator-nas-endpoints"
_PREFIX = re.compile(r"([a-z0-9][-a-z0-9]{0,31})?")
_LABEL_NAME = re.compile(
    r"(?:(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\.?)+/)?[A-Za-z0-9](?:[-._A-Za-z0-9]{0,61}[A-Za-z0-9])?"
)
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")
_OWN_LABELS = ("app.kubernetes.io/", "file-simulator/")


@dataclass(frozen=True)
class Naming:
    """What the objects of one instance are called and labelled.

    ``home`` is the namespace of the servers, ``prefix`` comes before all names.
    """

    instance: str
    home: str
    prefix: str = ""
    labels: t.Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise SimulatorError when a prefix or a label cannot be one."""
        if not _PREFIX.fullmatch(self.prefix):
            raise SimulatorError(
                f"prefix: '{self.prefix}' cannot begin an object's name; use up to 32 of a-z, 0-9 and -, no - in front"
            )
        for name, value in self.labels.items():
            if name.startswith(_OWN_LABELS):
                raise SimulatorError(f"labels: '{name}' is one that the collection sets; choose another name")
            if not _LABEL_NAME.fullmatch(name) or not _LABEL_VALUE.fullmatch(str(value)):
                raise SimulatorError(f"labels: '{name}: {value}' is no label that Kubernetes takes")

    def volume(self, namespace: str, export: str) -> str:
        """Return the name of an export's volume; neither part can have a dot, so that no two are alike."""
        return f"{self.prefix}{namespace}.{export}"

    def claim(self, export: str) -> str:
        """Return the name of an export's claim."""
        return f"{self.prefix}{export}"

    @property
    def config_map(self) -> str:
        """The name of the ConfigMap with all addresses."""
        return f"{self.prefix}{ENDPOINTS}"

    @property
    def example(self) -> str:
        """The name of the example's objects."""
        return f"{self.prefix}{EXAMPLE}"

    @property
    def owner(self) -> dict[str, str]:
        """The labels that tell this instance's objects for clients from all others."""
        return {LABEL_NAME: NAME, **shared_labels(), LABEL_INSTANCE: self.instance, LABEL_HOME: self.home}

    @property
    def selector(self) -> str:
        """The same labels as the API takes them."""
        return ",".join(f"{name}={value}" for name, value in self.owner.items())

    def metadata(self, name: str, namespace: str = "", labels: t.Mapping[str, str] | None = None) -> Object:
        """Return an object's metadata, with the user's labels, the owner's and its own."""
        place = {"namespace": namespace} if namespace else {}
        chosen = {key: str(value) for key, value in self.labels.items()}
        return {"name": name, **place, "labels": {**chosen, **self.owner, **(labels or {})}}


def checked_namespaces(names: t.Sequence[str]) -> list[str]:
    """Return namespaces, each once; refuse a name that can be none."""
    try:
        return [fields.dns_label(name, "namespaces") for name in dict.fromkeys(names)]
    except fields.FieldError as error:
        raise SimulatorError(str(error)) from None


def volume(endpoint: Endpoint, namespace: str, naming: Naming) -> Object:
    """Return the volume that the kubelet mounts for the claim of ``namespace``."""
    return {
        "apiVersion": "v1",
        "kind": VOLUME,
        "metadata": naming.metadata(naming.volume(namespace, endpoint.name), labels=_nas_labels(endpoint)),
        "spec": {
            "nfs": {"server": endpoint.node.host, "path": endpoint.path, "readOnly": endpoint.read_only},
            "capacity": {"storage": endpoint.size},
            "accessModes": _access_modes(endpoint),
            # What is on the NAS is not Kubernetes' to delete.
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "",
            "volumeMode": "Filesystem",
            "claimRef": {
                "apiVersion": "v1",
                "kind": CLAIM,
                "namespace": namespace,
                "name": naming.claim(endpoint.name),
            },
            "mountOptions": endpoint.mount_options(endpoint.node),
        },
    }


def claim(endpoint: Endpoint, namespace: str, naming: Naming) -> Object:
    """Return the claim by whose name a pod mounts the server."""
    return {
        "apiVersion": "v1",
        "kind": CLAIM,
        "metadata": naming.metadata(naming.claim(endpoint.name), namespace, _nas_labels(endpoint)),
        "spec": {
            "accessModes": _access_modes(endpoint),
            # Empty and not left out: a default class would take the claim for its own.
            "storageClassName": "",
            "volumeMode": "Filesystem",
            "volumeName": naming.volume(namespace, endpoint.name),
            "resources": {"requests": {"storage": endpoint.size}},
        },
    }


def config_map(endpoints: t.Sequence[Endpoint], namespace: str, naming: Naming) -> Object:
    """Return the ConfigMap from which pods take addresses, for envFrom."""
    known = formats.facts(endpoints, formats.pod, namespace=naming.home, prefix=naming.prefix)
    return {
        "apiVersion": "v1",
        "kind": CONFIG_MAP,
        "metadata": naming.metadata(naming.config_map, namespace),
        "data": formats.variables(known),
    }


def client_objects(endpoints: t.Sequence[Endpoint], namespaces: t.Sequence[str], naming: Naming) -> list[Object]:
    """Return what ``namespaces`` need, in the order in which it is applied: volumes before their claims."""
    return [
        *[volume(endpoint, namespace, naming) for namespace in namespaces for endpoint in endpoints],
        *[claim(endpoint, namespace, naming) for namespace in namespaces for endpoint in endpoints],
        *[config_map(endpoints, namespace, naming) for namespace in namespaces],
    ]


def kustomization(files: t.Iterable[str]) -> Object:
    """Return what makes a directory of manifests one for ``kubectl apply -k``."""
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(files),
    }


def _access_modes(endpoint: Endpoint) -> list[str]:
    return ["ReadOnlyMany" if endpoint.read_only else "ReadWriteMany"]


def _nas_labels(endpoint: Endpoint) -> dict[str, str]:
    # Exports that are called as their server need nothing more.
    own = {LABEL_EXPORT: endpoint.called} if endpoint.called else {}
    return {LABEL_NAS: endpoint.server, **own, LABEL_ROLE: endpoint.role}
