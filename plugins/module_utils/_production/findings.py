# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of production's files: what cannot work, and what is kept otherwise. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import shortened, visible

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Place:
    """Where something stands: ``number`` counts the objects of a file from 1, or its lines where it has no objects."""

    file: str
    number: int = 0
    kind: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def object(self) -> str:
        """The object as people call it, such as "Deployment orders/importer"; empty for a whole file."""
        named = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return visible(shortened(" ".join(word for word in (self.kind, named) if word), _LONGEST_NAME))

    def __str__(self) -> str:
        return ": ".join(word for word in (visible(self.file), self.object) if word)


@dataclass
class Findings:
    """Collects problems, for which the whole is refused, and notes, which are handed on beside the result."""

    problems: list[str] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)

    def problem(self, place: Place, what: str) -> None:
        """Add what cannot work."""
        self._once(self.problems, f"{place}: {what}")

    def note(self, place: Place, what: str) -> None:
        """Add what is left out or kept otherwise."""
        self._once(self.notes, {"file": place.file, "object": place.object, "what": what})

    @staticmethod
    def _once(said: list[t.Any], new: t.Any) -> None:
        if new not in said:
            said.append(new)


def lines_of(notes: t.Iterable[t.Mapping[str, str]]) -> list[str]:
    """Return each note as a problem is written."""
    return [": ".join(visible(word) for word in note.values() if word) for note in notes]
