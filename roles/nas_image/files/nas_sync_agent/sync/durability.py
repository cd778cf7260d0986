# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the order in which trees and ledger reach their disks, so that a power failure does not turn it round."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Side
from ..trees.base import Tree
from .ledger import Ledger


class Durability:
    """The names that changed since the disks were last asked to keep them.

    A ledger that is ahead of a disk takes what the disk has lost for a deletion, and what it has kept for somebody
    else's. One that lags does not know its own deliveries again, and an old version of them stands in the way of the
    next. So the order is: content, intents, names, records.
    """

    def __init__(self, trees: Mapping[Side, Tree], ledger: Ledger) -> None:
        """Take both trees and what is recorded of them."""
        self._trees = trees
        self._ledger = ledger
        self._changed: dict[Side, list[str]] = {side: [] for side in trees}

    def changed(self, side: Side, path: str) -> None:
        """A path has got other content, or is gone."""
        self._changed[side].append(path)

    def commit_intents(self) -> None:
        """Commit what is about to happen, and have it on the disk before it does. Raises sqlite3.Error, OSError."""
        self.commit()
        self._ledger.sync()

    def commit(self) -> None:
        """Commit the ledger, after both sides have on their disks what it says of them. Raises sqlite3.Error."""
        for side, paths in self._changed.items():
            self._trees[side].harden(paths)
            paths.clear()
        self._ledger.commit()
