# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects of a cluster as values: their kinds, their keys, and what is left of them to compare. Pure.

Private to file_simulator.nas.
"""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import (
    ANNOTATION_CLAIM_GENERATION,
    ANNOTATION_LOCAL,
    Object,
)

CLAIM = "PersistentVolumeClaim"
CONFIG_MAP = "ConfigMap"
DEPLOYMENT = "Deployment"
VOLUME = "PersistentVolume"
# Fields that the API server sets and that differ between two looks at the same thing.
_VOLATILE = {
    "": ("status",),
    "metadata": ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"),
    "spec": ("clusterIP", "clusterIPs", "healthCheckNodePort"),
}
# What tells where something comes from, and not how it is to be.
_NOT_COMPARED = ("deployment.kubernetes.io/revision", ANNOTATION_LOCAL, ANNOTATION_CLAIM_GENERATION)


class Key(t.NamedTuple):
    """What tells one object from all others; volumes have no namespace."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" in namespace {self.namespace}" if self.namespace else "")


def key_of(item: t.Mapping[str, t.Any]) -> Key:
    """Return an object's key."""
    metadata = item["metadata"]
    return Key(item["kind"], metadata.get("namespace", ""), metadata["name"])


def settled(item: t.Mapping[str, t.Any]) -> Object:
    """Return an object without its volatile fields and, of a Deployment, whether it is to run."""
    kept: Object = copy.deepcopy(dict(item))
    for part, names in _VOLATILE.items():
        place = kept.get(part, {}) if part else kept
        for name in names:
            place.pop(name, None)
    annotations = kept["metadata"].get("annotations", {})
    for name in _NOT_COMPARED:
        annotations.pop(name, None)
    if not annotations:
        kept["metadata"].pop("annotations", None)
    if kept["kind"] == "Deployment":
        kept["spec"].pop("replicas", None)
    return kept
