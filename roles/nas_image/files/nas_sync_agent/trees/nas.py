# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree that the NFS server exports, on a local file system of the agent's own volume.

Content is written in a stage outside the exported tree. Names change hands by exchange: what stood there is
looked at *after* it was taken away, so no write of an NFS client can fall between look and change. What a client still
has open is not dropped: see ``sync/displaced.py``.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from posixpath import basename, dirname

from .. import names
from ..errors import Changed
from ..model import DIRECTORY, FILE, Entry, Side, Stamp
from ..ownership import FileOwnership
from .attributes import Attributes, give
from .base import Temporary, Tree
from .contents import digest_of
from .reading import same
from .syscalls import Syscalls

_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})


class NasTree(Tree):
    """Content is written in ``stage``, a directory of the same file system."""

    side = Side.NAS

    def __init__(
        self, root: str, stage: str, syscalls: Syscalls | None = None, ownership: FileOwnership | None = None
    ) -> None:
        """Take the paths of the exported tree and of the stage, and who owns what the agent makes."""
        super().__init__(root, syscalls)
        self.stage = stage
        self.ownership = ownership or FileOwnership()
        self._stage_fd = -1

    def open(self) -> None:
        """Open the root and the stage."""
        super().open()
        if self._stage_fd < 0:
            self._stage_fd = self.sys.open(self.stage, os.O_RDONLY | os.O_DIRECTORY)

    def attributes(self, path: str, kind: str, source_mode: int) -> Attributes:
        """The owner and permissions that were asked for, those of a setgid directory where they were not."""
        parent = self.sys.fstat(self.directory(dirname(path)))
        return Attributes(self.ownership.mode(parent, kind, source_mode), self.ownership.owner_and_group(parent))

    def own_again(self, path: str, expected: Entry, source_mode: int) -> None:
        """Give what is at a path the owner and permissions that are asked for now, if it still is as expected."""
        attributes = self.attributes(path, expected.kind, source_mode)
        if expected.kind != FILE:
            give(self.sys, self.directory(path), attributes)
            return
        with self.reading(path) as fd:
            if same(self.seen(fd), expected):
                give(self.sys, fd, attributes)

    def temporary(self, path: str) -> str:
        """A name in the stage."""
        return "new-" + os.urandom(8).hex()

    def _staging(self, temporary: str) -> int:
        return self._stage_fd

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

    def publish(self, content: Temporary, path: str, expected: Entry | None) -> None:
        """Exchange the stage's file with what stands at the path, which has the temporary name afterwards."""
        temporary, name, where, stage = content.path, basename(path), self.directory(dirname(path)), self._stage_fd
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
            self._take_back(content, path, where)
            raise Changed(path)

    def _take_back(self, content: Temporary, path: str, where: int) -> None:
        """Return what was exchanged by mistake. What a client has put in its place meanwhile is newer, and stays."""
        temporary, stage = content.path, self._stage_fd
        try:
            self.sys.rename_exchange(temporary, basename(path), stage, where)
            if self._staged(temporary).stamp == content.stamp:
                return
            self.sys.rename_exchange(temporary, basename(path), stage, where)
        except FileNotFoundError:
            pass  # removed or renamed by a client, perhaps with the other content: it is kept in any case
        self.put_back(temporary, path)

    def removal(self, path: str) -> str:
        """A name in the stage for what is taken out of the export."""
        return "old-" + os.urandom(8).hex()

    def remove(self, path: str, expected: Entry, taken: str) -> None:
        """Take the file into the stage and look at it there. It is the caller who drops it."""
        name, where, stage = basename(path), self.directory(dirname(path)), self._stage_fd
        try:
            self.sys.rename(name, taken, where, stage)
        except FileNotFoundError as error:
            raise Changed(path) from error
        if not same(self._staged(taken), expected):
            self.put_back(taken, path)
            raise Changed(path)

    def drop(self, taken: str, expected: Stamp, path: str) -> bool:
        """Remove a file from the stage for good; False when somebody has it open for writing, so that it must wait.

        Raises Changed when it does not show ``expected``, unless ``path`` is a second name that it has.
        """
        if self._staged(taken).kind != FILE:  # nobody writes a link, and to open a fifo would be to wait for a writer
            self.sys.unlink(taken, self._stage_fd)
            return True
        fd = self.sys.open(taken, os.O_RDONLY, dir_fd=self._stage_fd)
        try:
            # In this order: who is about to open it cannot any more, who had it open may have written until now.
            written, found = self.sys.has_writer(fd), self.seen(fd)
        finally:
            self.sys.close(fd)
        if found.stamp != expected and (found.links < 2 or not same(self.look(path), found)):
            raise Changed(path)
        if not written:
            self.sys.unlink(taken, self._stage_fd)
        return not written

    def put_back(self, taken: str, path: str, *, parents: bool = False) -> None:
        """Return a file from the stage to its path, or beside it when the path is in use again.

        ``parents``: make the directory that it was in anew where that is gone.
        """
        number = 0
        target = path
        while True:
            try:
                where = self._made_directory(dirname(target)) if parents else self.directory(dirname(target))
                self.sys.rename_noreplace(taken, basename(target), self._stage_fd, where)
                return
            except FileExistsError:
                number += 1
                target = names.conflict(path, Side.NAS, number)

    def _made_directory(self, path: str) -> int:
        """A descriptor of a directory, which is made where it is missing."""
        self.release()
        for end in [*(index for index, character in enumerate(path) if character == "/"), len(path)]:
            if path and self.look(path[:end]) is None:
                self.mkdir(path[:end], Entry(DIRECTORY))
        return self.directory(path)

    def has_writer(self, path: str) -> bool | None:
        """Whether anybody has a file open or mapped for writing; None where nobody tells."""
        try:
            with self.reading(path) as fd:
                return self.sys.has_writer(fd)
        except OSError:
            return None

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

    @contextmanager
    def reading_staged(self, name: str) -> Iterator[int]:
        """A descriptor to read a file of the stage from."""
        fd = self.sys.open(name, os.O_RDONLY, dir_fd=self._stage_fd)
        try:
            yield fd
        finally:
            self.sys.close(fd)

    def staged_digest(self, name: str) -> bytes:
        """The digest of a file in the stage."""
        with self.reading_staged(name) as fd:
            return digest_of(self.sys, fd, self.seen(fd).size, self.all_room())

    def _staged(self, name: str) -> Entry:
        return self.entry(self.sys.stat(name, self._stage_fd))
