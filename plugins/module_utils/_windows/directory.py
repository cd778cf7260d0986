# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows directories as this machine sees them, their markers and their space. Private to file_simulator.nas."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular, write_whole
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.temporary_names import temporary_name
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.answering import each_answer
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME, Marker

_UNKNOWN_YET = "(known once the directories are laid out)"
_ANSWER_SECONDS = 5.0


def spaces_of(directories: t.Sequence[str]) -> dict[str, tuple[int, int] | None]:
    """Return the free and all bytes of the drive that has each directory, None where it does not tell at once."""
    found = each_answer(directories, _ANSWER_SECONDS)
    return {
        directory: None if seen is None or seen.error else (seen.free_bytes, seen.all_bytes)
        for directory, seen in zip(directories, found)
    }


def read_marker(directory: str) -> Marker | None:
    """Return the marker in ``directory``, None when there is none. Raises SimulatorError when it is no marker."""
    path = os.path.join(directory, MARKER_NAME)
    try:
        return Marker.parse(read_regular(path).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SimulatorError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise SimulatorError(f"{path}: is damaged; remove it, and {remedies.LAY_OUT} writes it anew") from None


def write_marker(directory: str, marker: Marker) -> None:
    """Write a marker, whole or not at all."""
    path = os.path.join(directory, MARKER_NAME)
    # A name that the sync agent takes for no file of a tester's.
    beside = temporary_name(int.from_bytes(os.urandom(8), "big"))
    try:
        write_whole(path, marker.text.encode("utf-8"), beside)
    except OSError as error:
        raise SimulatorError(f"{path}: cannot be written: {error.strerror}") from None


def require_marker(shown: WindowsPath | str, directory: str, server: str) -> Marker:
    """Return the marker of a directory that must have been laid out; raise SimulatorError when it is not there.

    ``server`` is the name that the marker must bear, empty for the data root.
    """
    if not os.path.isdir(directory):
        problem = "does not exist"
    else:
        marker = read_marker(directory)
        if marker and marker.server == server:
            return marker
        problem = f"has the marker of '{marker.server}'" if marker else f"has no marker {MARKER_NAME}"
    raise SimulatorError(
        f"{shown} ({directory}) {problem}: it is not mounted, or not laid out; "
        f"mount it if it should be there, else {remedies.LAY_OUT} lays it out"
    )


def is_known(generation: str) -> bool:
    """Tell whether ``marker_of`` has read a generation, and not merely guessed."""
    return generation != _UNKNOWN_YET


def marker_of(server: Server, data_root: WindowsPath, drives: Drives, instance: str, *, guess: bool) -> Marker:
    """Return the marker of a server's directory.

    Raises SimulatorError when the directory or the data root is not mounted or not laid out, or when
    another instance than ``instance`` has claimed it; with ``guess``, for check mode on an empty machine,
    returns one with a word in place of the generation.
    """
    try:
        require_marker(data_root, drives.local(data_root), "")
        marker = require_marker(server.directory, drives.local(server.directory), server.name)
    except SimulatorError as error:
        if guess:
            return Marker(server.name, _UNKNOWN_YET, created=True, instance=instance)
        raise SimulatorError(f"server {server.name}: directory: {error.message}", **error.details) from None
    if marker.instance not in ("", instance):
        raise SimulatorError(
            f"server {server.name}: directory: {server.directory} is that of instance {marker.instance}; "
            "give each instance its own data_root"
        )
    return marker
