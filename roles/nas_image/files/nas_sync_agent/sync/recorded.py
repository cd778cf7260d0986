# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record says of what stands on a side now."""

from __future__ import annotations

from ..model import DIRECTORY, FILE, Entry, Record, Side
from ..trees.base import Tree

_SECOND = 1_000_000_000


def holds(tree: Tree, path: str, entry: Entry, record: Record) -> bool:
    """Whether a file still has the content that the ledger recorded for it on this side."""
    if record.kind != FILE or entry.kind != FILE:
        return False
    stamp = record.at(tree.side)
    # Where times are whole seconds, a change within the second of the delivery does not show.
    coarse = not tree.inodes and entry.mtime_ns % _SECOND == 0
    if stamp is not None and stamp.fits(entry.stamp) and not coarse:
        return True
    alike = stamp is not None and stamp.size == entry.size
    return alike and tree.digest(path, entry) == record.digest


def directory_record(delivered: frozenset[Side]) -> Record:
    """The record of a directory that both sides have."""
    stamp = Entry(DIRECTORY).stamp
    return Record(DIRECTORY, windows=stamp, nas=stamp, delivered=delivered)
