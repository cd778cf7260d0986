# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laying out Windows directories, and taking the layout away. Private to file_simulator.nas.

``Observed`` is what the disk shows, ``plan_*`` decide, ``carry_out`` does it.
"""

from __future__ import annotations

import json
import os
import shutil
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils import _windows_directories as windows
from ansible_collections.file_simulator.nas.plugins.module_utils._errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._windows_directories import Marker


@dataclass(frozen=True)
class Place:
    """One directory of the layout. ``server`` is empty for the data root."""

    server: str
    shown: str
    path: str


@dataclass(frozen=True)
class Observed:
    """A place as the disk shows it.

    ``known`` is the generation that we gave it once, empty when we never did. ``empty`` looks past the
    marker. ``directories`` are the names of the directories in it, ``has_files`` tells of the rest.
    """

    place: Place
    exists: bool
    empty: bool
    marker: Marker | None
    known: str
    directories: frozenset[str] = frozenset()
    has_files: bool = False


@dataclass(frozen=True)
class Step:
    """One change: ``mark`` (``marker`` is written, the directory made when missing), ``unmark``, ``remove`` or ``empty``."""

    verb: str
    place: Place
    marker: Marker | None = None


class Registry:
    """What this machine remembers of the places that it laid out: a JSON file of paths and generations.

    It lies outside the data root, so that it still knows when the data root is not mounted.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """Return the generations by path."""
        try:
            with open(self._path, encoding="utf-8") as stream:
                data = json.load(stream)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SimulatorError(f"{self._path}: cannot be read ({error}); remove it if it is damaged") from None
        if not isinstance(data, dict):
            raise SimulatorError(f"{self._path}: cannot be read (no JSON object); remove it if it is damaged")
        return {str(path): str(generation) for path, generation in data.items()}

    def write(self, generations: t.Mapping[str, str]) -> None:
        """Replace the file, whole or not at all."""
        beside = f"{self._path}.{os.getpid()}.tmp"
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with open(beside, "w", encoding="utf-8") as stream:
                json.dump(generations, stream, indent=2, sort_keys=True)
                stream.write("\n")
            os.replace(beside, self._path)
        except OSError as error:
            raise SimulatorError(f"{self._path}: cannot be written: {error.strerror}") from None


def observe(place: Place, known: t.Mapping[str, str]) -> Observed:
    """Look at a place; raise SimulatorError when something else stands there."""
    if os.path.lexists(place.path) and not os.path.isdir(place.path):
        raise SimulatorError(
            f"{place.shown} ({place.path}) is not a directory; move it away, or choose another directory"
        )
    exists = os.path.isdir(place.path)
    try:
        directories, files = _contents(place.path) if exists else (frozenset(), frozenset())
    except OSError as error:
        raise SimulatorError(f"{place.shown} ({place.path}) cannot be read: {error.strerror}") from None
    return Observed(
        place,
        exists,
        empty=not directories and not files,
        marker=windows.read_marker(place.path) if exists else None,
        known=known.get(place.path, ""),
        directories=directories,
        has_files=bool(files),
    )


def _contents(path: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the directories in a directory, and of what else is in it but the marker."""
    with os.scandir(path) as entries:
        listed = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    directories = frozenset(name for name, is_directory in listed if is_directory)
    return directories, frozenset(name for name, _is in listed) - directories - {windows.MARKER_NAME}


def plan_present(places: t.Sequence[Observed]) -> list[Step]:
    """Return the steps that lay the places out, the data root first.

    Raises SimulatorError for a place that looks like the empty mount point of what was laid out
    there before, and for one that belongs to another server.
    """
    steps = []
    root = places[0]
    for seen in places:
        if seen.marker:
            if seen.marker.server != seen.place.server:
                raise SimulatorError(
                    f"{seen.place.shown} ({seen.place.path}) is marked as that of '{seen.marker.server}'; "
                    "give each server its own directory"
                )
            continue
        generation = seen.known if seen.exists else ""
        # The data root's marker vouches for what lies below it, and for nothing on other drives.
        below_root = seen.place.path.startswith(os.path.join(root.place.path, ""))
        if generation and seen.empty and not (root.marker and below_root):
            raise SimulatorError(
                f"{seen.place.shown} ({seen.place.path}) was laid out before, and now it is empty: it is not mounted. "
                "Mount it again; if it was emptied on purpose, remove the directory itself"
            )
        # A tester who empties a server's directory takes the marker along; it comes back as it was.
        fresh = Marker.new(seen.place.server, created=not seen.exists)
        marker = Marker(fresh.server, generation, fresh.created) if generation else fresh
        steps.append(Step("mark", seen.place, marker))
    return steps


def plan_absent(places: t.Sequence[Observed], force: bool) -> list[Step]:
    """Return the steps that take the layout away, the data root last. Files stay unless ``force`` is set."""
    steps = []
    removed: set[str] = set()
    for seen in reversed(places):
        if not seen.marker:
            continue
        if force:
            steps.append(Step("empty", seen.place))
        steps.append(Step("unmark", seen.place))
        if seen.marker.created and _will_be_empty(seen, removed, force):
            steps.append(Step("remove", seen.place))
            removed.add(seen.place.path)
    return steps


def _will_be_empty(seen: Observed, removed: t.Collection[str], force: bool) -> bool:
    """Tell whether a place has nothing left once the places in it are ``removed``."""
    if seen.place.server:
        return force or seen.empty
    left = {name for name in seen.directories if os.path.join(seen.place.path, name) not in removed}
    return not left and (force or not seen.has_files)


def carry_out(steps: t.Sequence[Step]) -> None:
    """Do the steps. Raises SimulatorError that names the directory."""
    for step in steps:
        path = step.place.path
        try:
            if step.verb == "mark" and step.marker:
                os.makedirs(path, exist_ok=True)
                windows.write_marker(path, step.marker)
            elif step.verb == "unmark":
                os.unlink(os.path.join(path, windows.MARKER_NAME))
            elif step.verb == "empty":
                _empty(path, keep_directories=not step.place.server)
            # Somebody may have put something there in the meantime.
            elif step.verb == "remove" and not os.listdir(path):
                os.rmdir(path)
        except OSError as error:
            raise SimulatorError(f"{step.place.shown} ({path}): {step.verb}: {error.strerror}") from None


def _empty(path: str, keep_directories: bool) -> None:
    """Remove what a directory holds but its marker; of the data root no directories: each has its own owner."""
    with os.scandir(path) as entries:
        for entry in list(entries):
            if entry.name == windows.MARKER_NAME:
                continue
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
            elif not keep_directories:
                shutil.rmtree(entry.path)
