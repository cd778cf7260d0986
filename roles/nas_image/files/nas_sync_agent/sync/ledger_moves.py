# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the ledger that knows of renames: what is about to be renamed, and records that get other names."""

from __future__ import annotations

import sqlite3
from posixpath import basename, dirname, join

from ..model import Side
from ..windows_names import fold
from .storable import from_text, to_text

CHUNK = 2000
"""Records that get their names in one transaction, so that the ledger's journal stays about as long as its reserve."""


def begin_move(database: sqlite3.Connection, side: Side, old: str, new: str) -> None:
    """Note what is about to be renamed on a side."""
    row = (side.value, to_text(old), to_text(new))
    database.execute("INSERT OR REPLACE INTO moves VALUES (?, ?, ?)", row)


def end_move(database: sqlite3.Connection, side: Side, old: str) -> None:
    """It has been renamed, and so have its records; or it will not be."""
    database.execute("DELETE FROM moves WHERE side = ? AND old = ?", (side.value, to_text(old)))


def moves(database: sqlite3.Connection) -> list[tuple[Side, str, str]]:
    """What was about to be renamed: side, old and new name."""
    rows = database.execute("SELECT side, old, new FROM moves")
    return [(Side(side), from_text(old), from_text(new)) for side, old, new in rows]


def rename_unsynced(database: sqlite3.Connection, old: str, new: str) -> None:
    """Do that with what a host may not have on its disk yet."""
    top = to_text(old)
    found = database.execute(
        "SELECT path FROM unsynced WHERE path = ? OR (path > ? AND path < ?)", (top, top + "/", top + "0")
    ).fetchall()
    rows = [(to_text(new + from_text(path)[len(old) :]), path) for (path,) in found]
    database.executemany("UPDATE OR REPLACE unsynced SET path = ? WHERE path = ?", rows)


def rename_some(database: sqlite3.Connection, old: str, new: str) -> bool:
    """Give records of a path and of what is below the names that they have below another one; whether any are left.

    What is there already under its new name is newer, and stays. The path's own record comes last, with the rest of them.
    """
    top = to_text(old)
    below = database.execute(
        "SELECT parent, name FROM entries WHERE parent = ? OR (parent > ? AND parent < ?) LIMIT ?",
        (top, top + "/", top + "0", CHUNK),  # "0" follows "/"
    ).fetchall()
    found = [*below, (to_text(dirname(old)), to_text(basename(old)))] if len(below) < CHUNK else below
    rows = []
    for parent, name in found:
        path = new + from_text(join(parent, name))[len(old) :]
        rows.append((to_text(dirname(path)), to_text(basename(path)), to_text(fold(path)), parent, name))
    database.executemany(
        "UPDATE OR IGNORE entries SET parent = ?, name = ?, fold = ? WHERE parent = ? AND name = ?", rows
    )
    database.executemany("DELETE FROM entries WHERE parent = ? AND name = ?", (row[3:] for row in rows))
    return len(below) == CHUNK
