# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which file system a directory is on, in words that stay the same over restarts. Private to file_simulator.nas.

A directory that is missing looks the same whether somebody deleted it or its drive is not mounted. What tells them apart
is the file system that it would be made on.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import existing_ancestor
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_plan import Observed
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.wsl_mounts import plain

_MOUNTINFO = "/proc/self/mountinfo"
_BY_UUID = "/dev/disk/by-uuid"


def file_system_of(path: str, mountinfo: str = _MOUNTINFO, by_uuid: str = _BY_UUID) -> str:
    """Return which file system has ``path``, or is to have it, and where that is mounted; empty where nobody tells."""
    # Looking at it first mounts what systemd mounts on demand.
    real = os.path.realpath(existing_ancestor(path))
    try:
        with open(mountinfo, encoding="utf-8", errors="surrogateescape") as stream:
            lines = stream.readlines()
    except OSError:
        return ""
    point, kind, source = "", "", ""
    for line in lines:
        place, separator, device = line.rstrip("\n").partition(" - ")
        fields, described = place.split(" "), device.split(" ")
        if not separator or len(fields) < 5 or len(described) < 2:
            continue
        where = plain(fields[4])
        # The last of several at one place covers the others.
        if len(where) >= len(point) and os.path.commonpath([where, real]) == where:
            point, kind, source = where, described[0], plain(described[1])
    return f"{_identity(kind, source, by_uuid)} at {point}" if point else ""


def _identity(kind: str, source: str, by_uuid: str) -> str:
    """Return what a file system is called: devices get other names with each start of the machine, their UUIDs stay."""
    if not source.startswith("/dev/"):
        return f"{kind} {source}"
    device = os.path.realpath(source)
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(by_uuid)):
            if os.path.realpath(os.path.join(by_uuid, name)) == device:
                return f"{kind} {name}"
    return kind


def check_mounted(places: t.Sequence[Observed], known: t.Mapping[str, str], registry: str) -> None:
    """Raise SimulatorError for a place without its marker that was on another file system: its drive is not mounted.

    ``known`` is which file systems the places were on, by path; ``registry`` is the file that says so.
    """
    for seen in places:
        before = known.get(seen.place.path, "")
        if seen.marker or not before or seen.file_system in ("", before):
            continue
        raise SimulatorError(
            f"{seen.place.both} was laid out on {before}, and now {seen.file_system} is there: it is not mounted. "
            f"Mount it again; if it is gone for good, remove its lines from {registry}"
        )
