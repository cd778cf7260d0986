# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where rescued files go: a directory, or whoever reads a stream of lines."""

from __future__ import annotations

import base64
import contextlib
import errno
import json
import os
from collections.abc import Iterable
from posixpath import dirname, join
from typing import Protocol, TextIO

from ..trees.libc import rename_noreplace

# No escaped name is like it, so it is nobody's but ours: what an interrupted rescue was writing.
PARTIAL = "%partial"
_NO_FLAGS = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


class Target(Protocol):
    """Takes files by their escaped paths. Raises OSError where one cannot be taken."""

    def directory(self, path: str) -> None:
        """Make a directory; one that is there is as good."""

    def file(self, path: str, mtime_ns: int, content: Iterable[bytes]) -> None:
        """Take a whole file, or nothing of it."""


class DirectoryTarget:
    """A directory of this machine. A file has its name once it is whole, and replaces nothing."""

    def __init__(self, to: str) -> None:
        self._to = to

    def directory(self, path: str) -> None:
        """Make a directory; one that is there is as good."""
        os.makedirs(join(self._to, path), exist_ok=True)

    def file(self, path: str, mtime_ns: int, content: Iterable[bytes]) -> None:
        """Write a file by way of another name."""
        target = join(self._to, path)
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        os.makedirs(dirname(target), exist_ok=True)
        partial = join(dirname(target), PARTIAL)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with open(os.open(partial, flags, 0o666), "wb") as copy:
                for data in content:
                    copy.write(data)
                copy.flush()
                os.fsync(copy.fileno())
            os.utime(partial, ns=(mtime_ns, mtime_ns))
            _give_name(partial, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise


class StreamTarget:
    """Lines of JSON: ``directory``, ``file`` and ``mtime_ns``, then ``data`` in base64, then ``end`` or ``failed``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def directory(self, path: str) -> None:
        """Tell of a directory."""
        self._tell({"directory": path})

    def file(self, path: str, mtime_ns: int, content: Iterable[bytes]) -> None:
        """Tell of a file and all that is in it."""
        self._tell({"file": path, "mtime_ns": mtime_ns})
        try:
            for data in content:
                self._tell({"data": base64.b64encode(data).decode("ascii")})
        except OSError as error:
            self._tell({"failed": error.strerror or str(error)})
            raise
        self._tell({"end": True})

    def _tell(self, line: dict[str, object]) -> None:
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()


def _give_name(partial: str, target: str) -> None:
    here = os.open(dirname(target), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        rename_noreplace(os.path.basename(partial), os.path.basename(target), here, here)
    except OSError as error:
        # A directory that Windows shares cannot do it in one step; it was looked at before.
        if error.errno not in _NO_FLAGS:
            raise
        os.rename(partial, target)
    finally:
        os.close(here)
