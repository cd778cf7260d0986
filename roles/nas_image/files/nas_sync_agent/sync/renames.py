# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The renames within a side that were heard of, until each has been followed on the other side or given up. Pure.

A rename is only a word on where to look: whether it can be followed is settled by what the ledger and both sides show,
see ``move_plan.py``. Until then nobody works on a path of either name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname

from ..model import Side


@dataclass(eq=False)
class Rename:
    """One that was heard of; of a chain of them the first name and the last.

    ``order`` is the place of what it brings among all that was heard of.
    """

    side: Side
    old: str
    new: str
    order: int
    is_told: bool = True
    """Whether it happened before a watcher's eyes, and was not only found afterwards."""
    since: float | None = None
    """When it was first to be followed, in seconds of the monotonic clock."""
    waiting: set[str] = field(default_factory=set)
    """Paths of either name whose time had come, and that wait for this rename instead."""


class Renames:
    """Those that have not come to an end, in the order in which they were heard of."""

    def __init__(self) -> None:
        """Start with none."""
        self._open: dict[tuple[Side, str], Rename] = {}
        self._at: dict[str, Rename] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._open)

    def __iter__(self) -> Iterator[Rename]:
        """Those that there are now, whatever ends meanwhile."""
        return iter(list(self._open.values()))

    def add(self, rename: Rename) -> Rename | None:
        """Take one in. Where it goes on from another's new name, both are one; one that leads back to its start is none."""
        earlier = self._open.get((rename.side, rename.old))
        if earlier is not None:
            self.end(earlier)
            rename.old = earlier.old
            rename.waiting |= earlier.waiting
        replaced = self._open.get((rename.side, rename.new))
        if replaced is not None:  # what had that name is gone
            self.end(replaced)
            rename.waiting |= replaced.waiting
        self._open[rename.side, rename.new] = rename
        self._at[rename.old] = self._at[rename.new] = rename
        if rename.old == rename.new:
            self.end(rename)
            return None
        return rename

    def end(self, rename: Rename) -> None:
        """It has been followed, or will not be."""
        del self._open[rename.side, rename.new]
        for path in (rename.old, rename.new):
            if self._at.get(path) is rename:
                del self._at[path]

    def to(self, side: Side, new: str) -> Rename | None:
        """The one that ends in a name."""
        return self._open.get((side, new))

    def over(self, path: str) -> Rename | None:
        """The one of which a path, or a directory that it is in, is the old name or the new one."""
        if not self._at:
            return None
        while path and path not in self._at:
            path = dirname(path)
        return self._at.get(path)


class Apart:
    """Renames of which none has to do with a name of another, or with what is below or above one."""

    def __init__(self) -> None:
        """Start with none."""
        self._names: set[str] = set()
        self._above: set[str] = set()

    def takes(self, rename: Rename) -> bool:
        """Whether one is apart from those before; it is one of them then."""
        mine = {rename.old, rename.new}
        above = {*_parents(rename.old), *_parents(rename.new)}
        if mine & self._names or mine & self._above or above & self._names:
            return False
        self._names |= mine
        self._above |= above
        return True


def _parents(path: str) -> Iterator[str]:
    while path := dirname(path):
        yield path
