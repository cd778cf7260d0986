# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When is a file complete? When nobody has it open for writing; where nobody tells that, when it was left alone.

One close is no word on other writers of the same file, and NFS-Ganesha closes descriptors of its own seconds late: the
kernel is asked whether anybody has the file open for writing. It knows of a Windows directory's files, too, where that is
on a local file system.
"""

from __future__ import annotations

from collections.abc import Callable

from ..cli import Options
from ..errors import Changed
from ..model import FILE, Entry, Record, Side
from .pending import Item, Looks

SETTLE = 0.025
"""A file is read no sooner than this after its last change, in seconds: by then the kernel's clock, by which
it gives times, has moved on, and a later write shows in the time."""
_TICK_NS = 20_000_000
_SECOND_NS = 1_000_000_000


class Settling:
    """Knows which files are open for writing, and since when those have been quiet of which nobody tells it."""

    def __init__(
        self,
        options: Options,
        wall_ns: Callable[[], int],
        has_writer: Callable[[str], bool | None],
        has_windows_writer: Callable[[str, Entry], bool | None],
    ) -> None:
        """``wall_ns`` is the clock that gives the files of the NAS side their times, in nanoseconds.

        ``has_writer`` tells whether anybody has a file of the NAS side open for writing, ``has_windows_writer`` the same
        of a file of the Windows side that looks as given; None where nobody tells. It raises Changed.
        """
        self._has_writer = has_writer
        self._has_windows_writer = has_windows_writer
        self._options = options
        self._wall_ns = wall_ns
        self._writing: dict[str, float] = {}

    def opened(self, path: str, now: float) -> None:
        """A file is being written."""
        self._writing[path] = now

    def is_open(self, path: str) -> bool:
        """Whether a file is being written."""
        return path in self._writing

    def closed(self, path: str) -> None:
        """A file was closed or is gone."""
        self._writing.pop(path, None)

    def forget(self) -> list[str]:
        """Hold no file for open any more; return those that were."""
        paths = list(self._writing)
        self._writing.clear()
        return paths

    def moved(self, old: str, new: str) -> None:
        """A file has another name; whoever writes it goes on writing it."""
        since = self._writing.pop(old, None)
        self._writing.pop(new, None)
        if since is not None:
            self._writing[new] = since

    def wait(self, path: str, item: Item, looks: Looks, record: Record | None, now: float) -> float | None:
        """Until when a path must wait to be complete; None when it is."""
        windows, nas = looks
        item.written = False
        if nas is None:
            self.closed(path)
        for side in self._options.mode.sources:
            entry = windows if side is Side.WINDOWS else nas
            if entry is None or entry.kind != FILE or (record is not None and record.shows(side, entry)):
                continue
            item.mtime_ns = entry.mtime_ns
            if side is Side.WINDOWS:
                until, told = self._written_until(path, item, looks, entry, now)
            else:
                until, told = self._open_until(path, item, entry, now)
            if until is None and (told or (item.vouched and not _is_coarse(entry))):
                fresh = 0 <= self._wall_ns() - entry.mtime_ns < _TICK_NS
                until = now + SETTLE if fresh else None
            elif until is None:
                until = self._quiet_at(item, looks, entry, now)
            if until is not None:
                if item.looks != looks:
                    item.looks, item.looked = looks, now
                return until
        return None

    def _written_until(
        self, path: str, item: Item, looks: Looks, entry: Entry, now: float
    ) -> tuple[float | None, bool]:
        """Until when a file of the Windows side must wait for its writer, and whether anybody tells of writers there.

        Its close may go unheard of where it is polled, or has a second name elsewhere: it is looked at again. An open
        file counts as closed when it has not changed for the time between two rescans.
        """
        try:
            written = self._has_windows_writer(path, entry)
        except Changed:
            return now + SETTLE, True
        if not written:
            return None, written is not None
        if item.looks == looks and now - item.looked >= self._options.rescan:
            return None, True
        item.written = True
        return now + self._options.quiet_period, True

    def _open_until(self, path: str, item: Item, entry: Entry, now: float) -> tuple[float | None, bool]:
        """Until when a file of the NAS side must wait for its writer, and whether it need not be quiet after that.

        An open file counts as closed when nothing is heard of it for the time between two rescans.
        """
        rescan, heard = self._options.rescan, not item.quiet
        since = self._writing.get(path)
        if since is not None and entry.links == 1:
            if now - since < rescan:
                item.written = True
                return since + rescan, heard
            self.closed(path)
            return None, heard
        if not self._options.close_events or now - item.since >= rescan:
            return None, heard
        written = self._has_writer(path)
        if not written:
            return None, heard or (item.in_new and written is False)
        item.written = True
        if item.quiet:  # perhaps nobody will tell of its close
            return now + self._options.quiet_period, heard
        self._writing[path] = now
        return now + rescan, heard

    def is_written(self, path: str, looks: Looks) -> bool:
        """Whether anybody is known to be writing a file of a source, which showed ``looks`` when it was looked at."""
        windows = looks[0]
        for side in self._options.mode.sources:
            if side is Side.NAS and (path in self._writing or self._has_writer(path)):
                return True
            if side is Side.WINDOWS and windows is not None and windows.kind == FILE:
                try:
                    if self._has_windows_writer(path, windows):
                        return True
                except Changed:
                    return True
        return False

    def _quiet_at(self, item: Item, looks: Looks, entry: Entry, now: float) -> float | None:
        quiet, once = self._options.quiet_period, self._options.once
        if item.looks == looks:
            left = item.looked + quiet - now
            return None if left <= 0 or once else now + left
        if not once:
            return now + quiet
        # At the start nobody waits longer than a file's own time asks for. Should the clocks of the two sides
        # differ, the copy still fails when the file changes, and the running agent brings what comes later.
        age = (self._wall_ns() - entry.mtime_ns) / 1e9
        if age >= quiet:
            return None
        return now + (quiet - age if age > 0 else quiet)


def _is_coarse(entry: Entry) -> bool:
    """Whether a change within the second of the last one might not show: no word on what is complete helps there."""
    return not entry.inode and entry.mtime_ns % _SECOND_NS == 0
