# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doubts that a side is itself where all of it is gone and nobody saw it go.

Markers and generations tell a wrong directory from the right one; this tells a lost content from a deleted one. As
long as a side still has anything, whoever has deleted the rest, renamed a directory or emptied one did so on purpose,
however many files it were. So did a client whose deletions the kernel has told.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import commonpath, dirname
from typing import NoReturn

from ..cli import Options
from ..errors import Emptied, why
from ..model import FILE, Deletions, Remove, Side
from ..text import counted
from ..trees.base import Tree
from . import acceptance
from .exported import Exported
from .ledger import Ledger
from .planner import decide
from .scanner import Scan


class Guard:
    """Judges each full scan before anything follows from it."""

    def __init__(self, options: Options, trees: dict[Side, Tree], ledger: Ledger) -> None:
        """Take both trees and the ledger."""
        self._options = options
        self._trees = trees
        self._ledger = ledger
        self._exported = Exported(options.exported)
        self._scanned: set[Side] = set()
        self._accepted: set[Side] = set()
        self._doubts: dict[Side, tuple[int, str]] = {}
        self._withheld: dict[Side, str] = {}

    def judge(self, side: Side, scan: Scan, *, watched: bool) -> None:
        """Raise Emptied when what a full scan of a side has found is not to be believed.

        ``watched``: whatever happened to this side since the last scan happened before the watcher's eyes.
        """
        self._withheld.pop(side, None)
        # What is exported by itself stays, and was perhaps made anew just now: it tells of no content.
        empty = self._exported.alone_in(self._trees[side], scan.entries)
        doubt = "" if watched or not empty or scan.unreadable else self._doubt(side)
        if not doubt:
            self._accepted.discard(side)
            if self._doubts.pop(side, None) or side not in self._scanned:
                acceptance.nothing_withheld(self._options.state, side)
        elif side not in self._accepted:
            if not acceptance.take_acceptance(self._options.state, side):
                self._withhold(side, doubt)
            self._accepted.add(side)
        self._scanned.add(side)

    def check(self) -> None:
        """Raise Emptied while a side's last scan was not to be believed: what it has found must not be acted on."""
        for doubt in self._withheld.values():
            raise Emptied(doubt)

    def forget(self) -> None:
        """Both sides were made empty on purpose: whatever was in doubt before is so no more."""
        self._withheld.clear()
        self._doubts.clear()
        self._accepted.clear()
        for side in self._trees:
            acceptance.nothing_withheld(self._options.state, side)

    def _withhold(self, side: Side, doubt: str) -> NoReturn:
        self._withheld[side] = doubt
        try:
            acceptance.note_withheld(self._options.state, side, doubt)
        except OSError as error:
            raise Emptied(f"{doubt}; it cannot be said now: {why(error)}") from error
        raise Emptied(doubt)

    def _doubt(self, side: Side) -> str:
        """Why the emptiness of a side is not to be believed; nothing when it is, or when nothing depends on it."""
        options = self._options
        if side not in options.mode.sources or options.deletions is not Deletions.PROPAGATE:
            return ""
        known = self._ledger.files(side)
        # What an export has at the first look of a new agent is what its volume has kept.
        first = side is Side.NAS and side not in self._scanned
        allowed = min(1, known) if first else options.max_deletions.allowed(known)
        if known <= allowed:
            return ""
        before, reason = self._doubts.get(side, (-1, ""))
        if before != known:  # looking for what would go takes a look at every file: once is enough
            reason = self._reason(side, allowed)
            self._doubts[side] = known, reason
        return reason

    def _reason(self, side: Side, allowed: int) -> str:
        going = list(self._going(side))
        if len(going) <= allowed:
            return ""
        where = commonpath([dirname(path) for path in going])
        return (
            f"all is gone from the {side.value} side, and nobody saw it go: {counted(len(going), 'file')} in"
            f" {repr(where) if where else 'the whole tree'} would be deleted on the {side.other.value} side;"
            f" if that is meant: make accept SERVER={self._options.server}, or in the agent's container"
            f" python3 -m nas_sync_agent accept --state {self._options.state}"
        )

    def _going(self, side: Side) -> Iterator[str]:
        """The files of the other side that would be deleted."""
        other = self._trees[side.other]
        for path in self._ledger.below(""):
            record = self._ledger.get(path)
            if record is None or record.kind != FILE:
                continue
            there = other.look(path)
            windows, nas = (None, there) if side is Side.WINDOWS else (there, None)
            action = decide(path, record, windows, nas, self._options.mode, self._options.deletions)
            if isinstance(action, Remove):
                yield path
