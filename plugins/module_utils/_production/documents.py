# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of Kubernetes in a file: documents, the items of lists, and what templates make.

Private to file_simulator.nas. Pure. The output of kubectl, oc, kustomize and Helm is made of nothing else.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import named
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings, Place
from ansible_collections.file_simulator.nas.plugins.module_utils._production.plain import Mapping, mapping, text
from ansible_collections.file_simulator.nas.plugins.module_utils._production.templates import TEMPLATE, expanded
from ansible_collections.file_simulator.nas.plugins.module_utils._production.yaml_text import (
    SECRET,
    NotReadable,
    read_values,
)

_SHOWN_KEYS = 5


@dataclass(frozen=True)
class Document:
    """One object of production's, with the place where it stands."""

    place: Place
    object: Mapping

    @property
    def spec(self) -> Mapping:
        """What the object is to be."""
        return mapping(self.object, "spec")


class Documents:
    """Reads the objects of files one after the other.

    ``parameters`` are values for those of Templates. ``declared`` has the names of all parameters that Templates have.
    """

    def __init__(self, findings: Findings, parameters: t.Mapping[str, str]) -> None:
        self._findings = findings
        self._parameters = parameters
        self.declared: set[str] = set()

    def read(self, file: str, content: str) -> list[Document]:
        """Return the objects of a file, Secrets left out; what is wrong with it goes to the findings."""
        try:
            values = read_values(content)
        except NotReadable as error:
            self._findings.problem(Place(file), f"is neither YAML nor JSON: {error}")
            return []
        found = _Found(file)
        for value in values:
            before = found.number
            self._add(found, value.value)
            if value.repeated:
                keys = named(sorted(set(value.repeated)), _SHOWN_KEYS)
                place = found.documents[-1].place if found.number == before + 1 and found.documents else Place(file)
                self._findings.note(place, f"has a key twice in one mapping ({keys}); the last one counts")
        if not found.number:
            self._findings.note(Place(file), "has no object of Kubernetes; it is left out")
        return found.documents

    def _add(self, found: _Found, value: t.Any) -> None:
        kind = text(mapping(value).get("kind"))
        if not kind:
            return
        items = value.get("items")
        if kind.endswith("List") and isinstance(items, list):
            for item in items:
                # Those of a PersistentVolumeList need not say what they are.
                self._add(found, {"kind": kind[: -len("List")], **mapping(item)} if kind != "List" else item)
            return
        found.number += 1
        if kind == SECRET["kind"]:
            return
        metadata = mapping(value, "metadata")
        place = Place(found.file, found.number, kind, text(metadata.get("namespace")), text(metadata.get("name")))
        if kind == TEMPLATE and isinstance(value.get("objects"), list):
            made, names = expanded(value, place, self._parameters, self._findings)
            self.declared |= names
            for item in made:
                self._add(found, item)
            return
        found.documents.append(Document(place, value))


class _Found:
    """What a file has; ``number`` is that of the last object, Secrets and Templates counted."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.number = 0
        self.documents: list[Document] = []
