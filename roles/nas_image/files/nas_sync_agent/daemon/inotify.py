# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches a tree with inotify.

Of the distribution's packages, python3-watchdog throws queue overflows away and holds every event back for
half a second; both would break a promise. Hence these few lines on the kernel's own interface.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from posixpath import join

from ..errors import ABSENT
from ..model import Change
from ..trees import libc

_MASK = (
    libc.IN_CLOSE_WRITE
    | libc.IN_MOVED_FROM
    | libc.IN_MOVED_TO
    | libc.IN_CREATE
    | libc.IN_DELETE
    | libc.IN_ATTRIB
    | libc.IN_MODIFY
    | libc.IN_ONLYDIR
    | libc.IN_DONT_FOLLOW
    | libc.IN_EXCL_UNLINK
)
_READ = 1 << 16


class OutOfWatches(Exception):
    """The limit of inotify watches is reached: this tree must be polled."""


class Watcher:
    """Recursive watch of one tree; changes are handed to a callback."""

    def __init__(self, root: str, report: Callable[[str, Change], None], moved: Callable[[str, str], None]) -> None:
        """``report`` gets path and change; ``moved`` old and new path of a file, before both are reported.

        Raises OSError when there is no inotify instance to be had, OutOfWatches.
        """
        self.fd = libc.inotify_open()
        self.overflowed = False
        """Whether something was lost on the way: whoever has scanned the tree clears it."""
        self.is_blind = False
        """Whether the root is watched no more: it was removed, or its file system was unmounted."""
        self._root = root
        self._report = report
        self._moved = moved
        self._paths: dict[int, str] = {}
        self._left: tuple[int, str] = (0, "")
        try:
            self._add("")
        except BaseException:
            os.close(self.fd)
            raise

    def close(self) -> None:
        """Stop watching."""
        os.close(self.fd)

    def read(self) -> None:
        """Report everything that has happened up to now. Raises OutOfWatches."""
        while True:
            try:
                data = os.read(self.fd, _READ)
            except BlockingIOError:
                return
            for watch, mask, cookie, name in libc.inotify_events(data):
                self._handle(watch, mask, cookie, name)

    def _add(self, directory: str) -> None:
        """Watch a directory and what is below. What vanishes meanwhile is reported by its parent's watch."""
        pending = [directory]
        while pending:
            directory = pending.pop()
            path = join(self._root, directory) if directory else self._root
            try:
                self._paths[libc.inotify_add(self.fd, path, _MASK)] = directory
                with os.scandir(path) as found:
                    pending += (join(directory, entry.name) for entry in found if entry.is_dir(follow_symlinks=False))
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise OutOfWatches from error
                if error.errno not in ABSENT:
                    raise

    def _drop(self, directory: str) -> None:
        """Forget a directory that was moved away, and what is below."""
        below = directory + "/"
        for watch in [w for w, path in self._paths.items() if path == directory or path.startswith(below)]:
            libc.inotify_remove(self.fd, watch)
            del self._paths[watch]

    def _handle(self, watch: int, mask: int, cookie: int, name: str) -> None:
        if mask & libc.IN_Q_OVERFLOW:
            self.overflowed = True
            return
        if mask & libc.IN_IGNORED:
            self.is_blind = self.is_blind or self._paths.pop(watch, None) == ""
            return
        directory = self._paths.get(watch)
        if directory is None or not name:
            return
        path = join(directory, name)
        if mask & libc.IN_ISDIR:
            if mask & libc.IN_MOVED_FROM:
                self._drop(path)
            if mask & (libc.IN_CREATE | libc.IN_MOVED_TO):
                self._add(path)
                self._report(path, Change.DIRECTORY)
            elif mask & (libc.IN_DELETE | libc.IN_MOVED_FROM):
                self._report(path, Change.TOUCHED)
            return
        if mask & libc.IN_MOVED_FROM:
            self._left = (cookie, path)
        elif mask & libc.IN_MOVED_TO and self._left[0] == cookie:
            self._moved(self._left[1], path)
        if mask & (libc.IN_CREATE | libc.IN_MODIFY):
            self._report(path, Change.WRITING)
        elif mask & libc.IN_MOVED_TO:
            self._report(path, Change.ARRIVED)
        else:
            closed = mask & (libc.IN_CLOSE_WRITE | libc.IN_DELETE)
            self._report(path, Change.CLOSED if closed else Change.TOUCHED)
