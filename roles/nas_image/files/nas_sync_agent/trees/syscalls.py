# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tree asks of the operating system, in one object for which a test can put another file system's behaviour.

Every method has the arguments and errors of the call that it is named after, and follows no symbolic link in the last
component.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Iterator

from . import libc


class Syscalls:
    """The real calls."""

    def open(self, name: str, flags: int, mode: int = 0o600, dir_fd: int | None = None) -> int:
        """A new descriptor."""
        return os.open(name, flags | os.O_CLOEXEC | os.O_NOFOLLOW, mode, dir_fd=dir_fd)

    def close(self, fd: int) -> None:
        """Give a descriptor back."""
        os.close(fd)

    def read(self, fd: int, length: int) -> bytes:
        """Up to ``length`` bytes; none at the end."""
        return os.read(fd, length)

    def seek(self, fd: int, offset: int) -> None:
        """Read on from an offset."""
        os.lseek(fd, offset, os.SEEK_SET)

    def seek_data(self, fd: int, offset: int) -> int | None:
        """Where a file has data at or after an offset; None when only a hole follows.

        A file system that knows nothing of holes says that there is data everywhere.
        """
        try:
            return os.lseek(fd, offset, os.SEEK_DATA)
        except OSError as error:
            return None if error.errno == errno.ENXIO else offset

    def write(self, fd: int, data: bytes) -> None:
        """All of ``data``."""
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]

    def fstat(self, fd: int) -> os.stat_result:
        """What is behind a descriptor."""
        return os.fstat(fd)

    def stat(self, name: str, dir_fd: int) -> os.stat_result:
        """What is behind a name."""
        return os.stat(name, dir_fd=dir_fd, follow_symlinks=False)

    def listing(self, fd: int) -> Iterator[tuple[str, os.stat_result | OSError]]:
        """The names in a directory, each with its status or the error of asking for it."""
        with os.scandir(fd) as found:
            for entry in found:
                try:
                    yield entry.name, entry.stat(follow_symlinks=False)
                except OSError as error:
                    yield entry.name, error

    def rename(self, source: str, target: str, source_fd: int, target_fd: int) -> None:
        """Rename; a target that exists is replaced."""
        os.rename(source, target, src_dir_fd=source_fd, dst_dir_fd=target_fd)

    def rename_noreplace(self, source: str, target: str, source_fd: int, target_fd: int) -> None:
        """Rename, unless the target exists."""
        libc.rename_noreplace(source, target, source_fd, target_fd)

    def rename_exchange(self, first: str, second: str, first_fd: int, second_fd: int) -> None:
        """Swap two names."""
        libc.rename_exchange(first, second, first_fd, second_fd)

    def link(self, name: str, second: str, dir_fd: int) -> None:
        """Give a file a second name in its directory."""
        os.link(name, second, src_dir_fd=dir_fd, dst_dir_fd=dir_fd, follow_symlinks=False)

    def unlink(self, name: str, dir_fd: int) -> None:
        """Remove a file."""
        os.unlink(name, dir_fd=dir_fd)

    def mkdir(self, name: str, dir_fd: int) -> None:
        """Make a directory."""
        os.mkdir(name, dir_fd=dir_fd)

    def rmdir(self, name: str, dir_fd: int) -> None:
        """Remove an empty directory."""
        os.rmdir(name, dir_fd=dir_fd)

    def utime(self, fd: int, mtime_ns: int) -> None:
        """Set access and modification time."""
        os.utime(fd, ns=(mtime_ns, mtime_ns))

    def chmod(self, fd: int, mode: int) -> None:
        """Set the permissions."""
        os.fchmod(fd, mode)

    def chown(self, fd: int, owner: int, group: int) -> None:
        """Give to an owner and a group."""
        os.fchown(fd, owner, group)

    def fsync(self, fd: int) -> None:
        """Bring one file to the disk."""
        os.fsync(fd)

    def room(self, fd: int) -> tuple[int, int]:
        """Bytes that are free on a file system, and all that it has; both 0 where it does not tell."""
        found = os.fstatvfs(fd)
        return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize

    def file_system(self, fd: int) -> int:
        """The number of the kind of file system, see statfs(2)."""
        return libc.file_system(fd)

    def has_writer(self, fd: int) -> bool | None:
        """Whether anybody has a file, here open for reading alone, open or mapped for writing; None: nobody tells.

        A lease is granted only where there is no writer. It is given back at once, for it would hold up the next
        one. Needs CAP_LEASE for a file of another owner.
        """
        try:
            fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)  # ignored by default; SIGIO would end the process
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except BlockingIOError:
            return True
        except OSError:
            return None
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False

    def syncfs(self, fd: int) -> None:
        """Bring a file system to the disk."""
        libc.syncfs(fd)
