# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies a file's content to where it can be given its name in one step."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from ..errors import Changed, SideFull, is_full
from ..model import FILE, Deliver, Entry, Intent, Record, Side
from ..trees.base import Temporary, Tree
from ..trees.contents import Digest
from ..trees.reading import same


@dataclass(frozen=True)
class Prepared:
    """Content that is complete on the target side and waits for its name.

    ``path`` is the name it gets: the source's own or a conflict name. ``expected`` is what stands there,
    ``kept`` the second name that the version has which it replaces, ``delivered`` the sides where the
    action's path has been delivered so far.
    """

    action: Deliver
    target: Tree
    path: str
    expected: Entry | None
    content: Temporary
    digest: bytes
    kept: str = ""
    delivered: frozenset[Side] = frozenset()

    @property
    def temporary(self) -> str:
        """Its name while it waits."""
        return self.content.path

    @property
    def size(self) -> int:
        """Bytes."""
        return self.action.source.size

    def intent(self) -> Intent:
        """What is about to happen."""
        to, source = self.action.to, self.action.source.stamp
        here = Record(FILE, self.digest, delivered=frozenset({to})).seen(to, self.content.stamp)
        records: tuple[tuple[str, Record], ...]
        if self.path == self.action.path:
            records = ((self.path, here.seen(to.other, source)),)
        else:
            # The version in the way is not ours: nothing is agreed on that side.
            settled = Record(FILE, self.digest, delivered=self.delivered - {to}).seen(to.other, source)
            records = ((self.path, here), (self.action.path, settled))
        return Intent(self.path, to, self.temporary, self.content.stamp, records)


_LARGER = "it is larger than its own file system, and the {} side does not tell how much it can hold"
_DIFFERS = "its content has another length than the {} bytes that it shows: it may be a link that looks like a file"


def prepare_copy(action: Deliver, here: Tree, there: Tree, path: str, expected: Entry | None) -> Prepared:
    """Copy the source of an action, to be named ``path``.

    Raises Changed when the source is not, or does not stay, as the action says; SideFull; OSError.
    """
    source = action.source
    room = there.room()
    if room is not None and 0 < source.size > room:
        # Not even tried: a copy that fails at its end takes the room from all others meanwhile.
        raise SideFull(there.side, source.size, room)
    if room is None and 0 < here.all_room() < source.size:
        # It has holes, and would be written out until nothing more goes to the other side.
        raise OSError(errno.EFBIG, _LARGER.format(there.side.value))
    hasher = Digest()
    with there.writing(path) as (fd, temporary), here.reading(action.path) as reading:
        _expect(here.seen(reading), source)
        length = 0
        for data in here.chunks(reading):
            hasher.update(data)
            length += len(data)
            if length > source.size:
                break  # perhaps it grows as fast as it is read
            _write(there, fd, data)
        _expect(here.seen(reading), source)
        _expect(here.look(action.path), source)
        if length != source.size:
            raise OSError(errno.EIO, _DIFFERS.format(source.size))
        there.carry_over(fd, source, path)
    try:
        content = there.completed(temporary)
    except OSError:
        there.discard(temporary)
        raise
    return Prepared(action, there, path, expected, content, hasher.digest())


def _expect(found: Entry | None, source: Entry) -> None:
    if not same(found, source):
        raise Changed


def _write(tree: Tree, fd: int, data: bytes) -> None:
    try:
        tree.sys.write(fd, data)
    except OSError as error:
        if is_full(error):
            raise SideFull(tree.side) from error
        raise
