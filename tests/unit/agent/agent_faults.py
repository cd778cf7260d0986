# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""File system layers for tests: Windows' ways, faults on order, and death at a chosen call."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator

from nas_sync_agent.model import Side
from nas_sync_agent.names import problem
from nas_sync_agent.trees.syscalls import Syscalls

CHANGING = frozenset(
    [
        "write",
        "rename",
        "rename_noreplace",
        "rename_exchange",
        "link",
        "unlink",
        "mkdir",
        "rmdir",
        "utime",
        "chmod",
        "create",
    ]
)


class Killed(BaseException):
    """The process is gone: nothing that it still does has an effect."""


class Control:
    """What all layers of one world share: the death to come, the calls made, the faults ordered."""

    def __init__(self) -> None:
        self.die_after: int | None = None
        self.dead = False
        self.calls = 0
        self.changes: list[tuple[str, str]] = []
        self.fault: Callable[[str, str, str], None] | None = None
        self.room: dict[str, tuple[int, int]] = {}

    def call(self, side: str, name: str, what: str) -> None:
        """Count one call; die, or fail, if that was ordered."""
        if self.dead:
            raise Killed
        if self.die_after is not None:
            if self.die_after == 0:
                self.dead = True
                raise Killed
            self.die_after -= 1
        self.calls += 1
        if self.fault is not None:
            self.fault(side, name, what)
        if name in CHANGING:
            self.changes.append((name, what))

    def revive(self) -> None:
        """The next process. A kill that is set for it stays set."""
        self.dead = False


class TestSyscalls(Syscalls):
    """The real calls under a :class:`Control`."""

    __test__ = False

    def __init__(self, control: Control, side: str) -> None:
        self.control = control
        self.side = side

    def _call(self, name: str, what: str = "") -> None:
        self.control.call(self.side, name, what)

    def open(self, name: str, flags: int, mode: int = 0o600, dir_fd: int | None = None) -> int:
        self._call("create" if flags & os.O_CREAT else "open", name)
        return super().open(name, flags, mode, dir_fd)

    def read(self, fd: int, length: int) -> bytes:
        self._call("read")
        return super().read(fd, length)

    def write(self, fd: int, data: bytes) -> None:
        # Half of it first: death may come in the middle.
        half = len(data) // 2
        for part in (data[:half], data[half:]):
            if part:
                self._call("write")
                super().write(fd, part)

    def fstat(self, fd: int) -> os.stat_result:
        self._call("fstat")
        return super().fstat(fd)

    def stat(self, name: str, dir_fd: int) -> os.stat_result:
        self._call("stat", name)
        return super().stat(name, dir_fd)

    def listing(self, fd: int) -> Iterator[tuple[str, os.stat_result | OSError]]:
        self._call("listing")
        return super().listing(fd)

    def rename(self, source: str, target: str, source_fd: int, target_fd: int) -> None:
        self._call("rename", target)
        super().rename(source, target, source_fd, target_fd)

    def rename_noreplace(self, source: str, target: str, source_fd: int, target_fd: int) -> None:
        self._call("rename_noreplace", target)
        super().rename_noreplace(source, target, source_fd, target_fd)

    def rename_exchange(self, first: str, second: str, first_fd: int, second_fd: int) -> None:
        self._call("rename_exchange", second)
        super().rename_exchange(first, second, first_fd, second_fd)

    def link(self, name: str, second: str, dir_fd: int) -> None:
        self._call("link", second)
        super().link(name, second, dir_fd)

    def unlink(self, name: str, dir_fd: int) -> None:
        self._call("unlink", name)
        super().unlink(name, dir_fd)

    def mkdir(self, name: str, dir_fd: int) -> None:
        self._call("mkdir", name)
        super().mkdir(name, dir_fd)

    def rmdir(self, name: str, dir_fd: int) -> None:
        self._call("rmdir", name)
        super().rmdir(name, dir_fd)

    def utime(self, fd: int, mtime_ns: int) -> None:
        self._call("utime")
        super().utime(fd, mtime_ns)

    def chmod(self, fd: int, mode: int) -> None:
        self._call("chmod")
        super().chmod(fd, mode)

    def fsync(self, fd: int) -> None:
        self._call("fsync")

    def has_writer(self, fd: int) -> bool:
        self._call("has_writer")
        return super().has_writer(fd)

    def room(self, fd: int) -> tuple[int, int]:
        return self.control.room.get(self.side) or super().room(fd)

    def syncfs(self, fd: int) -> None:
        self._call("syncfs")


class WindowsSyscalls(TestSyscalls):
    """A Windows directory as minikube's 9p server shows it.

    Times cannot be set and are whole seconds, inode numbers are file sizes, chmod fails, rename works inside
    one directory only and cannot spare its target, there are no links, names are case-insensitive, reserved
    names are refused, and a locked file, like every other trouble, is an input/output error.
    """

    def __init__(self, control: Control, clock_ns: Callable[[], int]) -> None:
        super().__init__(control, "windows")
        self.clock_ns = clock_ns
        self.locked: set[str] = set()
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
            raise OSError(errno.EIO, os.strerror(errno.EIO), name)

    def _status(self, status: os.stat_result) -> os.stat_result:
        values = list(status)
        values[stat.ST_INO] = status.st_size
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
            raise OSError(errno.EIO, os.strerror(errno.EIO), name)
        if flags & os.O_CREAT:
            self._fresh(name)
        fd = super().open(name, flags & ~os.O_EXCL, mode, dir_fd)
        if flags & os.O_WRONLY:
            self._written.add(fd)
        return fd

    def close(self, fd: int) -> None:
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
        return self._status(super().fstat(fd))

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
            raise OSError(errno.EIO, os.strerror(errno.EIO), target)
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
            raise OSError(errno.EIO, os.strerror(errno.EIO), name)
        super().unlink(name, dir_fd)

    def mkdir(self, name: str, dir_fd: int) -> None:
        self._fresh(name)
        super().mkdir(self._real(name, dir_fd), dir_fd)

    def rmdir(self, name: str, dir_fd: int) -> None:
        super().rmdir(self._real(name, dir_fd), dir_fd)

    def utime(self, fd: int, mtime_ns: int) -> None:
        self._call("utime")

    def chmod(self, fd: int, mode: int) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))
