# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both sides have in common where content is brought to them."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from posixpath import basename, dirname

from .. import names
from ..errors import ABSENT, Changed
from ..model import DIRECTORY, FILE, Entry, Stamp
from .attributes import Attributes, best_effort, give
from .reading import FLAGS_READ, ReadTree

_FLAGS_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_RESERVE = 16 << 20
_RESERVED_SHARE = 50
_FEW = 8


@dataclass(frozen=True)
class Temporary:
    """Content that is complete but not yet under its name."""

    path: str
    stamp: Stamp


class Tree(ReadTree, ABC):
    """What both sides have in common."""

    @contextmanager
    def writing(self, path: str) -> Iterator[tuple[int, str]]:
        """A descriptor and a name for content that is to appear at a path; removed when the block fails."""
        temporary = self.temporary(path)
        where = self._staging(temporary)
        fd = self.sys.open(basename(temporary), _FLAGS_WRITE, 0o666, dir_fd=where)
        try:
            try:
                yield fd, temporary
                self.written(fd)
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

    def carry_over(self, fd: int, source: Entry, path: str) -> None:
        """Give a new file that is to appear at a path the source's time and permissions, as far as this side can."""
        with best_effort():
            give(self.sys, fd, self.attributes(path, FILE, source.mode))
        with best_effort():
            self.sys.utime(fd, source.mtime_ns)

    def attributes(self, path: str, kind: str, source_mode: int) -> Attributes:
        """What is to be at a path that has the permissions ``source_mode`` on the other side.

        Owners mean nothing across the sides, so everyone may read and write.
        """
        return Attributes(source_mode | (0o666 if kind == FILE else 0o777))

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
        """Make a directory, with the owner and permissions that :meth:`attributes` says."""
        parent = self.directory(dirname(path))
        try:
            self.sys.mkdir(basename(path), parent)
        except FileExistsError as error:
            raise Changed(path) from error
        with best_effort():
            attributes = self.attributes(path, DIRECTORY, source.mode)
            give(self.sys, self.directory(path), attributes)

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

    def written(self, fd: int) -> None:
        """Called with what has been written before it is closed."""

    def flush(self, temporaries: list[str]) -> None:
        """Bring temporary files to the disk, before they get their names: a few one by one, else their file system."""
        if len(temporaries) > _FEW:
            self.sys.syncfs(self._root_fd)
            return
        for temporary in temporaries:
            self._sync(basename(temporary), self._staging(temporary))

    def harden(self, paths: list[str]) -> bool:
        """Bring paths to the disk as they are now, with the file or without, before the ledger is told of them.

        False where that cannot be asked for.
        """
        if len(paths) > _FEW:
            with suppress(OSError):
                self.sys.syncfs(self._root_fd)
            return True
        for path in paths:
            with suppress(OSError):
                where = self.directory(dirname(path))
                try:
                    self._sync(basename(path), where)
                except FileNotFoundError:
                    self.sys.fsync(where)
        return True

    def _sync(self, name: str, where: int) -> None:
        fd = self.sys.open(name, FLAGS_READ, dir_fd=where)
        try:
            self.sys.fsync(fd)
        finally:
            self.sys.close(fd)

    def settle(self, paths: list[str]) -> None:
        """Called when a batch of names has appeared or gone."""

    @abstractmethod
    def publish(self, content: Temporary, path: str, expected: Entry | None) -> None:
        """Give complete content its name. Raises Changed unless the name still shows what is expected.

        What had the name before may have the temporary one afterwards.
        """

    def removal(self, path: str) -> str:
        """The temporary name that a file has between being taken away and being gone; empty where none."""
        return ""

    @abstractmethod
    def remove(self, path: str, expected: Entry, taken: str) -> None:
        """Remove a file, by way of the name from :meth:`removal`.

        Raises Changed unless the name still shows what is expected.
        """
