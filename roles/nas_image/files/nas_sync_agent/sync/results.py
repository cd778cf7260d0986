# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from how an action has ended: whether its path waits again, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterable

from ..outcome import Outcome, Result
from .observer import Observer
from .pending import Pending


class Results:
    """All times are seconds of the monotonic clock that the caller reads."""

    def __init__(self, pending: Pending, observer: Observer) -> None:
        """Take what waits, and who keeps account."""
        self._pending = pending
        self._observer = observer

    def take(self, outcomes: Iterable[Outcome], now: float) -> None:
        """Go by how actions have ended."""
        for outcome in outcomes:
            path = outcome.path
            if outcome.result is Result.FAILED:
                self.failed(path, outcome.detail, now)
            elif outcome.result is Result.FULL:
                self._observer.full(outcome, self._pending.failed(path, now))
            elif outcome.result is Result.AGAIN:
                self._pending.doubt(path)
                if self._pending.failed(path, now) > 8:
                    self._observer.outcome(Outcome(path, Result.FAILED, None, "it keeps changing"))
            else:
                self.resolved(path, keep_refused=outcome.result is Result.REFUSED)
                self._observer.outcome(outcome)
                if outcome.result in (Result.REMOVED, Result.KEPT):
                    # Something else may be there under this name by now.
                    self._pending.add(path, now, now, quiet=True).was_removed = True

    def failed(self, path: str, reason: str, now: float) -> None:
        """Try a path again later, for a reason."""
        times = self._pending.failed(path, now)
        self._observer.failed(path, reason, times)

    def resolved(self, path: str, *, keep_refused: bool = False) -> None:
        """Nothing is to be done about a path as it is, unless it is refused and stays so."""
        self._pending.done(path)
        self._observer.resolved(path, keep_refused=keep_refused)
