# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directories within servers' own that are exported by themselves. Private to file_simulator.nas. Pure.

They are laid out with their server's. When the layout goes, they go with it where nothing is in them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_plan import (
    Claim,
    Observed,
    Place,
    Step,
    plan,
)


@dataclass(frozen=True)
class Subdirectory:
    """One of them, or a directory above it in the server's, as the disk shows it. ``names`` are those of what is in it."""

    place: Place
    exists: bool
    names: frozenset[str] = frozenset()


def subdirectories_of(servers: t.Iterable[Server], local: t.Callable[[WindowsPath], str]) -> list[Place]:
    """Return their places, each after those above it; ``local`` tells where the machine sees a Windows path."""
    places: dict[Place, None] = {}
    for server in servers:
        for export in server.exports:
            path = server.directory
            for name in filter(None, export.subdirectory.split("/")):
                path = path.joined(name)
                places[Place(server.name, str(path), local(path))] = None
    return list(places)


def missing(found: t.Iterable[Subdirectory]) -> list[Step]:
    """Return the steps that make those that are not there."""
    return [Step("make", each.place) for each in found if not each.exists]


def without_bare(observed: t.Sequence[Observed], found: t.Sequence[Subdirectory]) -> tuple[list[Observed], list[Step]]:
    """Return the places as they are without subdirectories that have nothing in them, and the steps that remove these.

    A server's directory in which there is anything else stays as it is.
    """
    known = {_key(each.place) for each in found}
    seen_later, steps = [], []
    for seen in observed:
        own = [each for each in found if each.exists and each.place.server == seen.place.server]
        inside = [(seen.place, seen.directories), *((each.place, each.names) for each in own)]
        bare = (
            bool(own)
            and not seen.has_files
            and all((*_key(place), fold(name)) in known for place, names in inside for name in names)
        )
        if bare and seen.place.server and seen.marker and seen.marker.created:
            steps += [Step("remove", each.place) for each in reversed(own)]
            seen_later.append(replace(seen, empty=True))
        else:
            seen_later.append(seen)
    return seen_later, steps


def _key(place: Place) -> tuple[str, ...]:
    return WindowsPath.parse(place.shown).key


def plan_layout(
    state: str,
    observed: t.Sequence[Observed],
    found: t.Sequence[Subdirectory],
    claim: Claim,
    *,
    force: bool,
    whole: bool,
) -> list[Step]:
    """Return the steps to ``state``, see ``plan`` in layout_plan, with those for the servers' subdirectories."""
    if state == "present":
        return [*plan(state, observed, claim, force=force, whole=whole), *missing(found)]
    later, steps = without_bare(observed, [] if force else found)
    return [*steps, *plan(state, later, claim, force=force, whole=whole)]
