# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written to the log of the agent's work, and how much of it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..outcome import Outcome, Result
from ..text import visible

_LINES_PER_SECOND = 20

_log = logging.getLogger("nas_sync_agent")


class Journal:
    """A bounded number of lines a second, in which every name can be seen."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """``monotonic`` is a clock in seconds."""
        self._monotonic = monotonic
        self._lines: list[float] = []
        self._swallowed = 0

    def outcome(self, outcome: Outcome) -> None:
        """What became of one action, where that is worth a line."""
        path, side = outcome.path, outcome.side.value if outcome.side else ""
        match outcome.result:
            case Result.DELIVERED:
                self.inform("delivered %r to %s, %d bytes", path, side, outcome.size)
            case Result.REMOVED:
                self.inform("removed %r on %s", path, side)
            case Result.KEPT:
                self.inform("kept %r on %s: it was changed there", path, side)
            case Result.CONFLICT:
                self.warn("conflict at %r: the second version is %r", path, outcome.detail)
            case Result.REFUSED:
                self.warn("refused %r on %s: %s", path, side, outcome.detail)
            case _:
                return

    def inform(self, message: str, *arguments: object) -> None:
        """Something went as it should."""
        self._line(logging.INFO, message, *arguments)

    def warn(self, message: str, *arguments: object) -> None:
        """Something did not."""
        self._line(logging.WARNING, message, *arguments)

    def error(self, message: str, *arguments: object) -> None:
        """Nothing goes on. This is never left out."""
        self._line(logging.ERROR, message, *arguments)

    def _line(self, level: int, message: str, *arguments: object) -> None:
        """Log, but not more than some lines a second."""
        now = self._monotonic()
        self._lines = [when for when in self._lines if now - when < 1.0]
        if len(self._lines) >= _LINES_PER_SECOND and level < logging.ERROR:
            self._swallowed += 1
            return
        if self._swallowed:
            _log.info("%d more lines were left out", self._swallowed)
            self._swallowed = 0
        self._lines.append(now)
        _log.log(level, "%s", visible(message % arguments))
