# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layer under an agent's calls for tests: faults on order, and death at a chosen call."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

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
        self.leases = True
        """Whether the kernel tells of writers."""

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

    def has_writer(self, fd: int) -> bool | None:
        self._call("has_writer")
        return super().has_writer(fd) if self.control.leases else None

    def room(self, fd: int) -> tuple[int, int]:
        return self.control.room.get(self.side) or super().room(fd)

    def syncfs(self, fd: int) -> None:
        self._call("syncfs")
