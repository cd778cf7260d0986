# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names: what the other side can hold, what is the agent's own, what a conflict is called."""

from __future__ import annotations

import os
import re
from posixpath import basename, dirname, join, splitext

from .model import Side
from .windows_names import name_problem

MARKER = ".file-simulator.json"
"""The file in the root of a Windows directory that tells which server it belongs to."""

_TEMPORARY = re.compile(r"^\.~nas-sync-[0-9a-f]{16}\.tmp$")
_TEST_DATA = re.compile(r"^\.~nas-data-[0-9a-f]{16}\.tmp$")
_SILLY_RENAME = re.compile(r"^\.nfs[0-9a-fA-F]{16,}$")
_LONGEST = 255
LONGEST_PATH = 4000
"""Bytes. The kernel takes 4,095 at once, the path of the tree's root included; nobody could open what is deeper."""


def temporary(path: str) -> str:
    """A new name, beside ``path``, for its content while it is being written."""
    return join(dirname(path), f".~nas-sync-{os.urandom(8).hex()}.tmp")


def is_temporary(name: str) -> bool:
    """Whether a name is one that :func:`temporary` gives."""
    return _TEMPORARY.match(name) is not None


def is_ignored(path: str) -> bool:
    """Whether a path is never carried over and never reported.

    That is the marker, the agent's temporary files, those of test data that is being put into a Windows directory, and
    what an NFS client makes of a file that was deleted while it was open.
    """
    name = basename(path)
    return path == MARKER or is_temporary(name) or any(each.match(name) for each in (_TEST_DATA, _SILLY_RENAME))


def path_problem(path: str, to: Side) -> str | None:
    """Why side ``to`` cannot hold a path, as far as its directory can be held; None when it can."""
    if is_too_long(path):
        return f"the path is longer than {LONGEST_PATH} bytes"
    return problem(basename(path), to)


def problem(name: str, to: Side) -> str | None:
    """Why side ``to`` cannot hold a name (without directory), or None when it can."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "the name is not valid UTF-8"
    if to is Side.NAS:
        return "the name is longer than 255 bytes" if len(encoded) > _LONGEST else None
    reason = name_problem(name)
    return f"the name {reason}" if reason else None


def conflict(path: str, origin: Side, number: int) -> str:
    """The name for a second version that comes from side ``origin``: ``report.conflict-nas.csv``.

    ``number`` starts at 1 and shows from 2 on. The name is cut where it would become too long.
    """
    directory, name = dirname(path), basename(path)
    stem, extension = splitext(name)
    if len(extension) > 32:
        stem, extension = name, ""
    mark = f".conflict-{origin.value}" + (f"-{number}" if number > 1 else "")
    while len((stem + mark + extension).encode(errors="surrogateescape")) > _LONGEST:
        stem = stem[:-1]
    return join(directory, stem + mark + extension)


def is_too_long(path: str) -> bool:
    """Whether no program could open a path in one piece."""
    return len(path) > LONGEST_PATH // 4 and len(os.fsencode(path)) > LONGEST_PATH
