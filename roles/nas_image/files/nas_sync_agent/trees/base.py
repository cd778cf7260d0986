# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One side's tree, reached only through descriptors of its directories: no symbolic link is ever followed."""

from __future__ import annotations

import hashlib
import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from posixpath import basename, dirname

from .. import names
from ..errors import ABSENT, Changed, Unknown, is_full
from ..model import DIRECTORY, FILE, OTHER, Entry, Side, Stamp
from .syscalls import Syscalls

CHUNK = 1 << 20
_FLAGS_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY
# O_NONBLOCK: a name that has become a fifo must not hold the agent up.
_FLAGS_READ = os.O_RDONLY | os.O_NONBLOCK
_FLAGS_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_OPEN_DIRECTORIES = 32
_RESERVE = 16 << 20
_RESERVED_SHARE = 50


@dataclass(frozen=True)
class Temporary:
    """Content that is complete but not yet under its name."""

    path: str
    stamp: Stamp


class Tree(ABC):
    """What both sides have in common. Paths are relative to the root, ``""`` is the root itself.

    Methods raise OSError as the calls below them do, except where a path is merely absent.
    """

    side: Side
    inodes = True
    """Whether inode numbers identify files here."""

    def __init__(self, root: str, syscalls: Syscalls | None = None) -> None:
        """Take the root's path. Nothing is opened before :meth:`open`."""
        self.root = root
        self.sys = syscalls or Syscalls()
        self._root_fd = -1
        self._directories: dict[str, int] = {}

    def open(self) -> None:
        """Open the root. Raises Unknown when it is not there."""
        self.close()
        try:
            self._root_fd = self.sys.open(self.root, _FLAGS_DIRECTORY)
        except OSError as error:
            raise Unknown(f"cannot open {self.root}: {error.strerror}") from error

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
        fd = self.sys.open(basename(path), _FLAGS_READ, dir_fd=self.directory(dirname(path)))
        try:
            yield fd
        finally:
            self.sys.close(fd)

    def seen(self, fd: int) -> Entry:
        """What is behind a descriptor."""
        return self.entry(self.sys.fstat(fd))

    def chunks(self, fd: int) -> Iterator[bytes]:
        """A file's content from where the descriptor stands."""
        while data := self.sys.read(fd, CHUNK):
            yield data

    def digest(self, path: str, expected: Entry) -> bytes:
        """The digest of a file's content. Raises Changed unless the file is and stays as expected."""
        hasher = new_digest()
        try:
            with self.reading(path) as fd:
                for when in range(2):
                    found = self.seen(fd)
                    if found.kind != FILE or found.stamp != expected.stamp:
                        raise Changed(path)
                    if when == 0:
                        for data in self.chunks(fd):
                            hasher.update(data)
        except FileNotFoundError as error:
            raise Changed(path) from error
        return hasher.digest()

    @contextmanager
    def writing(self, path: str) -> Iterator[tuple[int, str]]:
        """A descriptor and a name for content that is to appear at a path; removed when the block fails."""
        temporary = self.temporary(path)
        where = self._staging(temporary)
        fd = self.sys.open(basename(temporary), _FLAGS_WRITE, 0o666, dir_fd=where)
        try:
            try:
                yield fd, temporary
            finally:
                self.sys.close(fd)
        except BaseException:
            self.discard(temporary)
            raise

    def room(self) -> int | None:
        """How many bytes a new file may have; None where the file system does not tell.

        A fiftieth, 16 MiB at most, stays free: for small files, and for what the agent itself has to write.
        """
        try:
            free, total = self.sys.room(self._root_fd)
        except OSError:
            return None
        return max(0, free - min(_RESERVE, total // _RESERVED_SHARE)) if total else None

    def carry_over(self, fd: int, source: Entry) -> None:
        """Give a new file the source's time and permissions, as far as this side holds such.

        Owners mean nothing across the sides, so everyone may read and write.
        """
        with _best_effort():
            self.sys.chmod(fd, source.mode | 0o666)
        with _best_effort():
            self.sys.utime(fd, source.mtime_ns)

    def completed(self, temporary: str) -> Temporary:
        """What content looks like that is complete: its stamp stays the same when it gets its name."""
        status = self.sys.stat(basename(temporary), self._staging(temporary))
        return Temporary(temporary, self.entry(status).stamp)

    def waiting(self, temporary: str) -> Stamp | None:
        """What a temporary name shows; None when nothing has it any more."""
        try:
            return self.entry(self.sys.stat(basename(temporary), self._staging(temporary))).stamp
        except OSError as error:
            if error.errno in ABSENT:
                return None
            raise

    def discard(self, temporary: str) -> None:
        """Remove content that is not wanted. Failing to is no error: it is cleaned at the next start."""
        try:
            self.sys.unlink(basename(temporary), self._staging(temporary))
        except OSError:
            return

    def mkdir(self, path: str, source: Entry) -> None:
        """Make a directory that everyone may use."""
        parent = self.directory(dirname(path))
        try:
            self.sys.mkdir(basename(path), parent)
        except FileExistsError as error:
            raise Changed(path) from error
        with _best_effort():
            self.sys.chmod(self.directory(path), source.mode | 0o777)

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        self.release()
        self.sys.rmdir(basename(path), self.directory(dirname(path)))

    def temporary(self, path: str) -> str:
        """The name of content that is to appear at a path, in the terms of this side."""
        return names.temporary(path)

    def _staging(self, temporary: str) -> int:
        """The directory in which a temporary name stands."""
        return self.directory(dirname(temporary))

    def flush(self, temporaries: list[str]) -> None:  # noqa: B027  (a hook: one side has nothing to do)
        """Bring temporary files to the disk, where that can be asked for."""

    def settle(self, paths: list[str]) -> None:  # noqa: B027  (a hook, as above)
        """Called when a batch of names has appeared or gone."""

    @abstractmethod
    def publish(self, temporary: str, path: str, expected: Entry | None) -> None:
        """Give complete content its name. Raises Changed unless the name still shows what is expected."""

    def removal(self, path: str) -> str:
        """The temporary name that a file has between being taken away and being gone; empty where none."""
        return ""

    @abstractmethod
    def remove(self, path: str, expected: Entry, taken: str) -> None:
        """Remove a file, by way of the name from :meth:`removal`.

        Raises Changed unless the name still shows what is expected.
        """


@contextmanager
def _best_effort() -> Iterator[None]:
    """For what a side may be unable to hold; a lack of room is another matter."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise


def new_digest() -> hashlib.blake2b:
    """The hash that tells contents apart."""
    return hashlib.blake2b(digest_size=16)


def same(found: Entry | None, expected: Entry | None) -> bool:
    """Whether two looks at a name show the same version."""
    if found is None or expected is None:
        return found is expected
    return found.kind == expected.kind and found.stamp == expected.stamp
