# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths that are to be looked at, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Entry

_FIRST_RETRY = 0.5
_LAST_RETRY = 60.0

Looks = tuple[Entry | None, Entry | None]
"""What the Windows side and the NAS side showed."""


@dataclass(slots=True)
class Item:
    """One path. Times are those of the monotonic clock, in seconds."""

    since: float
    due: float
    quiet: bool
    """Whether the path must have looked the same for the quiet period before it is complete."""
    looks: Looks | None = None
    looked: float = 0.0
    failures: int = 0


class Pending:
    """The paths that wait."""

    def __init__(self) -> None:
        """Start with none."""
        self._items: dict[str, Item] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._items)

    def __contains__(self, path: str) -> bool:
        """Whether a path waits."""
        return path in self._items

    def __getitem__(self, path: str) -> Item:
        """A path's item."""
        return self._items[path]

    def add(self, path: str, now: float, due: float, *, quiet: bool) -> Item:
        """Have a path looked at by ``due``. What is known of it without a need to be quiet stays so."""
        item = self._items.get(path)
        if item is None:
            item = self._items[path] = Item(now, due, quiet)
        else:
            item.due = min(item.due, due)
            item.quiet = item.quiet and quiet
        return item

    def postpone(self, path: str, due: float) -> None:
        """Look at a path again later."""
        self._items[path].due = due

    def failed(self, path: str, now: float) -> int:
        """Look again after a pause that doubles each time; how often it has failed now."""
        item = self._items[path]
        item.due = now + min(_FIRST_RETRY * 2**item.failures, _LAST_RETRY)
        item.failures = min(item.failures + 1, 32)
        return item.failures

    def done(self, path: str) -> None:
        """Nothing is left to do for a path."""
        self._items.pop(path, None)

    def due(self, now: float, limit: int) -> list[str]:
        """Up to ``limit`` paths whose time has come."""
        found: list[str] = []
        for path, item in self._items.items():
            if item.due <= now:
                found.append(path)
                if len(found) == limit:
                    break
        return found

    def next_due(self) -> float | None:
        """When the next path is due."""
        return min((item.due for item in self._items.values()), default=None)

    def oldest(self) -> float | None:
        """Since when the first of those that wait has waited."""
        return min((item.since for item in self._items.values()), default=None)

    def __iter__(self) -> Iterator[str]:
        """The paths."""
        return iter(self._items)
