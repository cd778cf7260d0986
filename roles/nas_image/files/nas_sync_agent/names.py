# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names: what the other side can hold, what is the agent's own, what a conflict is called."""

from __future__ import annotations

import os
import re
from posixpath import basename, dirname, join, splitext

from .model import Side

MARKER = ".file-simulator.json"
"""The file in the root of a Windows directory that tells which server it belongs to."""

_TEMPORARY = re.compile(r"^\.~nas-sync-[0-9a-f]{16}\.tmp$")
_SILLY_RENAME = re.compile(r"^\.nfs[0-9a-fA-F]{16,}$")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(?:[. ]|$)", re.IGNORECASE)
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

    That is the marker, the agent's temporary files, and what an NFS client makes of a file that was
    deleted while it was open.
    """
    name = basename(path)
    return path == MARKER or is_temporary(name) or _SILLY_RENAME.match(name) is not None


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
    if len(name.encode("utf-16-le")) // 2 > _LONGEST:
        return "the name is longer than 255 characters"
    if _FORBIDDEN.search(name):
        return "the name has a character that Windows forbids"
    if name[-1] in ". ":
        return "Windows drops a dot or space at the end of a name"
    if _RESERVED.match(name):
        return "the name is reserved by Windows"
    return None


def fold(path: str) -> str:
    """The key under which two paths are one on a case-insensitive file system.

    NTFS maps single characters to upper case; a mapping that changes the length (as for a sharp s) is none.
    """
    return "".join(up if len(up := c.upper()) == 1 else c for c in path) if not path.isascii() else path.upper()


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
