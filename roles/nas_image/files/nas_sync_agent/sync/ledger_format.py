# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of a ledger, and how one that another version has written becomes one of this version."""

from __future__ import annotations

import sqlite3
from posixpath import join

from ..windows_names import fold
from .storable import from_text, to_text

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    parent TEXT NOT NULL, name TEXT NOT NULL, fold TEXT NOT NULL, kind TEXT NOT NULL, digest BLOB NOT NULL,
    windows_size INTEGER, windows_mtime INTEGER, windows_inode INTEGER,
    nas_size INTEGER, nas_mtime INTEGER, nas_inode INTEGER,
    delivered INTEGER NOT NULL,
    PRIMARY KEY (parent, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS intents (
    path TEXT NOT NULL, side TEXT NOT NULL, temporary TEXT NOT NULL,
    size INTEGER NOT NULL, mtime INTEGER NOT NULL, inode INTEGER NOT NULL, records TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS unsynced (path TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_fold ON entries (fold);
CREATE INDEX IF NOT EXISTS intents_temporary ON intents (temporary);
"""
_FORMAT = "2"
"""Format 1 has the same tables; its names are folded as Python folds them, and not by NTFS' own table."""


def is_current(database: sqlite3.Connection) -> bool:
    """Whether a ledger is of this version's format. Raises sqlite3.Error when it is none."""
    row = database.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    return row is not None and row[0] == _FORMAT


def bring_up_to_date(database: sqlite3.Connection) -> None:
    """Make the tables that are missing, and fold again what another version has folded. Raises sqlite3.Error."""
    database.executescript(_SCHEMA)
    if not is_current(database):
        database.create_function("folded", 2, lambda parent, name: to_text(fold(from_text(join(parent, name)))))
        database.execute("UPDATE entries SET fold = folded(parent, name) WHERE fold <> folded(parent, name)")
        database.execute("INSERT OR REPLACE INTO meta VALUES ('format', ?)", (_FORMAT,))
