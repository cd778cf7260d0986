# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a report: rendered, compared and written, each whole or not at all.

Private to file_simulator.nas. Talks to the outside: the disk.
"""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import write_together
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.page import html
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.junit import junit


def _as_json(run: Run) -> bytes:
    """What programs read: everything, and nothing made prettier. ASCII holds even what is no Unicode."""
    return json.dumps(run.as_dict(), indent=1).encode("ascii") + b"\n"


def _as_html(run: Run) -> bytes:
    return html(run).encode("utf-8")


_RENDERERS: t.Mapping[str, tuple[str, t.Callable[[Run], bytes]]] = {
    "html": ("report.html", _as_html),
    "junit": ("junit.xml", junit),
    "json": ("report.json", _as_json),
}
FORMATS = tuple(_RENDERERS)


def write_reports(
    run: Run, directory: str, formats: t.Iterable[str], *, check_mode: bool = False
) -> tuple[dict[str, str], bool]:
    """Write a run's reports and return the path of each format's file, and whether any of them is new.

    All are rendered and laid beside their places before the first is put into its own. Raises SimulatorError.
    """
    wanted = dict.fromkeys(formats)
    paths = {name: os.path.join(directory, _RENDERERS[name][0]) for name in wanted}
    contents = {name: _RENDERERS[name][1](run) for name in wanted}
    stale = [name for name in wanted if _read(paths[name]) != contents[name]]
    if stale and not check_mode:
        _replace({paths[name]: contents[name] for name in stale}, directory)
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
