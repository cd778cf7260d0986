# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows directory, through 9p, drvfs or a plain file system.

Nothing is taken for granted here: times may be whole seconds and not settable, inode numbers meaningless, a
rename may work only inside one directory and cannot be told to spare its target.
"""

from __future__ import annotations

from posixpath import basename, dirname

from ..errors import Changed
from ..model import Entry, Side
from . import file_systems
from .base import Temporary, Tree
from .reading import same


class WindowsTree(Tree):
    """Content is written beside its target under a temporary name."""

    side = Side.WINDOWS
    _host_syncs = True
    _device = -1

    def open(self) -> None:
        """Open the root, and find out whether it is a local file system. Raises SideUnavailable.

        Elsewhere inode numbers say nothing: minikube's 9p server gives the file's size, FUSE may give another one at
        each look, an overlay at the first change.
        """
        super().open()
        try:
            self.file_system = self.sys.file_system(self._root_fd)
            self._device, _inode = self.identity
        except OSError:
            self.file_system = 0
        self.inodes = file_systems.is_local(self.file_system)

    def has_writer(self, path: str, expected: Entry) -> bool | None:
        """Whether anybody has a file open or mapped for writing; None where nobody tells, as through 9p.

        Raises Changed when it is not what is expected. What is asked is said of this moment: whoever begins to write
        later shows in size or time.
        """
        if not self.inodes:
            return None
        try:
            with self.reading(path) as fd:
                status = self.sys.fstat(fd)
                if not same(self.entry(status), expected):
                    raise Changed(path)
                # Something else may be mounted there: another kind of file system may know less than the root's.
                if status.st_dev != self._device and not file_systems.is_local(self.sys.file_system(fd)):
                    return None
                return self.sys.has_writer(fd)
        except FileNotFoundError as error:
            raise Changed(path) from error
        except OSError:
            return None

    def written(self, fd: int) -> None:
        """Ask a host behind 9p to bring new content to its disk, until it has once refused to.

        Not later: it may let nobody sync a file who cannot write it.
        """
        if not self.inodes and self._host_syncs:
            try:
                self.sys.fsync(fd)
            except OSError:
                self._host_syncs = False

    def flush(self, temporaries: list[str]) -> None:
        """Sync what is on a local file system; the rest was synced as it was written."""
        if self.inodes:
            super().flush(temporaries)

    def harden(self, paths: list[str]) -> bool:
        """Sync what is on a local file system; which names a host has on its disk cannot be asked for."""
        return self.inodes and super().harden(paths)

    def publish(self, content: Temporary, path: str, expected: Entry | None) -> None:
        """Look, then rename: the moment between the two is the promise's exception on this side."""
        if not same(self.look(path), expected):
            raise Changed(path)
        where = self.directory(dirname(path))
        self.sys.rename(basename(content.path), basename(path), where, where)

    def remove(self, path: str, expected: Entry, taken: str) -> None:
        """Look, then remove."""
        if not same(self.look(path), expected):
            raise Changed(path)
        self.sys.unlink(basename(path), self.directory(dirname(path)))
