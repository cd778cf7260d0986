# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hears what happens to a side, or tells that it must be looked at instead."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from ..cli import Options
from ..model import Change, Side
from ..sync.engine import Engine
from ..trees import file_systems
from ..trees.base import Tree
from .inotify import OutOfWatches, Watcher
from .status import Status

_log = logging.getLogger("nas_sync_agent")


class _Events(Protocol):
    """Takes in what is heard of one side."""

    def report(self, path: str, change: Change, now: float) -> None:
        """One change; ``now`` is the time of the monotonic clock."""

    def moved(self, old: str, new: str) -> None:
        """A file has another name."""


class Watching:
    """The watcher of one side, made anew whenever it may have missed something."""

    def __init__(self, tree: Tree, options: Options, engine: Engine, status: Status) -> None:
        """Watch nothing yet."""
        self.side = side = tree.side
        self._tree = tree
        self._is_source = side in options.mode.sources
        self._engine = engine
        self._events: _Events = engine.events if side is Side.NAS else engine.windows_events
        self._status = status
        self._watcher: Watcher | None = None
        self._watched: tuple[int, int] | None = None
        self._unheard = True
        self._unwatched = True
        self.must_scan = False
        """Whether the side is to be scanned now; whoever does so clears it."""

    @property
    def fd(self) -> int | None:
        """What can be read when there is news; None where the side is polled."""
        return None if self._watcher is None else self._watcher.fd

    @property
    def has_told_all(self) -> bool:
        """Whether every change since the last scan of the side was told."""
        return self._watcher is not None and not self._unheard

    @property
    def has_watched(self) -> bool:
        """Whether there was a watcher all the time since the last scan, even where it was told of too much at once."""
        return self._watcher is not None and not self._unwatched

    def expect_news(self) -> None:
        """The next scan may find what nobody has told: the ledger has changed, not the side."""
        self._unheard = True

    def scan_begins(self) -> None:
        """What happens from here on is told, or found by this scan."""
        self._unheard = False

    def scan_ended(self) -> None:
        """The scan was one that may be believed."""
        self._unwatched = False

    def start(self) -> None:
        """Watch the side with inotify; where that cannot be, it is polled. Both sides must be open."""
        if not self._is_source:
            return
        self._end()
        self._unheard = True
        if not self._tree.inodes:
            self._status.watching(self.side, f"polling: no events on {file_systems.name(self._tree.file_system)}")
            return
        try:
            before, self._watched = self._watched, self._tree.identity
            self._unwatched = self._unwatched or self._watched != before
            self._watcher = Watcher(self._tree.root, self._report, self._events.moved)
            self._status.watching(self.side, "inotify")
        except (OSError, OutOfWatches) as error:
            self._poll_instead(error)

    @property
    def is_elsewhere(self) -> bool:
        """Whether what is watched is not what the side is, as it was opened last.

        What was heard of it, and what is missing here, then says nothing of what somebody has deleted.
        """
        watcher = self._watcher
        return watcher is not None and (watcher.is_blind or self._tree.identity != self._watched)

    def check(self) -> None:
        """Begin anew where another directory stands in place of the one that is watched; it must be scanned then."""
        if self.is_elsewhere:
            _log.warning("the %s side has become another directory: it is scanned", self.side.value)
            self.start()
            self._unwatched = self.must_scan = True

    def read(self) -> None:
        """Hand on what has happened up to now."""
        if self._watcher is None:
            return
        try:
            self._watcher.read()
        except (OSError, OutOfWatches) as error:
            self._poll_instead(error)
            return
        if self._watcher.overflowed:
            self._watcher.overflowed = False
            _log.warning("too many changes at once: the %s side is scanned", self.side.value)
            self.start()
            self.must_scan = True

    def _report(self, path: str, change: Change) -> None:
        self._events.report(path, change, time.monotonic())

    def _end(self) -> None:
        """Watch no more: what is open now may be closed without anybody's hearing of it."""
        if self._watcher is None:
            self._unwatched = True
        else:
            self._watcher.close()
            self._watcher = None
            if self.side is Side.NAS:
                self._engine.events.forget_open(time.monotonic())

    def _poll_instead(self, error: Exception) -> None:
        self._end()
        self._unwatched = True
        reason = "the limit of inotify watches is reached" if isinstance(error, OutOfWatches) else str(error)
        _log.warning("the %s side is polled, not watched: %s", self.side.value, reason)
        self._status.watching(self.side, f"polling: {reason}")
        self.must_scan = True
