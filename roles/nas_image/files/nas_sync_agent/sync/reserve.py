# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Room for the ledger that clients cannot take, although it is on the file system that they may fill.

While an agent runs, its ledger has free pages, and its journal is as long as it may have to become: both are written in
place. Between two agents SQLite has no journal; the same blocks then bear another name.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from posixpath import exists, join

from .ledger import Ledger

_MOST = 4 << 20
_SHARE = 50
_PLENTY = 8
_HEADER = 4096
_SPARE = 128 << 10


class Reserve:
    """The reserve of one state directory: a fiftieth of the file system, 4 MiB at most, for ledger and journal each.

    Where there is no room for it, there is none; the agent works without.
    """

    def __init__(self, state: str) -> None:
        """Take the path of the state directory."""
        self._state = state
        self._ledger = join(state, "ledger.sqlite")
        self._journal = self._ledger + "-wal"
        self._kept = join(state, "reserve-journal")
        self._spare = join(state, "reserve-spare")

    def open_ledger(self) -> Ledger:
        """Open the ledger, with the room that the last agent has kept for it. Raises OSError, sqlite3.Error."""
        if exists(self._journal):  # of an agent that was killed: it has what it needs
            _unlink(self._kept)
        elif exists(self._kept):
            _clear(self._kept)
            os.rename(self._kept, self._journal)
        # SQLite makes the index of its journal anew, and dies of a signal where there is no room for a part of that.
        _unlink(self._spare)
        ledger = Ledger(self._ledger)
        with contextlib.suppress(OSError):
            _allocate_open(self._ledger + "-shm")
            self._keep_spare()
        self.top_up(ledger, always=not exists(self._journal) or os.path.getsize(self._journal) < self._size())
        return ledger

    def top_up(self, ledger: Ledger, *, always: bool = False) -> None:
        """Give a ledger that has used up half of its free pages new ones, unless the file system is nearly full."""
        size = self._size()
        if not always and (ledger.free_bytes() >= size // 2 or self._room() < _PLENTY * size):
            return
        try:
            ledger.make_room(size)
        except sqlite3.Error:
            ledger.rollback()

    def close_ledger(self, ledger: Ledger) -> None:
        """Close the ledger, and keep the room that its journal had. Raises sqlite3.Error."""
        with contextlib.suppress(OSError):
            _unlink(self._kept)
            os.link(self._journal, self._kept)
        ledger.close()
        with contextlib.suppress(OSError):
            if exists(self._journal):  # somebody reads the ledger at this moment: the journal is still one
                _unlink(self._kept)
            else:
                _clear(self._kept)
        with contextlib.suppress(OSError):
            self._keep_spare()

    def _keep_spare(self) -> None:
        with open(self._spare, "wb") as spare:
            spare.write(bytes(_SPARE))
            spare.flush()
            os.fsync(spare.fileno())

    def _size(self) -> int:
        found = os.statvfs(self._state)
        return min(_MOST, found.f_blocks * found.f_frsize // _SHARE)

    def _room(self) -> int:
        found = os.statvfs(self._state)
        return found.f_bavail * found.f_frsize


def _clear(path: str) -> None:
    """Make a former journal one of which SQLite reads nothing: what it has is in the ledger long since."""
    with open(path, "r+b") as file:
        file.write(bytes(_HEADER))
        file.flush()
        os.fsync(file.fileno())


def _allocate_open(path: str) -> None:
    """Have all of an open file's blocks, also where a block is smaller than a page, as far as there is room.

    By the descriptor that SQLite has: whoever closes another one of the same file loses the process's locks on it
    (fcntl(2)), and the next process that opens the ledger then cuts the index off below this one.
    """
    wanted = os.stat(path)
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the listing's own is closed
            if os.path.samestat(os.fstat(int(name)), wanted):
                os.posix_fallocate(int(name), 0, wanted.st_size)


def _unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
