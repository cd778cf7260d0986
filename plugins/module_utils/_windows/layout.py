# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at Windows directories on this machine's disk, and changing them. Private to file_simulator.nas.

What is to be changed comes from layout_plan.
"""

from __future__ import annotations

import os
import shutil
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import (
    existing_ancestor,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows import directory as windows
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.file_system import file_system_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_plan import (
    Observed,
    Place,
    Step,
    refuse_other_than_directory,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.subdirectories import Subdirectory


def free_bytes(path: str) -> int | None:
    """Return the free space where ``path`` is, or is to be; None where nobody knows."""
    try:
        return shutil.disk_usage(existing_ancestor(path)).free
    except OSError:
        return None


def observe(place: Place, known: t.Mapping[str, str]) -> Observed:
    """Look at a place; raise SimulatorError when something else stands there."""
    if os.path.lexists(place.path) and not os.path.isdir(place.path):
        refuse_other_than_directory(place)
    exists = os.path.isdir(place.path)
    try:
        directories, files = _contents(place.path) if exists else (frozenset(), frozenset())
    except OSError as error:
        raise SimulatorError(f"{place.both} cannot be read: {error.strerror}") from None
    return Observed(
        place,
        exists,
        empty=not directories and not files,
        marker=windows.read_marker(place.path) if exists else None,
        known=known.get(place.path, ""),
        directories=directories,
        has_files=bool(files),
        file_system=file_system_of(place.path),
    )


def observe_subdirectory(place: Place) -> Subdirectory:
    """Look at a directory within a server's; raise SimulatorError when something else stands there."""
    if os.path.lexists(place.path) and (os.path.islink(place.path) or not os.path.isdir(place.path)):
        refuse_other_than_directory(place)
    try:
        return Subdirectory(place, True, frozenset(os.listdir(place.path)))
    except FileNotFoundError:
        return Subdirectory(place, False)
    except OSError as error:
        raise SimulatorError(f"{place.both} cannot be read: {error.strerror}") from None


def _contents(path: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the directories in a directory, and of what else is in it but the marker."""
    with os.scandir(path) as entries:
        listed = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    directories = frozenset(name for name, is_directory in listed if is_directory)
    return directories, frozenset(name for name, _is in listed) - directories - {MARKER_NAME}


def carry_out(steps: t.Sequence[Step]) -> None:
    """Do the steps. Raises SimulatorError that names the directory."""
    for step in steps:
        path = step.place.path
        try:
            if step.verb == "mark" and step.marker:
                os.makedirs(path, exist_ok=True)
                windows.write_marker(path, step.marker)
            elif step.verb == "make":
                os.makedirs(path, exist_ok=True)
            elif step.verb == "unmark":
                os.unlink(os.path.join(path, MARKER_NAME))
            elif step.verb == "empty":
                _empty(path, keep_directories=not step.place.server)
            # Somebody may have put something there in the meantime.
            elif step.verb == "remove" and not os.listdir(path):
                os.rmdir(path)
        except OSError as error:
            raise SimulatorError(f"{step.place.both}: {step.verb}: {error.strerror}") from None


def _empty(path: str, keep_directories: bool) -> None:
    """Remove what a directory holds but its marker; of the data root no directories: each has its own owner."""
    with os.scandir(path) as entries:
        for entry in list(entries):
            if entry.name == MARKER_NAME:
                continue
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
            elif not keep_directories:
                shutil.rmtree(entry.path)
