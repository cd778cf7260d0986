# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's words: sides, modes, what a side shows, what both sides agreed on, what is to be done."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import NamedTuple


class Side(enum.Enum):
    """One of the two trees. The value is the word used in status, logs and conflict names."""

    WINDOWS = "windows"
    NAS = "nas"

    @property
    def other(self) -> Side:
        """The side across."""
        return Side.NAS if self is Side.WINDOWS else Side.WINDOWS


class Mode(enum.Enum):
    """Which side's changes are carried across."""

    NONE = "none"
    WINDOWS_TO_NAS = "windows_to_nas"
    NAS_TO_WINDOWS = "nas_to_windows"
    TWO_WAY = "two_way"

    @property
    def sources(self) -> tuple[Side, ...]:
        """The sides whose changes are carried across."""
        return _SOURCES[self]


_SOURCES: dict[Mode, tuple[Side, ...]] = {
    Mode.NONE: (),
    Mode.WINDOWS_TO_NAS: (Side.WINDOWS,),
    Mode.NAS_TO_WINDOWS: (Side.NAS,),
    Mode.TWO_WAY: (Side.WINDOWS, Side.NAS),
}


class Deletions(enum.Enum):
    """What happens on the other side when a source file is deleted."""

    PROPAGATE = "propagate"
    KEEP = "keep"


class Change(enum.Enum):
    """What happened to a path, as a watcher tells it."""

    WRITING = "writing"
    """A file is open for writing: it will be closed."""
    CLOSED = "closed"
    """It was closed after writing, or removed."""
    ARRIVED = "arrived"
    """A file was moved here."""
    TOUCHED = "touched"
    """It was moved away, or its attributes changed."""
    DIRECTORY = "directory"
    """A directory appeared; what it contains may have come before the watch."""


FILE = "f"
DIRECTORY = "d"
OTHER = "o"
"""A symbolic link, fifo, socket or device: never followed, opened or replaced."""


class Entry(NamedTuple):
    """One name as seen on one side.

    ``inode`` is 0 where inode numbers mean nothing. Directories carry zeros: what they contain is in
    their own entries, and their times change with every one of those.
    """

    kind: str
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    mode: int = 0
    links: int = 1

    @property
    def stamp(self) -> Stamp:
        """What a later look is compared with."""
        return Stamp(self.size, self.mtime_ns, self.inode)


class Stamp(NamedTuple):
    """How a side showed an agreed version. Compared only with later looks at the same side."""

    size: int
    mtime_ns: int
    inode: int

    def fits(self, other: Stamp) -> bool:
        """Whether both may be the same version. An inode number of 0 is not known, and fits every other."""
        known = self.inode and other.inode
        return self[:2] == other[:2] and (not known or self.inode == other.inode)


@dataclass(frozen=True)
class Record:
    """What the ledger knows about one path.

    ``windows`` and ``nas`` show the version last agreed on as that side showed it; None when the agent
    never saw one there. ``delivered`` names the sides whose present copy the agent has written itself.
    ``digest`` is the content's.
    """

    kind: str
    digest: bytes = b""
    windows: Stamp | None = None
    nas: Stamp | None = None
    delivered: frozenset[Side] = frozenset()

    def at(self, side: Side) -> Stamp | None:
        """The stamp of one side."""
        return self.windows if side is Side.WINDOWS else self.nas

    def seen(self, side: Side, stamp: Stamp | None) -> Record:
        """A copy with one side's stamp replaced."""
        if side is Side.WINDOWS:
            return replace(self, windows=stamp)
        return replace(self, nas=stamp)

    def shows(self, side: Side, entry: Entry | None) -> bool:
        """Whether one side still looks as recorded."""
        stamp = self.at(side)
        if entry is None or stamp is None:
            return entry is None and stamp is None
        return entry.kind == self.kind and stamp.fits(entry.stamp)


@dataclass(frozen=True)
class Intent:
    """What the agent is about to do on a side, noted before it does it.

    Complete content that shows ``stamp`` waits under the name ``temporary`` for the name ``path``; without a
    temporary name ``path`` is a directory to be made. Once it is done, ``records`` hold.
    """

    path: str
    side: Side
    temporary: str
    stamp: Stamp
    records: tuple[tuple[str, Record], ...]


@dataclass(frozen=True)
class Deliver:
    """Bring the content of ``source`` to side ``to``, where ``target`` was seen.

    ``may_replace``: the target may be overwritten as long as it holds what the ledger recorded there.
    """

    path: str
    to: Side
    source: Entry
    target: Entry | None
    may_replace: bool


@dataclass(frozen=True)
class MakeDirectory:
    """Create a directory on side ``to``."""

    path: str
    to: Side
    source: Entry


@dataclass(frozen=True)
class Agree:
    """Both sides have the directory: record it."""

    path: str


@dataclass(frozen=True)
class Remove:
    """Remove what was delivered, provided that it still holds what the ledger recorded."""

    path: str
    side: Side
    target: Entry


@dataclass(frozen=True)
class Forget:
    """Drop the ledger's record: nothing is left to agree on."""

    path: str


@dataclass(frozen=True)
class Reconcile:
    """Both sides have a version that the other has not seen (two-way only)."""

    path: str
    windows: Entry
    nas: Entry


@dataclass(frozen=True)
class Refuse:
    """The path cannot or must not be carried over; the rest goes on."""

    path: str
    side: Side
    reason: str


@dataclass(frozen=True)
class Wait:
    """Not now: another action of the same cycle must come first."""

    path: str


Action = Deliver | MakeDirectory | Agree | Remove | Forget | Reconcile | Refuse | Wait
