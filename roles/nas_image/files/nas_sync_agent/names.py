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
_NOT_FOLDED = frozenset(map(chr, (
    0xB5, 0x131, 0x17F, 0x1C5, 0x1C8, 0x1CB, 0x1F2, 0x345, 0x3D0, 0x3D1, 0x3D5, 0x3D6, 0x3F0, 0x3F1, 0x3F5,
    *range(0x1C80, 0x1C89), 0x1E9B, 0x1FBE,
)))  # fmt: skip
"""What Unicode has an upper case for and NTFS has none: variants such as a dotless i, a long s, a title-case digraph."""
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

    NTFS maps single UTF-16 units to upper case by a table of its own: a mapping that changes the length (as for a
    sharp s) is none, composed and decomposed forms are two names, and what lies beyond 16 bits stays as it is.
    """
    return path.upper() if path.isascii() else "".join(map(_upper, path))


def _upper(character: str) -> str:
    up = character.upper()
    return up if len(up) == 1 and character < "\U00010000" and character not in _NOT_FOLDED else character


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
