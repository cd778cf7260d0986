# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger where nothing may be written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from urllib.parse import quote

from ..model import Side
from .ledger import Ledger
from .ledger_format import bring_up_to_date, is_current


class ReadOnlyLedger(Ledger):
    """A ledger of an agent that may be gone, on a file system that may not be written to. It learns nothing."""

    @staticmethod
    def _open(path: str) -> sqlite3.Connection:
        if not os.path.exists(path):
            return Ledger._open(":memory:")
        # Without a journal beside it nothing can change, and SQLite needs to be told so: it cannot make one here.
        journal = path + "-wal"
        closed = not os.path.exists(journal) or not os.path.getsize(journal)
        database = sqlite3.connect(f"file:{quote(path)}?mode=ro" + ("&immutable=1" if closed else ""), uri=True)
        if is_current(database):
            return database
        copy = sqlite3.connect(":memory:")
        database.backup(copy)
        database.close()
        bring_up_to_date(copy)
        return copy

    def __init__(self, path: str) -> None:
        """Open. Raises sqlite3.Error when that is no ledger or cannot be read."""
        self._database = self._open(path)

    def set_setting(self, key: str, value: str) -> None:
        """Keep nothing."""

    def learn_inodes(self, directory: str, side: Side, inodes: Mapping[str, int]) -> None:
        """Learn nothing."""

    def commit(self) -> None:
        """There is nothing to commit."""
