# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which PersistentVolume a claim gets. Private to file_simulator.nas. Pure.

As Kubernetes binds them: by the claim's volumeName, by the volume's claimRef, else the smallest one of its class that
has the access modes, the labels and the size that it asks for.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._production.documents import Document
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings, Place
from ansible_collections.file_simulator.nas.plugins.module_utils._production.plain import (
    Mapping,
    mapping,
    mappings,
    text,
    texts,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import Volume

CLAIM = "PersistentVolumeClaim"
_CLASS = "volume.beta.kubernetes.io/storage-class"
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]*)?)(m|k|[KMGTPE]i?)?")
_POWERS = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_MOST_REPLICAS = 100


@dataclass(frozen=True)
class Claim:
    """A claim; ``made`` tells that it comes from a StatefulSet and is no object of production's files."""

    place: Place
    object: Mapping
    made: bool = False

    @property
    def storage_class(self) -> str:
        """The name of its class, empty where it has none."""
        return _class_of(self.object)


class Bindings:
    """The claims of production's files, each with its volume where one of the files has it."""

    def __init__(self, volumes: t.Sequence[tuple[Volume, Document]], claims: t.Sequence[Claim]) -> None:
        self._claims = claims
        self._volumes = {document.place.name: (volume, document.spec) for volume, document in volumes}
        # Clusters have thousands of claims: what may be theirs is found by name and by class.
        self._referring: dict[str, list[tuple[str, str]]] = {}
        self._free: dict[str, list[str]] = {}
        for _volume, document in volumes:
            reference = mapping(document.spec, "claimRef")
            if reference:
                referring = self._referring.setdefault(text(reference.get("name")), [])
                referring.append((text(reference.get("namespace")), document.place.name))
            else:
                self._free.setdefault(_class_of(document.object), []).append(document.place.name)
        self._labels = {
            document.place.name: mapping(document.object, "metadata", "labels") for _volume, document in volumes
        }
        self._taken = {
            name: claim for claim in claims for name in [text(mapping(claim.object, "spec").get("volumeName"))] if name
        }
        self._bound: dict[tuple[str, str], Volume] = {}
        self._bound_by_name: dict[str, list[Volume]] = {}
        for claim in claims:
            found = self._find(claim)
            if found:
                self._bound.setdefault((claim.place.namespace, claim.place.name), self._volumes[found][0])
                self._bound_by_name.setdefault(claim.place.name, []).append(self._volumes[found][0])

    def volume(self, namespace: str, name: str) -> Volume | None:
        """Return the volume of a claim, whether or not the files have the claim itself."""
        for known in dict.fromkeys((namespace, "")):
            if (known, name) in self._bound:
                return self._bound[known, name]
        if not namespace:
            # A manifest without a namespace goes wherever it is applied: a claim of that name is meant.
            named = self._bound_by_name.get(name, [])
            if len({volume.source for volume in named}) == 1:
                return named[0]
        found = self._by_reference(namespace, name)
        return self._volumes[found][0] if found else None

    def claims(self) -> t.Iterator[tuple[Claim, Volume | None]]:
        """Yield the claims of the files."""
        for claim in self._claims:
            yield claim, self._bound.get((claim.place.namespace, claim.place.name))

    def _find(self, claim: Claim) -> str:
        spec = mapping(claim.object, "spec")
        named = text(spec.get("volumeName"))
        if named:
            return named if named in self._volumes else ""
        referred = self._by_reference(claim.place.namespace, claim.place.name)
        if referred:
            return referred
        free = self._free.get(claim.storage_class, [])
        fitting = [name for name in free if name not in self._taken and self._fits(name, claim)]
        if not fitting:
            return ""
        chosen = min(fitting, key=lambda name: (_size(mapping(self._volumes[name][1], "capacity")) or 0.0, name))
        self._taken[chosen] = claim
        return chosen

    def _by_reference(self, namespace: str, name: str) -> str:
        for of, volume in self._referring.get(name, []):
            if of == namespace or not of or not namespace:
                return volume
        return ""

    def _fits(self, volume: str, claim: Claim) -> bool:
        spec, wanted = self._volumes[volume][1], mapping(claim.object, "spec")
        if not set(texts(wanted.get("accessModes"))) <= set(texts(spec.get("accessModes"))):
            return False
        labels = mapping(wanted, "selector", "matchLabels")
        if any(self._labels[volume].get(key) != value for key, value in labels.items()):
            return False
        asked, has = _size(mapping(wanted, "resources", "requests")), _size(mapping(spec, "capacity"))
        return asked is None or has is None or asked <= has


def claims_of(documents: t.Sequence[Document], findings: Findings) -> list[Claim]:
    """Return the claims of the files, and those that StatefulSets make. Two of one name that differ are a problem."""
    found: dict[tuple[str, str], Claim] = {}
    for document in documents:
        place = document.place
        if place.kind == CLAIM:
            known = found.setdefault((place.namespace, place.name), Claim(place, document.object))
            if known.object != document.object:
                where = f"{known.place.file}, number {known.place.number}"
                findings.problem(place, f"number {place.number} has the name of another one ({where}); names differ")
        elif place.kind == "StatefulSet":
            for claim in _made(document):
                found.setdefault((claim.place.namespace, claim.place.name), claim)
    return list(found.values())


def made_names(document: Document, template: str) -> list[str]:
    """Return the names of the claims that a StatefulSet makes of one of its templates."""
    replicas = document.spec.get("replicas", 1)
    count = replicas if isinstance(replicas, int) else 1
    return [f"{template}-{document.place.name}-{number}" for number in range(min(count, _MOST_REPLICAS))]


def _made(document: Document) -> t.Iterator[Claim]:
    for template in mappings(document.spec, "volumeClaimTemplates"):
        for name in made_names(document, text(mapping(template, "metadata").get("name"))):
            place = document.place
            yield Claim(Place(place.file, place.number, CLAIM, place.namespace, name), template, made=True)


def _class_of(item: Mapping) -> str:
    annotated = mapping(item, "metadata", "annotations").get(_CLASS)
    return text(annotated) or text(mapping(item, "spec").get("storageClassName"))


def _size(amounts: Mapping) -> float | None:
    match = _QUANTITY.fullmatch(text(amounts.get("storage")))
    if not match:
        return None
    unit = match[2] or ""
    if unit == "m":
        return float(match[1]) / 1000
    return float(match[1]) * float((1024 if unit.endswith("i") else 1000) ** _POWERS[unit[:1]])
