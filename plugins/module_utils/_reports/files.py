# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a report: compared and written, each whole or not at all.

Private to file_simulator.nas. Talks to the outside: the disk.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import write_together

# What each format's file is called.
FILES: t.Mapping[str, str] = {"html": "report.html", "junit": "junit.xml", "json": "report.json"}


def write_reports(
    texts: t.Mapping[str, str], directory: str, *, check_mode: bool = False
) -> tuple[dict[str, str], bool]:
    """Write reports, given by format, and return the path of each format's file, and whether any of them is new.

    All are laid beside their places before the first is put into its own. Raises SimulatorError.
    """
    paths = {name: os.path.join(directory, FILES[name]) for name in texts}
    contents = {paths[name]: text.encode("utf-8") for name, text in texts.items()}
    stale = {path: content for path, content in contents.items() if _read(path) != content}
    if stale and not check_mode:
        _replace(stale, directory)
    return paths, bool(stale)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SimulatorError(
            f"directory: {path} cannot be read: {error.strerror}; remove it, or choose another directory"
        ) from None


def _replace(contents: t.Mapping[str, bytes], directory: str) -> None:
    try:
        os.makedirs(directory, exist_ok=True)
        write_together(contents)
    except OSError as error:
        raise SimulatorError(
            f"directory: {directory}: reports cannot be written: {error.strerror}; choose a directory that can be written to"
        ) from None
