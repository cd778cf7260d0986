# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hears what happens to the export, or tells that it must be looked at instead."""

from __future__ import annotations

import logging
import time

from ..cli import Options
from ..model import Change, Side
from ..sync.engine import Engine
from .inotify import OutOfWatches, Watcher
from .status import Status

_log = logging.getLogger("nas_sync_agent")


class Watching:
    """The watcher of one export, made anew whenever it may have missed something."""

    def __init__(self, options: Options, engine: Engine, status: Status) -> None:
        """Watch nothing yet."""
        self._options = options
        self._engine = engine
        self._status = status
        self._watcher: Watcher | None = None
        self._unheard = True
        self._unwatched = True
        self.must_scan = False
        """Whether the export is to be scanned now; whoever does so clears it."""

    @property
    def fd(self) -> int | None:
        """What can be read when there is news; None where the export is polled."""
        return None if self._watcher is None else self._watcher.fd

    @property
    def has_told_all(self) -> bool:
        """Whether every change since the last scan of the export was told."""
        return self._watcher is not None and not self._unheard

    @property
    def has_watched(self) -> bool:
        """Whether there was a watcher all the time since the last scan, even where it was told of too much at once."""
        return self._watcher is not None and not self._unwatched

    def expect_news(self) -> None:
        """The next scan may find what nobody has told: the ledger has changed, not the export."""
        self._unheard = True

    def scan_begins(self) -> None:
        """What happens from here on is told, or found by this scan."""
        self._unheard = False

    def scan_ended(self) -> None:
        """The scan was one that may be believed."""
        self._unwatched = False

    def start(self) -> None:
        """Watch the export with inotify; where that cannot be, it is polled."""
        if Side.NAS not in self._options.mode.sources:
            return
        self._end()
        self._unheard = True
        try:
            self._watcher = Watcher(self._options.export, self._report, self._engine.events.moved)
            self._status.watching("inotify")
        except (OSError, OutOfWatches) as error:
            self._poll_instead(error)

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
            _log.warning("too many changes at once: the export is scanned")
            self.start()
            self.must_scan = True

    def _report(self, path: str, change: Change) -> None:
        self._engine.events.report(path, change, time.monotonic())

    def _end(self) -> None:
        """Watch no more: what is open now may be closed without anybody's hearing of it."""
        if self._watcher is None:
            self._unwatched = True
        else:
            self._watcher.close()
            self._watcher = None
            self._engine.events.forget_open(time.monotonic())

    def _poll_instead(self, error: Exception) -> None:
        self._end()
        self._unwatched = True
        reason = "the limit of inotify watches is reached" if isinstance(error, OutOfWatches) else str(error)
        _log.warning("the export is polled, not watched: %s", reason)
        self._status.watching(f"polling: {reason}")
        self.must_scan = True
