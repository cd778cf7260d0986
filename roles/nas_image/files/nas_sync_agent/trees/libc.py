# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few calls of the C library that Python's os module lacks."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator

_libc = ctypes.CDLL(None, use_errno=True)

AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCHANGE = 2

IN_MODIFY = 0x2
IN_ATTRIB = 0x4
IN_CLOSE_WRITE = 0x8
IN_MOVED_FROM = 0x40
IN_MOVED_TO = 0x80
IN_CREATE = 0x100
IN_DELETE = 0x200
IN_Q_OVERFLOW = 0x4000
IN_IGNORED = 0x8000
IN_ONLYDIR = 0x1000000
IN_DONT_FOLLOW = 0x2000000
IN_EXCL_UNLINK = 0x4000000
IN_ISDIR = 0x40000000

_EVENT = struct.Struct("iIII")


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def _renameat2(source: str, target: str, source_fd: int, target_fd: int, flags: int) -> None:
    names = os.fsencode(source), os.fsencode(target)
    _check(_libc.renameat2(source_fd, names[0], target_fd, names[1], flags), target)


def rename_noreplace(source: str, target: str, source_fd: int, target_fd: int) -> None:
    """Rename; fail with EEXIST when the target exists, with EINVAL when the file system cannot do this."""
    _renameat2(source, target, source_fd, target_fd, _RENAME_NOREPLACE)


def rename_exchange(first: str, second: str, first_fd: int, second_fd: int) -> None:
    """Swap two existing names in one step; fail with EINVAL when the file system cannot do this."""
    _renameat2(first, second, first_fd, second_fd, _RENAME_EXCHANGE)


def syncfs(fd: int) -> None:
    """Write everything of the file system that ``fd`` is on to its disk."""
    _check(_libc.syncfs(fd), "syncfs")


def file_system(fd: int) -> int:
    """The number that tells the kind of the file system that ``fd`` is on, as statfs(2) lists them."""
    status = (ctypes.c_long * 64)()  # longer than struct statfs anywhere, which begins with that number
    _check(_libc.fstatfs(fd, status), "fstatfs")
    return int(status[0])


def inotify_open() -> int:
    """A new inotify instance that does not block."""
    return _check(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC), "inotify")


def inotify_add(fd: int, path: str, mask: int) -> int:
    """Watch a directory; the number that its events carry. ENOSPC: the user's watches are used up."""
    return _check(_libc.inotify_add_watch(fd, os.fsencode(path), mask), path)


def inotify_remove(fd: int, watch: int) -> None:
    """Stop watching. A watch that is gone already is no error."""
    _libc.inotify_rm_watch(fd, watch)


def inotify_events(data: bytes) -> Iterator[tuple[int, int, int, str]]:
    """Watch number, mask, cookie and name of each event in what was read from an inotify instance."""
    offset = 0
    while offset < len(data):
        watch, mask, cookie, length = _EVENT.unpack_from(data, offset)
        offset += _EVENT.size
        yield watch, mask, cookie, os.fsdecode(data[offset : offset + length].rstrip(b"\0"))
        offset += length
