# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree that the NFS server exports, on a local file system of the agent's own volume.

Content is written in a stage outside the exported tree. Names change hands by exchange: what stood there is
looked at *after* it was taken away, so no write of an NFS client can fall between look and change.
"""

from __future__ import annotations

import errno
import os
import time
from posixpath import basename, dirname

from .. import names
from ..errors import Changed
from ..model import Entry, Side
from .base import Tree
from .contents import digest_of
from .reading import same
from .syscalls import Syscalls

_FEW = 8
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})


class NasTree(Tree):
    """Content is written in ``stage``, a directory of the same file system."""

    side = Side.NAS

    def __init__(self, root: str, stage: str, syscalls: Syscalls | None = None) -> None:
        """Take the paths of the exported tree and of the stage."""
        super().__init__(root, syscalls)
        self.stage = stage
        self._stage_fd = -1

    def open(self) -> None:
        """Open the root and the stage."""
        super().open()
        if self._stage_fd < 0:
            self._stage_fd = self.sys.open(self.stage, os.O_RDONLY | os.O_DIRECTORY)

    def temporary(self, path: str) -> str:
        """A name in the stage."""
        return "new-" + os.urandom(8).hex()

    def _staging(self, temporary: str) -> int:
        return self._stage_fd

    def flush(self, temporaries: list[str]) -> None:
        """Sync a few files one by one, many of them by syncing their file system once."""
        if len(temporaries) > _FEW:
            self.sys.syncfs(self._stage_fd)
            return
        for name in temporaries:
            fd = self.sys.open(name, os.O_RDONLY, dir_fd=self._stage_fd)
            try:
                self.sys.fsync(fd)
            finally:
                self.sys.close(fd)

    def settle(self, paths: list[str]) -> None:
        """Set the times of the directories once more.

        NFS-Ganesha drops its listing of a directory when the directory's time differs, and two changes
        within one tick of the kernel's clock have the same time.
        """
        for path in set(map(dirname, paths)):
            try:
                self.sys.utime(self.directory(path), time.time_ns())
            except OSError:
                continue  # the directory is gone again: so is its listing

    def publish(self, temporary: str, path: str, expected: Entry | None) -> None:
        """Exchange the stage's file with what stands at the path."""
        name, where, stage = basename(path), self.directory(dirname(path)), self._stage_fd
        try:
            if expected is None:
                self.sys.rename_noreplace(temporary, name, stage, where)
                return
            self.sys.rename_exchange(temporary, name, stage, where)
        except (FileExistsError, FileNotFoundError) as error:
            raise Changed(path) from error
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
            if not same(self.look(path), expected):
                raise Changed(path) from error
            self.sys.rename(temporary, name, stage, where)
            return
        if not same(self._staged(temporary), expected):
            self.sys.rename_exchange(temporary, name, stage, where)
            raise Changed(path)
        self.sys.unlink(temporary, stage)

    def removal(self, path: str) -> str:
        """A name in the stage for what is taken out of the export."""
        return "old-" + os.urandom(8).hex()

    def remove(self, path: str, expected: Entry, taken: str) -> None:
        """Take the file into the stage, look at it, and drop it there."""
        name, where, stage = basename(path), self.directory(dirname(path)), self._stage_fd
        try:
            self.sys.rename(name, taken, where, stage)
        except FileNotFoundError as error:
            raise Changed(path) from error
        if not same(self._staged(taken), expected):
            self.put_back(taken, path)
            raise Changed(path)
        self.sys.unlink(taken, stage)

    def put_back(self, taken: str, path: str) -> None:
        """Return a file from the stage to its path, or beside it when the path is in use again."""
        number = 0
        target = path
        while True:
            try:
                self.sys.rename_noreplace(taken, basename(target), self._stage_fd, self.directory(dirname(target)))
                return
            except FileExistsError:
                number += 1
                target = names.conflict(path, Side.NAS, number)

    def keep(self, path: str, kept: Entry, also: str) -> bool:
        """Give a file a second name, for good. False when that name is taken by something else."""
        where = self.directory(dirname(path))
        try:
            self.sys.link(basename(path), basename(also), where)
        except FileExistsError:
            return same(self.look(also), kept)
        return True

    def staged(self) -> list[str]:
        """What an earlier run has left in the stage."""
        return [name for name, _status in self.sys.listing(self._stage_fd)]

    def staged_digest(self, name: str) -> bytes:
        """The digest of a file in the stage."""
        fd = self.sys.open(name, os.O_RDONLY, dir_fd=self._stage_fd)
        try:
            return digest_of(self.sys, fd, self.seen(fd).size, self._all_room())
        finally:
            self.sys.close(fd)

    def _staged(self, name: str) -> Entry:
        return self.entry(self.sys.stat(name, self._stage_fd))
