# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent did, lags behind, refuses and why: kept to be read at any time."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from posixpath import dirname
from typing import Any

from .. import __version__
from ..cli import Options
from ..model import Side
from ..outcome import Outcome, Result
from ..text import all_visible, visible
from .journal import Journal

FORMAT = 1
_MOST_LISTED = 100
_MOST_KEPT = 10_000


def now_text() -> str:
    """The time of day as status and log write it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Status:
    """Counters, lists and the reason of a halt. Safe to read from another thread."""

    def __init__(self, options: Options, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start in state ``starting``."""
        self._options = options
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._started = now_text()
        self._phase = "starting"
        self._unknown = ""
        self._silent = ""
        self._full: dict[str, Side] = {}
        self._last_cycle: dict[str, Any] | None = None
        self._delivered = {"files": 0, "bytes": 0, "deleted": 0}
        self._last_delivered: dict[str, str] | None = None
        self._conflicts: deque[dict[str, str]] = deque(maxlen=_MOST_LISTED)
        self._conflict_count = 0
        self._refused: dict[str, tuple[str, str]] = {}
        self._errors: dict[str, str] = {}
        self._left: dict[str, str] = {}
        self._unreadable: dict[str, dict[str, str]] = {}
        self._found_by_rescan = 0
        self._watching = {side.value: "polling" for side in options.mode.sources}
        self._pending = 0
        self._oldest: float | None = None
        self._journal = Journal(monotonic)
        self.changed = True
        """Set with every change; whoever writes the status file clears it."""

    # ------------------------------------------------------------------ what the engine tells

    def outcome(self, outcome: Outcome) -> None:
        """Count and log what became of one action."""
        path, result = outcome.path, outcome.result
        with self._lock:
            self.changed = True
            if result in (Result.DELIVERED, Result.CONFLICT):
                self._delivered["files"] += 1
                self._delivered["bytes"] += outcome.size
                to = outcome.side.value if outcome.side else ""
                self._last_delivered = {"path": path, "side": to, "time": now_text()}
            if result is Result.REMOVED:
                self._delivered["deleted"] += 1
            if result is Result.CONFLICT:
                self._conflict_count += 1
                self._conflicts.append({"path": path, "kept_as": outcome.detail, "time": now_text()})
            if result is Result.REFUSED and outcome.side:
                known = self._refused.get(path)
                if known is None and len(self._refused) >= _MOST_KEPT:
                    return
                self._refused[path] = outcome.side.value, outcome.detail
                if known == self._refused[path]:
                    return
        self._journal.outcome(outcome)

    def failed(self, path: str, reason: str, times: int) -> None:
        """An action failed and will be tried again; logged at the first, second, fourth ... time."""
        with self._lock:
            self.changed = self.changed or self._errors.get(path) != reason
            if path in self._errors or len(self._errors) < _MOST_KEPT:
                self._errors[path] = reason
        if times & (times - 1) == 0:
            self._journal.warn("cannot carry over %r: %s; it will be tried again", path, reason)

    def resolved(self, path: str, *, keep_refused: bool = False) -> None:
        """Nothing stands against a path any more."""
        with self._lock:
            known: list[dict[str, Any]] = [self._errors, self._full]
            if not keep_refused:
                known.append(self._refused)
            for paths in known:
                if paths.pop(path, None) is not None:
                    self.changed = True

    def drop_refused(self, side: Side, directory: str, names: set[str]) -> None:
        """Forget what was refused in a directory of a side and is not among its names any more."""
        with self._lock:
            refused = [path for path, (where, _reason) in self._refused.items() if where == side.value]
            for path in [path for path in refused if dirname(path) == directory]:
                if path[len(directory) + 1 if directory else 0 :] not in names:
                    del self._refused[path]
                    self.changed = True

    def unreadable(self, side: Side, paths: dict[str, str]) -> None:
        """What the last scan of a side could not look at."""
        with self._lock:
            known = self._unreadable.get(side.value, {})
            self._unreadable[side.value] = paths
            self.changed = self.changed or known != paths
        for path in paths.keys() - known.keys():
            self._journal.warn("cannot look at %r on %s: %s", path or ".", side.value, paths[path])

    def is_refused(self, path: str) -> bool:
        """Whether a path, or a directory that it is in, is refused as things stand."""
        with self._lock:
            if not self._refused:
                return False
            while path and path not in self._refused:
                path = dirname(path)
            return bool(path)

    def refused_below(self, directory: str) -> list[str]:
        """What is refused in a directory and below."""
        with self._lock:
            return [path for path in self._refused if path.startswith(directory + "/")]

    def found_by_rescan(self, path: str) -> None:
        """A rescan has found a change that should have been told when it happened."""
        with self._lock:
            self._found_by_rescan += 1
            self.changed = True
        self._journal.warn("found %r by comparing everything: its change was not told", path)

    def full(self, outcome: Outcome, times: int) -> None:
        """A side had no room for a path, which will be tried again; what fits goes on."""
        assert outcome.side is not None
        with self._lock:
            self._full[outcome.path] = outcome.side
        self.failed(outcome.path, outcome.detail, times)

    # ------------------------------------------------------------------ what the service tells

    def unknown(self, reason: str) -> None:
        """A side is unknown for a reason; none when it is empty."""
        with self._lock:
            before, self._unknown = self._unknown, reason
        self._turned(before, reason)

    def silent(self, reason: str) -> None:
        """A side answers nothing, not even that something is wrong; none when it is empty. From another thread."""
        with self._lock:
            before, self._silent = self._silent, reason
        self._turned(before, reason)

    def _turned(self, before: str, reason: str) -> None:
        if before != reason:
            self.changed = True
        if reason and not before:
            self._journal.error("halted: %s", visible(reason))
        elif before and not reason:
            self._journal.inform("resumed: %s", visible(before))

    def left(self) -> dict[str, str]:
        """What failed and was not tried again with success, with the reasons."""
        with self._lock:
            return dict(self._errors)

    def refused(self) -> dict[str, str]:
        """What is refused as things stand, with the reasons."""
        with self._lock:
            return {path: why for path, (_side, why) in self._refused.items()}

    def unreadable_at(self, sides: Iterable[Side]) -> dict[str, str]:
        """What the last scans of some sides could not look at, with the reasons."""
        with self._lock:
            return {path: why for side in sides for path, why in self._unreadable.get(side.value, {}).items()}

    def left_by_start(self, left: dict[str, str]) -> None:
        """What the start could not carry across, and this agent will not either: its mode carries the other way."""
        with self._lock:
            self._left = {path: f"left out at the start: {reason}" for path, reason in left.items()}

    def phase(self, phase: str) -> None:
        """The state, as long as nothing halts the agent."""
        with self._lock:
            self.changed = self.changed or self._phase != phase
            self._phase = phase

    def watching(self, side: Side, how: str) -> None:
        """How changes on a side are noticed."""
        with self._lock:
            self._watching[side.value] = how
            self.changed = True

    def cycle(self, seconds: float, scanned: int) -> None:
        """A cycle has ended."""
        with self._lock:
            self._last_cycle = {"time": now_text(), "seconds": round(seconds, 4), "scanned": scanned}

    def waiting(self, pending: int, oldest: float | None) -> None:
        """How many paths wait, and since when the first does (monotonic clock)."""
        with self._lock:
            self.changed = self.changed or (self._pending == 0) != (pending == 0)
            self._pending, self._oldest = pending, oldest

    # ------------------------------------------------------------------ what can be read

    @property
    def halted_reason(self) -> str:
        """Why the agent does not go on; empty when it does."""
        with self._lock:
            return visible(self._silent or self._unknown)

    def snapshot(self) -> dict[str, Any]:
        """Everything, as JSON has it. Lists are bounded, with the full count beside them."""
        with self._lock:
            reason = self._silent or self._unknown
            errors = {**self._left, **self._errors}
            for paths in self._unreadable.values():
                errors.update({path or ".": why for path, why in paths.items()})
            lag = 0.0 if self._oldest is None else self._monotonic() - self._oldest
            seen = {
                "format": FORMAT,
                "version": __version__,
                "server": self._options.server,
                "mode": self._options.mode.value,
                "state": "halted" if reason and self._phase != "stopped" else self._phase,
                "halted_reason": reason or None,
                "pid": os.getpid(),
                "started": self._started,
                "time": now_text(),
                "watching": dict(self._watching),
                "last_cycle": self._last_cycle,
                "found_by_rescan": self._found_by_rescan,
                "lag_seconds": round(lag, 3),
                "pending": self._pending,
                "delivered": dict(self._delivered),
                "last_delivered": self._last_delivered,
                "conflicts": list(self._conflicts),
                "conflict_count": self._conflict_count,
                "refused": [
                    {"path": path, "side": side, "reason": reason}
                    for path, (side, reason) in sorted(self._refused.items())[:_MOST_LISTED]
                ],
                "refused_count": len(self._refused),
                "errors": [{"path": path, "reason": reason} for path, reason in sorted(errors.items())[:_MOST_LISTED]],
                "error_count": len(errors),
            }
        found: dict[str, Any] = all_visible(seen)
        return found
