# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies what only the export has to another directory, under names that every side can hold."""

from __future__ import annotations

import os
from posixpath import dirname, join
from typing import Any

from ..cli import Options
from ..model import DIRECTORY, FILE, Side
from ..names import problem
from ..trees.nas import NasTree
from .comparison import compare, left, visible
from .ledger import Ledger

_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,()+=@ ")
_MOST_LISTED = 100


def escaped(name: str) -> str:
    """A name as it is when Windows can hold it, else with ``%XX`` for each byte that may be in the way.

    No two names have one escaped form: a percent sign is escaped itself.
    """
    if problem(name, Side.WINDOWS) is None and "%" not in name:
        return name
    words = [chr(byte) if byte in _KEPT else f"%{byte:02X}" for byte in os.fsencode(name)]
    if words[-1] in (".", " "):
        words[-1] = f"%{ord(words[-1]):02X}"
    if problem("".join(words), Side.WINDOWS) is not None:  # reserved, as CON is
        words[0] = f"%{os.fsencode(name)[0]:02X}"
    return "".join(words)


def rescue(options: Options, ledger: Ledger, to: str) -> dict[str, Any]:
    """Copy the files that wait or are refused below ``to``. What is there already is never replaced."""
    found = compare(options, ledger)
    nas = NasTree(options.export, join(options.state, "stage"))
    copied, failed = 0, dict(found.errors)
    nas.open()
    try:
        for path in left(found):
            try:
                copied += _copy(nas, path, to)
            except OSError as error:
                failed[path] = error.strerror or str(error)
    finally:
        nas.close()
    shown = [{"path": visible(path), "reason": visible(reason)} for path, reason in list(failed.items())[:_MOST_LISTED]]
    return {
        "copied": copied,
        "failed": shown,
        "failed_count": len(failed),
        "reason": visible(found.unknown),
    }


def _copy(nas: NasTree, path: str, to: str) -> int:
    """Copy one file, or make one directory; how many files that were."""
    entry = nas.look(path)
    if entry is None:
        return 0
    if entry.kind not in (FILE, DIRECTORY):
        raise OSError(0, "it is a symbolic link, fifo, socket or device")
    target = join(to, *(escaped(part) for part in path.split("/")))
    if entry.kind == DIRECTORY:
        os.makedirs(target, exist_ok=True)
        return 0
    os.makedirs(dirname(target), exist_ok=True)
    with nas.reading(path) as source:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(target, flags, 0o666), "wb") as copy:
            for data in nas.chunks(source):
                copy.write(data)
    os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))
    return 1
