# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths that are to be looked at, and when; what is heard of a path while it is in work is not lost."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
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
    was_removed: bool = False
    """Whether what had been delivered there was removed just now: what a directory of this name contains was left out."""
    in_new: bool = False
    """Whether it was found in a directory that is new, before the watcher's eyes: so no writer of it is older than its
    server, and the kernel's word that there is none makes up for the need to be quiet."""
    looks: Looks | None = None
    looked: float = 0.0
    failures: int = 0
    missed: bool = False
    """Whether a rescan has found it although every change should have been told."""
    replaced: bool = False
    """Whether another directory may have come in place of one whose contents are recorded."""
    vouched: bool = False
    """Whether somebody has said that nobody is writing it."""
    order: int = 0
    """The place among all that was heard of when it was finished; that of the last such thing where it was not heard."""
    mtime_ns: int = 0
    """The file's time as it was last seen: the order of those that have the same place."""
    written: bool = False
    """Whether somebody has it open for writing, as was last known."""
    closed: float = -math.inf
    """When its last close, or its arrival by a rename, was heard of."""
    held: float | None = None
    """Since when it is complete, but waits for what was finished before."""

    def begun(self) -> None:
        """Somebody writes it."""
        self.written, self.closed = True, -math.inf

    @property
    def is_finished(self) -> bool:
        """Whether it was heard that it was finished, and not that it was begun again."""
        return self.closed > -math.inf

    @property
    def key(self) -> tuple[int, int]:
        """What was finished earlier has the lower one."""
        return self.order, self.mtime_ns


class Pending:
    """The paths that wait, and those that are in work.

    What is heard of a path while it is in work waits beside the work as an item of its own: however the work
    ends, it ends without what came after its look.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._items: dict[str, Item] = {}
        self._working: dict[str, Item] = {}
        self._last_order = 0
        self._is_blurred = False

    def __len__(self) -> int:
        """How many wait or are in work; one that is in work and was heard of since counts twice."""
        return len(self._items) + len(self._working)

    def __contains__(self, path: str) -> bool:
        """Whether a path waits or is in work."""
        return path in self._items or path in self._working

    def __getitem__(self, path: str) -> Item:
        """The item of a path that waits."""
        return self._items[path]

    def add(self, path: str, now: float, due: float, *, quiet: bool, missed: bool = False) -> Item:
        """Have a path looked at by ``due``. What is known of it without a need to be quiet stays so."""
        item = self._items.get(path)
        if item is None:
            item = self._items[path] = Item(now, due, quiet, missed=missed, order=self._last_order)
        else:
            item.due = min(item.due, due)
            item.quiet = item.quiet and quiet
            item.missed = item.missed and missed
        return item

    def finished(self, item: Item, now: float, *, anew: bool) -> None:
        """What a path has was finished just now. Not ``anew``: if it was already, and not begun again, that counts."""
        if anew or not item.is_finished:
            self._last_order += not self._is_blurred
            item.order, item.closed, item.held = self._last_order, now, None
        item.written = False

    def blur(self) -> None:
        """What comes until the next :meth:`due` has one place: that of a directory in which nobody was listening.

        What a scan finds in there was finished at any time since, as was what is heard of elsewhere.
        """
        self._last_order += 1
        self._is_blurred = True

    @property
    def is_blurred(self) -> bool:
        """Whether the files' times decide on the order of what is heard of now."""
        return self._is_blurred

    def waiting(self) -> Iterable[tuple[str, Item]]:
        """What is still to be looked at, not what is in work alone."""
        return self._items.items()

    def is_waiting(self, path: str) -> bool:
        """Whether a path is still to be looked at, be it in work or not."""
        return path in self._items

    def is_in_work(self, path: str) -> bool:
        """Whether a path has been looked at and what was seen there is being worked on."""
        return path in self._working

    def take(self, path: str, now: float) -> Item:
        """A path is about to be looked at, whether it waits or not: it is in work from now on."""
        item = self._items.pop(path, None) or Item(now, now, True, order=self._last_order)
        before = self._working.get(path)
        if before is not None:
            item.since = min(item.since, before.since)
        self._working[path] = item
        return item

    def postpone(self, path: str, due: float) -> None:
        """End the work, to be done later; sooner when the path was heard of meanwhile."""
        if path in self._working:
            self._return(path, due)

    def failed(self, path: str, now: float) -> int:
        """Try again after a pause that doubles each time; how often it has failed now."""
        known = self._working.get(path) or self._items.get(path)
        failures = known.failures if known else 0
        item = self._return(path, now + min(_FIRST_RETRY * 2**failures, _LAST_RETRY))
        item.failures = min(failures + 1, 32)
        return item.failures

    def _return(self, path: str, due: float) -> Item:
        """Let a path wait until ``due``. One that was heard of while it was in work waits as that has set."""
        worked = self._working.pop(path, None)
        item = self._items.get(path)
        if item is None:
            item = self._items[path] = worked or Item(due, due, True, order=self._last_order)
            item.due = due
        elif worked is not None:
            item.since = min(item.since, worked.since)
            item.replaced = item.replaced or worked.replaced
        else:
            item.due = due
        return item

    def doubt(self, path: str) -> None:
        """What was vouched for at a path has changed, so that the word is worth nothing."""
        for items in (self._working, self._items):
            if path in items:
                items[path].vouched = False

    def done(self, path: str) -> None:
        """The work at a path has ended. What was heard of it since still waits."""
        self._working.pop(path, None)

    def release(self) -> None:
        """No work is going on any more: what has not come to an end waits as before."""
        for path in list(self._working):
            self._return(path, self._working[path].due)

    def due(self, now: float, limit: int) -> list[str]:
        """Up to ``limit`` paths whose time has come, those that were finished first."""
        self._is_blurred = False
        found = (path for path, item in self._items.items() if item.due <= now)
        return heapq.nsmallest(limit, found, key=lambda path: self._items[path].key)

    def next_due(self) -> float | None:
        """When the next path is due."""
        return min((item.due for item in self._items.values()), default=None)

    def oldest(self) -> float | None:
        """Since when the first of those that wait or are in work has waited."""
        return min((item.since for items in (self._items, self._working) for item in items.values()), default=None)

    def __iter__(self) -> Iterator[str]:
        """The paths."""
        return iter({**self._working, **self._items})
