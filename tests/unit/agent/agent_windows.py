# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways of a Windows directory that comes to the agent through minikube's 9p server."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator

from agent_faults import Control, TestSyscalls
from nas_sync_agent.model import Side
from nas_sync_agent.names import problem

UNNAMED = 526  # ESERVERFAULT in the kernel


class WindowsSyscalls(TestSyscalls):
    """A Windows directory as minikube's 9p server shows it, which speaks the oldest protocol to every client.

    Times cannot be set and are whole seconds, inode numbers are file sizes, permissions are the same for all files and
    chmod and fsync do nothing, rename works inside one directory only and cannot spare its target, no links can be
    made (and those of Windows look like files where a test asks for it), nothing is told of the room, names are case-insensitive, reserved names are
    refused, and a locked file, like every other trouble but a missing name, is error 526, which no C library knows.
    """

    def __init__(self, control: Control, clock_ns: Callable[[], int]) -> None:
        super().__init__(control, "windows")
        self.clock_ns = clock_ns
        self.locked: set[str] = set()
        self.hides_links = False
        self._links: dict[int, os.stat_result] = {}
        self._written: set[int] = set()

    def _real(self, name: str, dir_fd: int | None) -> str:
        """The name as the directory has it."""
        if dir_fd is None or "/" in name:
            return name
        for found in os.listdir(dir_fd):
            if found.lower() == name.lower():
                return found
        return name

    def _fresh(self, name: str) -> None:
        if problem(name, Side.WINDOWS):
            raise self._refusal(name)

    @staticmethod
    def _refusal(name: str) -> OSError:
        return OSError(UNNAMED, os.strerror(UNNAMED), name)

    def _status(self, status: os.stat_result) -> os.stat_result:
        values = list(status)
        values[stat.ST_INO] = status.st_size
        values[stat.ST_NLINK] = 1
        if stat.S_ISDIR(status.st_mode):
            values[stat.ST_MODE] = stat.S_IFDIR | 0o777
        elif stat.S_ISREG(status.st_mode) or self.hides_links:
            values[stat.ST_MODE] = stat.S_IFREG | 0o666
        seconds = status.st_mtime_ns // 1_000_000_000
        return os.stat_result(
            values,
            {
                "st_mtime_ns": seconds * 1_000_000_000,
                "st_mtime": float(seconds),
                "st_ctime": 0.0,
                "st_atime": 0.0,
            },
        )

    def open(self, name: str, flags: int, mode: int = 0o600, dir_fd: int | None = None) -> int:
        name = self._real(name, dir_fd)
        if name.lower() in self.locked:
            raise self._refusal(name)
        if flags & os.O_CREAT:
            self._fresh(name)
        link = None
        if self.hides_links and dir_fd is not None and os.path.islink(f"/proc/self/fd/{dir_fd}/{name}"):
            # It is the server that opens it, and follows it; asked for its status, it looks at the name.
            link = os.stat(name, dir_fd=dir_fd, follow_symlinks=False)
            name = os.path.realpath(f"/proc/self/fd/{dir_fd}/{name}")
        fd = super().open(name, flags & ~os.O_EXCL, mode, dir_fd)
        if link is not None:
            self._links[fd] = link
        if flags & os.O_WRONLY:
            self._written.add(fd)
        return fd

    def close(self, fd: int) -> None:
        self._links.pop(fd, None)
        if fd in self._written:
            self._written.discard(fd)
            if not self.control.dead:
                os.utime(fd, ns=(self.clock_ns(), self.clock_ns()))
        super().close(fd)

    def file_system(self, fd: int) -> int:
        return 0x01021997  # 9p

    def seek_data(self, fd: int, offset: int) -> int | None:
        return offset  # 9p knows nothing of holes

    def fstat(self, fd: int) -> os.stat_result:
        return self._status(self._links.get(fd) or super().fstat(fd))

    def stat(self, name: str, dir_fd: int) -> os.stat_result:
        return self._status(super().stat(self._real(name, dir_fd), dir_fd))

    def listing(self, fd: int) -> Iterator[tuple[str, os.stat_result | OSError]]:
        for name, status in super().listing(fd):
            yield name, status if isinstance(status, OSError) else self._status(status)

    def rename(self, source: str, target: str, source_fd: int, target_fd: int) -> None:
        if not os.path.sameopenfile(source_fd, target_fd):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), target)
        self._fresh(target)
        target = self._real(target, target_fd)
        if target.lower() in self.locked:
            raise self._refusal(target)
        super().rename(source, target, source_fd, target_fd)

    def rename_noreplace(self, source: str, target: str, source_fd: int, target_fd: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), target)

    def rename_exchange(self, first: str, second: str, first_fd: int, second_fd: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), second)

    def link(self, name: str, second: str, dir_fd: int) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), second)

    def unlink(self, name: str, dir_fd: int) -> None:
        name = self._real(name, dir_fd)
        if name.lower() in self.locked:
            raise self._refusal(name)
        super().unlink(name, dir_fd)

    def mkdir(self, name: str, dir_fd: int) -> None:
        self._fresh(name)
        super().mkdir(self._real(name, dir_fd), dir_fd)

    def rmdir(self, name: str, dir_fd: int) -> None:
        try:
            super().rmdir(self._real(name, dir_fd), dir_fd)
        except OSError as error:
            if error.errno == errno.ENOTEMPTY:
                raise self._refusal(name) from error
            raise

    def utime(self, fd: int, mtime_ns: int) -> None:
        self._call("utime")

    def chmod(self, fd: int, mode: int) -> None:
        self._call("chmod")

    def chown(self, fd: int, owner: int, group: int) -> None:
        self._call("chown")

    def room(self, fd: int) -> tuple[int, int]:
        return self.control.room.get(self.side) or (0, 0)
