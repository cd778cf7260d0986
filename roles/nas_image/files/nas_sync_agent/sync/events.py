# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes in what is heard of the NAS side, and settles when each path is to be looked at."""

from __future__ import annotations

from typing import Protocol

from ..cli import Options
from ..model import FILE, Change, Side
from ..names import is_ignored
from ..trees.nas import NasTree
from ..trees.reading import ReadTree
from .pending import Pending
from .settling import SETTLE, Settling


class ScanPart(Protocol):
    """Looks through a directory of a side for what differs from the ledger."""

    def __call__(self, side: Side, now: float, top: str, *, is_new: bool = False) -> object:
        """``now`` is the time of the monotonic clock; ``is_new``: the directory came before a watcher's eyes."""


def mtime_of(tree: ReadTree, path: str) -> int:
    """A file's time; 0 where it is gone, or cannot be looked at."""
    try:
        found = tree.look(path)
    except OSError:
        return 0
    return found.mtime_ns if found else 0


class Events:
    """All times are seconds of the monotonic clock that the caller reads."""

    def __init__(self, options: Options, nas: NasTree, settling: Settling, pending: Pending, scan: ScanPart) -> None:
        """``scan`` is called for a directory that has appeared: what it contains may have come before the watch."""
        self._options = options
        self._nas = nas
        self._settling = settling
        self._pending = pending
        self._scan = scan

    def report(self, path: str, change: Change, now: float) -> None:
        """Take in one change on the NAS side."""
        if is_ignored(path):
            return
        if change in (Change.DIRECTORY, Change.ARRIVED, Change.TOUCHED):
            self._nas.release()  # a directory may have another name now, or be another one under the same
        if change is Change.DIRECTORY:
            self._pending.blur()
            self._scan(Side.NAS, now, path, is_new=True)
            self._pending.add(path, now, now, quiet=False).replaced = True
        elif not self._options.close_events:
            item = self._pending.add(path, now, now + self._options.quiet_period, quiet=True)
            item.quiet, item.looks = True, None
            self._pending.finished(item, now, anew=change is not Change.TOUCHED)
        elif change is Change.WRITING and (self._settling.is_open(path) or self._is_written(path)):
            self._settling.opened(path, now)
            # Looked at in case that it will never be closed: a file truncated by name.
            self._pending.add(path, now, now + self._options.quiet_period, quiet=True).begun()
        else:
            if change is Change.CLOSED:
                self._settling.closed(path)
            item = self._pending.add(path, now, now + SETTLE, quiet=False)
            if change is not Change.TOUCHED:
                self._pending.finished(item, now, anew=change is Change.ARRIVED)
                if self._pending.is_blurred:
                    item.mtime_ns = mtime_of(self._nas, path)

    def moved(self, old: str, new: str) -> None:
        """A file on the NAS side has another name."""
        self._settling.moved(old, new)

    def forget_open(self, now: float) -> None:
        """Nobody will tell when open files are closed: they are complete when they have been left alone."""
        for path in self._settling.forget():
            item = self._pending.add(path, now, now + self._options.quiet_period, quiet=True)
            item.quiet, item.looks = True, None

    def _is_written(self, path: str) -> bool:
        """Whether a new name is a file that somebody writes, not a further name of one or a special file."""
        try:
            entry = self._nas.look(path)
        except OSError:
            return True
        return entry is not None and entry.kind == FILE and entry.links == 1
