# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The barrier: what waited when somebody asked, until each of it has been worked off.

It never ends early, so in doubt a path belongs to it: whoever asks may wait for a little more than what was there.
"""

from __future__ import annotations

from .pending import Pending


class Barrier:
    """One question's paths."""

    def __init__(self, *, complete: bool) -> None:
        """``complete``: whoever asks vouches that nobody is writing what is there now."""
        self.complete = complete
        self.paths: set[str] = set()
        """A path stays in here: it may be left out with its directory for a while, and wait again later."""
        self.is_taken = False
        """Whether everything that differed has been found."""


class Barriers:
    """All that are under way. Times are seconds of the monotonic clock that the caller reads."""

    def __init__(self, pending: Pending) -> None:
        """Take what waits."""
        self._pending = pending
        self._open: list[Barrier] = []

    def begin(self, *, complete: bool) -> Barrier:
        """Open one. The caller has all sources compared with the ledger next, then calls :meth:`found`."""
        barrier = Barrier(complete=complete)
        self._open.append(barrier)
        return barrier

    def end(self, barrier: Barrier) -> None:
        """Nobody waits for it any more."""
        self._open.remove(barrier)

    def found(self, now: float, *, everything: bool) -> None:
        """All that waits now belongs to whoever has asked since; it is tried at once.

        ``everything``: the scans have found all that differs, not only as much as may wait at once.
        """
        for barrier in [barrier for barrier in self._open if not barrier.is_taken]:
            for path in self._pending:
                barrier.paths.add(path)
                if self._pending.is_waiting(path):
                    item = self._pending[path]
                    item.due = min(item.due, now)
                    item.vouched = item.vouched or barrier.complete
            barrier.is_taken = everything

    def left(self, barrier: Barrier) -> list[str]:
        """What has not been worked off yet, sorted."""
        return sorted(path for path in barrier.paths if path in self._pending)
