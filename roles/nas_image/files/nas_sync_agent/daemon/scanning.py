# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When each side is scanned: what is watched seldom, what is polled often, both as much as their size allows."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable

from ..cli import Options
from ..model import Side
from ..sync.engine import Engine
from ..trees.base import Tree
from .status import Status
from .watching import Watching

_POLLING_SHARE = 0.016
"""The share of one core that polling may take."""
_WATCHING_SHARE = 0.0005
"""The same for making sure of a Windows side that is watched."""
_SHORTEST = 0.5
_SCAN_AGAIN = 1.0
_NEVER = float("inf")


class Scanning:
    """The watchers of both sides, and their scans. All times are seconds of the monotonic clock."""

    def __init__(self, options: Options, engine: Engine, status: Status, trees: Collection[Tree]) -> None:
        """Watch nothing yet."""
        self._options = options
        self._engine = engine
        self._status = status
        self._watching = {tree.side: Watching(tree, options, engine, status) for tree in trees}
        self._due = dict.fromkeys(options.mode.sources, 0.0)
        self._due[Side.WINDOWS] = 0.0  # once in every mode: for unfinished files of an earlier run
        self._rescan_due = 0.0

    # what is heard

    def begin(self, now: float, *, watch: bool) -> None:
        """Both sides are known from now on: scan them. ``watch``: anew, for what was heard is worth nothing."""
        if watch:
            self._engine.rescan()
            for watching in self._watching.values():
                watching.start()
        for side in self._due:
            self._due[side] = now
        self._rescan_due = now + self._options.rescan

    def fds(self) -> list[int]:
        """What can be read when there is news."""
        return [watching.fd for watching in self._watching.values() if watching.fd is not None]

    def hear(self) -> None:
        """Hand on what has happened up to now."""
        for watching in self._watching.values():
            watching.read()

    def hear_the_same(self) -> bool:
        """Hand on what has happened; False when it may be of another directory than the one that is open now."""
        self.hear()
        return not any(watching.is_elsewhere for watching in self._watching.values())

    def check(self, now: float) -> None:
        """Make sure that the watchers watch what was opened just now; scan what has become another directory.

        To be called before anything follows from what was heard. Raises SideUnavailable, Emptied.
        """
        for watching in self._watching.values():
            watching.check()
            if watching.must_scan:
                self._due[watching.side] = now
                self._scan_due(now)

    def expect_news(self) -> None:
        """The next scans may find what nobody has told: the ledger has changed, not the sides."""
        for watching in self._watching.values():
            watching.expect_news()

    # when to scan

    def due(self) -> list[float]:
        """When something is to be scanned."""
        return [*self._due.values(), self._rescan_due]

    def sources_now(self, now: float) -> None:
        """Scan the sources in this turn."""
        for side in self._options.mode.sources:
            self._due[side] = now

    def soon(self, sides: Iterable[Side], now: float) -> None:
        """Scan some sides again before long."""
        for side in sides:
            self._due[side] = min(self._due[side], now + _SCAN_AGAIN)

    def scan(self, now: float) -> None:
        """Scan the sides whose time has come, and settle when to do it again. Raises SideUnavailable."""
        if now >= self._rescan_due:
            self._rescan_due = now + self._options.rescan
            self._engine.rescan()
            for side in self._due:
                self._due[side] = now
        for watching in self._watching.values():
            if watching.must_scan:
                self._due[watching.side] = now
        self._scan_due(now)

    def _scan_due(self, now: float) -> None:
        for side, due in list(self._due.items()):
            if now >= due:
                self._due[side] = now + self._pause(side, self._scan(side, now))

    def _scan(self, side: Side, now: float) -> float:
        """Scan one side; the seconds of processor time that it took."""
        watching = self._watching[side]
        if side is Side.WINDOWS:
            self._engine.check_windows()
        watching.check()
        watching.must_scan = False
        told = watching.has_told_all and side not in self._engine.incomplete
        self._engine.incomplete.discard(side)
        watching.scan_begins()
        begin, used = time.monotonic(), time.thread_time()
        scan = self._engine.scan(side, now, told=told, watched=watching.has_watched)
        watching.scan_ended()
        self._status.cycle(time.monotonic() - begin, scan.entries)
        return time.thread_time() - used

    def _pause(self, side: Side, used: float) -> float:
        """How long not to scan a side, after a scan that took so much processor time."""
        watched = self._watching[side].fd is not None
        if side not in self._options.mode.sources or (watched and side is Side.NAS):
            return _NEVER
        if watched:
            # Events say nothing of what is mounted inside, nor of what is written through a name outside of the tree.
            return max(self._options.interval, used / _WATCHING_SHARE)
        longest = self._options.interval - self._options.quiet_period - 1
        return max(_SHORTEST, min(used / _POLLING_SHARE, longest))
