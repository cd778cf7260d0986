# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the order in which trees and ledger reach their disks, so that a power failure does not turn it round."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..model import Side
from ..trees.base import Tree
from .ledger import Ledger

_HOST_SECONDS = 60
"""A host that cannot be asked to sync has done so of its own accord by then: file systems do within half of it."""


class Durability:
    """The names that changed since the disks were last asked to keep them.

    A ledger that is ahead of a disk takes what the disk has lost for a deletion, and what it has kept for somebody
    else's. One that lags does not know its own deliveries again, and an old version of them stands in the way of the
    next. So the order is: content, intents, names, records.
    """

    def __init__(
        self, trees: Mapping[Side, Tree], ledger: Ledger, wall_ns: Callable[[], int], machine_start: str
    ) -> None:
        """``machine_start`` tells one start of this machine from another; empty where that is not known."""
        self._wall_ns = wall_ns
        self._machine_start = machine_start
        self._trees = trees
        self._ledger = ledger
        self._changed: dict[Side, list[str]] = {side: [] for side in trees}
        self._removed: list[str] = []

    def changed(self, side: Side, path: str) -> None:
        """A path has got other content, or is gone."""
        self._changed[side].append(path)

    def removed(self, side: Side, path: str) -> None:
        """A path is gone, and its record is to go with the next :meth:`commit`: no earlier commit may forget it."""
        self.changed(side, path)
        self._removed.append(path)

    def commit_intents(self) -> None:
        """Commit what is about to happen, and have it on the disk before it does. Raises sqlite3.Error, OSError."""
        self.commit()
        self._ledger.sync()

    def commit(self) -> None:
        """Commit the ledger, after both sides have on their disks what it says of them. Raises sqlite3.Error."""
        for side, paths in self._changed.items():
            if not self._trees[side].harden(paths) and paths:
                now = self._wall_ns() // 1_000_000_000
                self._ledger.note_unsynced(paths, now, now - _HOST_SECONDS)
            paths.clear()
        for path in self._removed:
            self._ledger.drop(path)
        self._removed.clear()
        self._ledger.commit()

    def doubt(self) -> None:
        """Forget what was delivered to a host just before the machine went down, where the host has not got it now.

        It may have lost that with its power. With a record it would be a deletion, or a tester's own older version.
        """
        before = self._ledger.setting("machine_start")
        if before == self._machine_start:
            return
        windows = self._trees[Side.WINDOWS]
        for path in self._ledger.unsynced() if before else ():
            record, found = self._ledger.get(path), windows.look(path)
            if record is not None and record.windows != (found.stamp if found else None):
                self._ledger.drop(path)
        self._ledger.set_setting("machine_start", self._machine_start)
