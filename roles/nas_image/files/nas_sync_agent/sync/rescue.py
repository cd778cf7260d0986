# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies what only the export has to another directory, under names that every side can hold."""

from __future__ import annotations

import os
from posixpath import join
from typing import Any

from ..cli import Options
from ..errors import why
from ..model import DIRECTORY, FILE, Side
from ..names import conflict, problem
from ..trees.nas import NasTree
from .comparison import compare, left, left_in_stage, visible
from .ledger import Ledger
from .rescue_targets import Target

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


def rescue(options: Options, ledger: Ledger, target: Target) -> dict[str, Any]:
    """Copy the files that wait or are refused to ``target``. What is there already is never replaced.

    What a client wrote into a file that had been replaced meanwhile is copied as a second version beside its name.
    """
    found = compare(options, ledger)
    nas = NasTree(options.export, join(options.state, "stage"))
    copied, failed = 0, dict(found.errors)
    homes = {intent.temporary: intent.path for intent in ledger.intents()}
    nas.open()
    try:
        for path in left(found):
            try:
                copied += _copy(nas, path, target)
            except OSError as error:
                failed[path] = why(error)
        for staged in left_in_stage(found):
            path = conflict(homes.get(staged, staged), Side.NAS, 1)
            try:
                with nas.reading_staged(staged) as source:
                    target.file(_storable(path), nas.seen(source).mtime_ns, nas.chunks(source))
                copied += 1
            except OSError as error:
                failed[path] = why(error)
    finally:
        nas.close()
    shown = [{"path": visible(path), "reason": visible(reason)} for path, reason in list(failed.items())[:_MOST_LISTED]]
    return {
        "copied": copied,
        "failed": shown,
        "failed_count": len(failed),
        "reason": visible(found.unknown),
    }


def _copy(nas: NasTree, path: str, target: Target) -> int:
    """Copy one file, or make one directory; how many files that were."""
    entry = nas.look(path)
    if entry is None:
        return 0
    name = _storable(path)
    if entry.kind == DIRECTORY:
        target.directory(name)
        return 0
    if entry.kind != FILE:
        raise OSError(0, "it is a symbolic link, fifo, socket or device")
    with nas.reading(path) as source:
        target.file(name, entry.mtime_ns, nas.chunks(source))
    return 1


def _storable(path: str) -> str:
    return "/".join(map(escaped, path.split("/")))
