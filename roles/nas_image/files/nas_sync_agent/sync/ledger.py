# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger on disk: what both sides last agreed on, path by path, and whose trees these are.

SQLite in WAL mode: a transaction is there or not, whenever the process is killed. It is not synced at each commit, but
where the order of ledger and trees matters in a power failure: see ``durability.py``.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from posixpath import basename, dirname, join
from typing import Any

from ..model import Intent, Record, Side, Stamp
from ..windows_names import fold
from .ledger_format import bring_up_to_date
from .storable import from_number, from_text, to_number, to_text

_COLUMNS = "kind, digest, windows_size, windows_mtime, windows_inode, nas_size, nas_mtime, nas_inode, delivered"
_CHECKPOINT_PAGES = 256
"""The journal is written from its start again after so many pages: this keeps it about as long as its reserve."""
_BITS = {Side.WINDOWS: 1, Side.NAS: 2}
_SETS = {bits: frozenset(side for side, bit in _BITS.items() if bits & bit) for bits in range(1 + sum(_BITS.values()))}


class Ledger:
    """Records by path, in one SQLite file. Changes are there for the next start after :meth:`commit`."""

    def __init__(self, path: str) -> None:
        """Open or create. A file that is no ledger is put aside: a first start deletes nothing."""
        self._path = path
        try:
            self._database = self._open(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            os.replace(path, path + ".damaged")
            self._database = self._open(path)

    @staticmethod
    def _open(path: str) -> sqlite3.Connection:
        database = sqlite3.connect(path)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            bring_up_to_date(database)
            database.commit()
        except sqlite3.Error:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close without committing."""
        self._database.close()

    def commit(self) -> None:
        """Make everything since the last commit survive the process."""
        self._database.commit()

    def sync(self) -> None:
        """Make everything that was committed survive a power failure, too. Raises OSError."""
        with suppress(FileNotFoundError):  # no journal: all is in the ledger, and was synced there
            fd = os.open(self._path + "-wal", os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    def rollback(self) -> None:
        """Drop everything since the last commit."""
        self._database.rollback()

    def setting(self, key: str) -> str | None:
        """A named value that belongs to the ledger as a whole."""
        row = self._database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_setting(self, key: str, value: str) -> None:
        """Store a named value."""
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def get(self, path: str) -> Record | None:
        """The record of a path."""
        row = self._database.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE parent = ? AND name = ?", _key(path)
        ).fetchone()
        return None if row is None else _record(row)

    def put(self, path: str, record: Record) -> None:
        """Store a record in place of the path's former one."""
        self._database.execute(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*_key(path), to_text(fold(path)), *_row(record)),
        )

    def drop(self, path: str) -> None:
        """Forget a path."""
        self._database.execute("DELETE FROM entries WHERE parent = ? AND name = ?", _key(path))

    def children(self, directory: str, side: Side) -> Iterator[tuple[str, str, Stamp | None]]:
        """Name, kind and stamp on one side of all that is recorded in a directory."""
        prefix = side.value
        rows = self._database.execute(
            f"SELECT name, kind, {prefix}_size, {prefix}_mtime, {prefix}_inode FROM entries WHERE parent = ?",
            (to_text(directory),),
        )
        for name, kind, *stamp in rows:
            yield from_text(name), kind, _stamp(stamp)

    def learn_inodes(self, directory: str, side: Side, inodes: Mapping[str, int]) -> None:
        """Add to what is recorded in a directory the inode numbers of one side, by name, and keep them."""
        self._database.executemany(
            f"UPDATE entries SET {side.value}_inode = ? WHERE parent = ? AND name = ?",
            [(to_number(inode), to_text(directory), to_text(name)) for name, inode in inodes.items()],
        )
        self.commit()

    def free_bytes(self) -> int:
        """What can still be recorded without the ledger's file growing."""
        pages, size = (
            self._database.execute(f"PRAGMA {what}").fetchone()[0] for what in ("freelist_count", "page_size")
        )
        return int(pages) * int(size)

    def make_room(self, size: int) -> None:
        """Let the ledger's file have ``size`` free bytes, and its journal be as long. Raises sqlite3.Error."""
        self._database.commit()
        self._database.execute("CREATE TABLE IF NOT EXISTS filler (bytes BLOB NOT NULL)")
        self._database.execute("INSERT INTO filler VALUES (zeroblob(?))", (size,))
        self._database.commit()
        self._database.execute("DELETE FROM filler")
        self._database.commit()

    def below(self, directory: str) -> Iterator[str]:
        """All recorded paths below a directory."""
        top = to_text(directory)
        rows = self._database.execute(
            "SELECT parent, name FROM entries WHERE ? = '' OR parent = ? OR (parent > ? AND parent < ?)",
            (top, top, top + "/", top + "0"),  # "0" follows "/"
        )
        return (from_text(join(parent, name)) for parent, name in rows)

    def records(self) -> Iterator[tuple[str, Record]]:
        """All paths and their records."""
        rows = self._database.execute(f"SELECT parent, name, {_COLUMNS} FROM entries")
        for parent, name, *row in rows:
            yield from_text(join(parent, name)), _record(tuple(row))

    def namesakes(self, paths: Iterable[str]) -> dict[str, str]:
        """For each path whose folded form another path holds: the folded form and the holder."""
        holders: dict[str, str] = {}
        for path in paths:
            key = fold(path)
            rows = self._database.execute("SELECT parent, name FROM entries WHERE fold = ?", (to_text(key),))
            found = [from_text(join(parent, name)) for parent, name in rows]
            if found:
                holders[key] = path if path in found else found[0]
        return holders

    def files(self, side: Side) -> int:
        """How many files are recorded on one side."""
        query = f"SELECT count(*) FROM entries WHERE kind = 'f' AND {side.value}_size IS NOT NULL"
        return int(self._database.execute(query).fetchone()[0])

    def note_unsynced(self, paths: Iterable[str], now: int, until: int) -> None:
        """Note what a host may not have on its disk ``now``, in seconds; forget what was noted before ``until``."""
        self._database.execute("DELETE FROM unsynced WHERE time < ?", (until,))
        rows = [(to_text(path), now) for path in paths]
        self._database.executemany("INSERT OR REPLACE INTO unsynced VALUES (?, ?)", rows)

    def unsynced(self) -> list[str]:
        """What was noted, and not forgotten."""
        return [from_text(path) for (path,) in self._database.execute("SELECT path FROM unsynced")]

    def begin(self, intent: Intent) -> None:
        """Note what is about to be done."""
        records = [
            [path, kind, digest.hex(), *rest]
            for path, record in intent.records
            for kind, digest, *rest in [_row(record)]
        ]
        self._database.execute(
            "INSERT INTO intents VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                to_text(intent.path),
                intent.side.value,
                to_text(intent.temporary),
                *map(to_number, intent.stamp),
                json.dumps(records),
            ),
        )

    def end(self, intent: Intent, *, done: bool) -> None:
        """It has been done, so its records hold; or it will not be done."""
        key = (to_text(intent.temporary), to_text(intent.path))
        self._database.execute("DELETE FROM intents WHERE temporary = ? AND path = ?", key)
        if done:
            for path, record in intent.records:
                self.put(path, record)

    def intents(self) -> list[Intent]:
        """What an earlier run was about to do, and may have done."""
        found = []
        for path, side, temporary, *numbers, text in self._database.execute("SELECT * FROM intents"):
            records = tuple(
                (name, _record((kind, bytes.fromhex(digest), *rest))) for name, kind, digest, *rest in json.loads(text)
            )
            stamp = Stamp(*map(from_number, numbers))
            found.append(Intent(from_text(path), Side(side), from_text(temporary), stamp, records))
        return found


def _key(path: str) -> tuple[str, str]:
    return to_text(dirname(path)), to_text(basename(path))


def _row(record: Record) -> tuple[Any, ...]:
    return (
        record.kind,
        record.digest,
        *_numbers(record.windows),
        *_numbers(record.nas),
        sum(_BITS[side] for side in record.delivered),
    )


def _record(row: tuple[Any, ...]) -> Record:
    kind, digest, *stamps, delivered = row
    return Record(kind, digest, _stamp(stamps[:3]), _stamp(stamps[3:]), _SETS[delivered])


def _numbers(stamp: Stamp | None) -> Iterable[int | str | None]:
    return (None, None, None) if stamp is None else map(to_number, stamp)


def _stamp(numbers: Sequence[int | str | None]) -> Stamp | None:
    found = [from_number(number) for number in numbers if number is not None]
    return Stamp(*found) if found else None
