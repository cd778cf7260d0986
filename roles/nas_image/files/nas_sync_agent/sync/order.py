# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was finished earlier at its source comes earlier to the other side, so that no marker comes before its data.

The order is that in which closes and renames were heard of; of what only a scan has found, the order of the files' times.
What is complete waits for what was finished before it and is about to be complete, but not for what is still open,
what has failed, and never for long: one bad file stops no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ..model import Action, Deliver, Reconcile
from .pending import Item, Pending
from .settling import SETTLE

_LATE = 2.0
"""Seconds. So long after a client's close NFS-Ganesha may have a file open, which it closes by itself."""


def in_order(actions: Iterable[Action], items: Mapping[str, Item]) -> list[Action]:
    """The actions as they are to be carried out: directories and the like as planned, then files as they were finished."""
    todo = list(actions)
    files = [action for action in todo if isinstance(action, Deliver | Reconcile)]
    files.sort(key=lambda action: items[action.path].key)
    return [*(action for action in todo if not isinstance(action, Deliver | Reconcile)), *files]


class Order:
    """Holds back what is complete too early. All times are seconds of the monotonic clock that the caller reads."""

    def __init__(self, pending: Pending, quiet_period: float) -> None:
        """Nothing is held back for longer than a file takes that must be quiet for ``quiet_period`` seconds."""
        self._pending = pending
        self._longest = quiet_period + _LATE
        self._held: set[str] = set()

    def hold(self, paths: Iterable[str], items: Mapping[str, Item], now: float) -> set[str]:
        """Those of some paths in work, all complete, that must wait for others; they are looked at again later."""
        self._held.difference_update(items)
        first = self._first(now)
        held: set[str] = set()
        if first is None:
            return held
        until = min(first.due, first.closed + _LATE) if first.written else first.due
        for path in paths:
            item = items[path]
            if item.key <= first.key:
                continue
            item.held = now if item.held is None else item.held
            if now - item.held < self._longest:
                held.add(path)
                self._pending.postpone(path, min(max(until, now + SETTLE), item.held + self._longest))
        self._held |= held
        return held

    def release(self, now: float) -> bool:
        """Let those be looked at now that need not wait any more, all in one go; whether there are any."""
        self._held = {path for path in self._held if self._pending.is_waiting(path)}
        if not self._held:
            return False
        first = self._first(now, but=self._held)  # those are complete: in one batch they keep their order
        free = {path for path in self._held if first is None or self._pending[path].key <= first.key}
        self._held -= free
        for path in free:
            self._pending[path].due = min(self._pending[path].due, now)
        return bool(free)

    def _first(self, now: float, but: Collection[str] = ()) -> Item | None:
        """What was finished first of all that waits, and is about to be complete."""
        coming = (item for path, item in self._pending.waiting() if path not in but and _is_coming(item, now))
        return min(coming, key=_key, default=None)


def _key(item: Item) -> tuple[int, int]:
    return item.key


def _is_coming(item: Item, now: float) -> bool:
    """Whether what waits is finished, as far as is known, and nothing has stood against it."""
    return not item.failures and (not item.written or now - item.closed < _LATE)
