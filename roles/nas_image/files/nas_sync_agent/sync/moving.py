# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has renames followed before anything else is done about their paths; what cannot be followed goes the ordinary way."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import dirname

from ..cli import Options
from ..errors import reason
from ..model import DIRECTORY, Deletions, Move, Side
from ..names import is_ignored
from ..outcome import Outcome, Result
from ..trees.base import Tree
from .events import ScanPart
from .found_renames import renames_found
from .ledger import Ledger
from .mover import Mover
from .observer import Observer
from .order import Order
from .pending import Pending
from .renames import Apart, Rename, Renames
from .scanner import Scanner

_BATCH = 512
_LONGEST = 5.0
"""Seconds. For so long a rename waits for the directory that its new name is in."""


class Moving:
    """All times are seconds of the monotonic clock that the caller reads."""

    def __init__(
        self,
        options: Options,
        mover: Mover,
        ledger: Ledger,
        pending: Pending,
        order: Order,
        observer: Observer,
        scanners: Mapping[Side, Scanner],
        scan: ScanPart,
    ) -> None:
        """``scan`` looks through a part of a side, and lets wait what it finds."""
        self._options = options
        self._mover = mover
        self._ledger = ledger
        self._pending = pending
        self._order = order
        self._observer = observer
        self._scanners = scanners
        self._scan = scan
        self._renames = Renames()

    def heard(self, side: Side, old: str, new: str) -> None:
        """Something has another name on a side. The caller reports of both names next."""
        if self._options.deletions is not Deletions.PROPAGATE or is_ignored(old) or is_ignored(new):
            return
        known = self._renames.to(side, old) or self._renames.over(old) or self._ledger.get(old)
        if known is not None or self._renames.to(side, new) is not None:
            self._renames.add(Rename(side, old, new, self._pending.last_order + 1))

    def look_for(self, tree: Tree, gone: list[str]) -> None:
        """A scan has found that paths are gone from a side: are they elsewhere?"""
        if gone and self._options.deletions is Deletions.PROPAGATE and tree.side in self._options.mode.sources:
            for old, new in renames_found(tree, self._ledger, gone, list(self._pending)):
                if self._pending.is_waiting(new):
                    self._renames.add(Rename(tree.side, old, new, self._pending[new].order, is_told=False))

    def is_open(self, side: Side, new: str) -> bool:
        """Whether a path has its name by a rename that is still to be followed: what it contains waits for that."""
        return self._renames.to(side, new) is not None

    def forget(self) -> None:
        """Both sides are about to be compared with the ledger anew."""
        for rename in self._renames:
            self._end(rename, 0.0)

    def look_into(self, side: Side, now: float) -> None:
        """Look through the directories that wait, before a whole side is looked through for what was not told."""
        for rename in self._renames:
            if rename.side is side:
                with self._pending.as_of(rename.order):
                    self._scan(side, now, rename.new, is_new=rename.is_told)

    def has_to_wait(self, path: str) -> bool:
        """Whether a path must not be worked on yet, for it, or a directory that it is in, is one of a rename."""
        rename = self._renames.over(path)
        if rename is None or not self._pending.is_waiting(path) or not self._pending.is_waiting(rename.new):
            return False
        self._put_behind(path, rename)
        return True

    def _put_behind(self, path: str, rename: Rename) -> None:
        """Have a path that waits looked at after a rename."""
        item, first = self._pending[path], self._pending[rename.new]
        if item is not first:
            item.is_behind, item.due = True, max(item.due, first.due)
            rename.waiting.add(path)

    def follow(self, now: float) -> None:
        """Follow the renames whose time has come, in their order. Raises sqlite3.Error, SideUnavailable."""
        batch: list[tuple[Rename, Move]] = []
        apart = Apart()
        waits: Rename | None = None
        for rename in self._renames:
            if waits is not None:
                if self._pending.is_waiting(rename.new):
                    self._put_behind(rename.new, waits)
                continue
            if len(batch) >= _BATCH or not apart.takes(rename):
                self._carry_out(batch, now)
                batch, apart = [], Apart()
                apart.takes(rename)
            if not self._pending.is_waiting(rename.new):
                self._give_up(rename, now)
                continue
            if self._pending[rename.new].due > now or self._waits(rename, now):
                waits = rename
                continue
            try:
                move = self._mover.plan(rename)
            except Exception as error:
                reason(error)  # the ordinary way meets it again, and says so
                move = None
            if move is None:
                self._give_up(rename, now)
            else:
                batch.append((rename, move))
        self._carry_out(batch, now)

    def _waits(self, rename: Rename, now: float) -> bool:
        """Whether something must come first: what was finished before, or the directory in which the new name is."""
        rename.since = now if rename.since is None else rename.since
        if self._pending.is_waiting(rename.old):
            self._put_behind(rename.old, rename)
        parent = dirname(rename.new)
        if parent and self._pending.is_waiting(parent) and self._ledger.get(parent) is None:
            above = self._pending[parent]
            if not above.failures and now - rename.since < _LONGEST:
                self._pending[rename.new].due = max(now, above.due)
                return True
        item = self._pending.take(rename.new, now)
        if self._order.hold([rename.new], {rename.new: item}, now):
            return True
        self._pending.postpone(rename.new, now)
        return False

    def _carry_out(self, batch: list[tuple[Rename, Move]], now: float) -> None:
        if not batch:
            return
        done = self._mover.run([move for _rename, move in batch])
        for (rename, move), moved in zip(batch, done, strict=True):
            if moved:
                self._moved(rename, move, now)
            else:
                self._give_up(rename, now)

    def _moved(self, rename: Rename, move: Move, now: float) -> None:
        self._end(rename, now)
        self._pending.take(rename.new, now)
        self._pending.done(rename.new)
        for scanner in self._scanners.values():
            scanner.forget_below(rename.old)
        if move.record.kind == DIRECTORY:
            with self._pending.as_of(rename.order):
                self._scan(rename.side, now, rename.new, is_new=rename.is_told)
            self._pending.hurry(rename.old + "/", now)
        for path in [rename.old, *self._observer.refused_below(rename.old)]:
            self._pending.add(path, now, now, quiet=False)
        self._observer.resolved(rename.new)
        self._observer.outcome(Outcome(rename.new, Result.MOVED, move.to, rename.old))

    def _give_up(self, rename: Rename, now: float) -> None:
        """Have both names looked at as any others are, and what a directory contains."""
        self._end(rename, now)
        with self._pending.as_of(rename.order):
            self._scan(rename.side, now, rename.new, is_new=rename.is_told)
            self._pending.add(rename.new, now, now, quiet=True).replaced = True

    def _end(self, rename: Rename, now: float) -> None:
        self._renames.end(rename)
        for path in rename.waiting:
            if self._pending.is_waiting(path):
                item = self._pending[path]
                item.is_behind, item.due = False, min(item.due, now)
