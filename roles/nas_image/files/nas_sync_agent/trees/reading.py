# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One side's tree, reached only through descriptors of its directories: no symbolic link is ever followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from posixpath import basename, dirname

from ..errors import ABSENT, Changed, SideUnavailable, why
from ..model import DIRECTORY, FILE, OTHER, Entry, Side
from .contents import BLOCK, digest_of
from .syscalls import Syscalls

_FLAGS_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY
# O_NONBLOCK: a name that has become a fifo must not hold the agent up.
FLAGS_READ = os.O_RDONLY | os.O_NONBLOCK
_OPEN_DIRECTORIES = 32
_MOST_UNTOLD = 1 << 44
"""Bytes that a file system has at most which does not tell how many: what NTFS can have with its usual clusters."""


class ReadTree:
    """What a side shows. Paths are relative to the root, ``""`` is the root itself.

    Methods raise OSError as the calls below them do, except where a path is merely absent.
    """

    side: Side
    inodes: bool = True
    """Whether inode numbers identify files here; known once the tree is open."""
    file_system: int = 0
    """The number of the root's kind of file system, 0 where it is not known."""

    def __init__(self, root: str, syscalls: Syscalls | None = None) -> None:
        """Take the root's path. Nothing is opened before :meth:`open`."""
        self.root = root
        self.sys = syscalls or Syscalls()
        self._root_fd = -1
        self._directories: dict[str, int] = {}

    def open(self) -> None:
        """Open the root. Raises SideUnavailable when it is not there."""
        self.close()
        try:
            self._root_fd = self.sys.open(self.root, _FLAGS_DIRECTORY)
        except OSError as error:
            raise SideUnavailable(f"cannot open {self.root}: {why(error)}") from error

    @property
    def identity(self) -> tuple[int, int]:
        """What tells the open root from every other directory: its device and inode number."""
        status = self.sys.fstat(self._root_fd)
        return status.st_dev, status.st_ino

    def close(self) -> None:
        """Give all descriptors back."""
        self.release()
        if self._root_fd >= 0:
            self.sys.close(self._root_fd)
            self._root_fd = -1

    def release(self) -> None:
        """Forget the directories that were opened: they may be elsewhere by the next cycle."""
        for fd in self._directories.values():
            self.sys.close(fd)
        self._directories.clear()

    def directory(self, path: str) -> int:
        """A descriptor of a directory, valid until the next call or :meth:`release`."""
        missing = []
        while path and path not in self._directories:
            missing.append(path)
            path = dirname(path)
        fd = self._directories[path] if path else self._root_fd
        for inner in reversed(missing):
            fd = self.sys.open(basename(inner), _FLAGS_DIRECTORY, dir_fd=fd)
            if len(self._directories) >= _OPEN_DIRECTORIES:
                self.release()
            self._directories[inner] = fd
        return fd

    def entry(self, status: os.stat_result) -> Entry:
        """What a status means to the agent."""
        mode = status.st_mode
        if stat.S_ISREG(mode):
            inode = status.st_ino if self.inodes else 0
            return Entry(FILE, status.st_size, status.st_mtime_ns, inode, mode & 0o777, status.st_nlink)
        return Entry(DIRECTORY if stat.S_ISDIR(mode) else OTHER, mode=mode & 0o777)

    def look(self, path: str) -> Entry | None:
        """What is at a path; None when nothing is."""
        try:
            return self.entry(self.sys.stat(basename(path), self.directory(dirname(path))))
        except OSError as error:
            if error.errno in ABSENT:
                return None
            raise

    def entries(self, directory: str) -> dict[str, Entry | None]:
        """Everything in a directory by name; None for what cannot be looked at."""
        make = self.entry
        return {
            name: None if isinstance(status, OSError) else make(status)
            for name, status in self.sys.listing(self.directory(directory))
        }

    @contextmanager
    def reading(self, path: str) -> Iterator[int]:
        """A descriptor to read a file from."""
        fd = self.sys.open(basename(path), FLAGS_READ, dir_fd=self.directory(dirname(path)))
        try:
            yield fd
        finally:
            self.sys.close(fd)

    def seen(self, fd: int) -> Entry:
        """What is behind a descriptor."""
        return self.entry(self.sys.fstat(fd))

    def chunks(self, fd: int) -> Iterator[bytes]:
        """A file's content from where the descriptor stands."""
        while data := self.sys.read(fd, BLOCK):
            yield data

    def digest(self, path: str, expected: Entry) -> bytes:
        """The digest of a file's content. Raises Changed unless the file is and stays as expected."""
        digest = b""
        try:
            with self.reading(path) as fd:
                for when in range(2):
                    found = self.seen(fd)
                    if found.kind != FILE or found.stamp != expected.stamp:
                        raise Changed(path)
                    if when == 0:
                        digest = digest_of(self.sys, fd, found.size, self.all_room() or _MOST_UNTOLD)
        except FileNotFoundError as error:
            raise Changed(path) from error
        return digest

    def all_room(self) -> int:
        """Bytes that the file system has, used or not; 0 where it does not tell."""
        try:
            return self.sys.room(self._root_fd)[1]
        except OSError:
            return 0


def same(found: Entry | None, expected: Entry | None) -> bool:
    """Whether two looks at a name show the same version."""
    if found is None or expected is None:
        return found is expected
    return found.kind == expected.kind and found.stamp == expected.stamp
