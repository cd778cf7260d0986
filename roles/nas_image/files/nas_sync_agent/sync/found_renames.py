# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renames that nobody has told of: what a scan misses, and has elsewhere, where inode numbers identify files.

A directory counts as renamed where everything that is recorded in it is in another one, the same files under the same
names: what is only alike may have been made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from ..model import DIRECTORY, FILE, Record
from ..trees.base import Tree
from .ledger import Ledger


def renames_found(tree: Tree, ledger: Ledger, gone: Iterable[str], there: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Old and new name of what was recorded on a side and is ``gone``, and is one of what is ``there`` or above one.

    What cannot be looked at is none. Raises sqlite3.Error.
    """
    wanted: dict[int, tuple[str, str]] = {}
    for old in gone if tree.inodes else ():
        inode, inner = _first_file(tree, ledger, old)
        if inode:
            wanted[inode] = old, inner
    if not wanted:
        return
    for path in there:
        with suppress(OSError):
            found = tree.look(path)
            old, inner = wanted.get(found.inode if found else 0, ("", ""))
            new = path[: len(path) - len(inner)]
            if old and path.endswith(inner) and new and _is_all_there(tree, ledger, old, new):
                yield old, new


def _first_file(tree: Tree, ledger: Ledger, old: str) -> tuple[int, str]:
    """The inode number by which to find a path that is gone, and by what the path of that file is longer; 0 for none."""
    record = ledger.get(old)
    paths: Iterable[str] = ledger.below(old) if record is not None and record.kind == DIRECTORY else (old,)
    for path in paths:
        each = ledger.get(path)
        stamp = each.at(tree.side) if each is not None and each.kind == FILE else None
        if stamp is not None and stamp.inode:
            return stamp.inode, path[len(old) :]
    return 0, ""


def _is_all_there(tree: Tree, ledger: Ledger, old: str, new: str) -> bool:
    """Whether a side shows at one name, and below, all that is recorded at another one. Raises OSError."""
    record = ledger.get(old)
    if record is None or not record.shows(tree.side, tree.look(new)):
        return False
    directories = [(old, new)] if record.kind == DIRECTORY else []
    while directories:
        before, now = directories.pop()
        entries, records = tree.entries(now), ledger.records_in(before)
        if not all(each.shows(tree.side, entries.get(name)) for name, each in records.items()):
            return False
        directories += ((f"{before}/{name}", f"{now}/{name}") for name in _directories(records))
    return True


def _directories(records: dict[str, Record]) -> Iterator[str]:
    return (name for name, record in records.items() if record.kind == DIRECTORY)
