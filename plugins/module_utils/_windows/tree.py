# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files in a Windows directory, read and changed without following a link. Private to file_simulator.nas.

Every path is opened name by name from the directory itself: whoever may write there cannot lead root elsewhere by a link
that he puts in the way. Paths are relative and have slashes. Every method raises OSError.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import measured
from ansible_collections.file_simulator.nas.plugins.module_utils._model.temporary_names import (
    is_ignored,
    is_unfinished,
    unfinished_name,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME

_TOP = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_DIRECTORY = _TOP | os.O_NOFOLLOW
_READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MICROSECOND, _SECOND = 1_000, 1_000_000_000


@dataclass(frozen=True)
class Node:
    """What stands at a path: ``file``, ``directory`` or ``other``. ``modified`` is in nanoseconds since 1970."""

    kind: str
    size: int = 0
    modified: int = 0


@dataclass(frozen=True)
class Version:
    """A file's content, and the time that it has where it stands; what is in the directory is told by these."""

    size: int
    sha256: str
    modified: int

    def fits(self, node: Node) -> bool:
        """Tell whether a file looks like this version. Times are whole seconds once a drive has written them down."""
        apart = abs(node.modified - self.modified)
        whole = node.modified % _SECOND == 0 or self.modified % _SECOND == 0
        same_time = apart <= _MICROSECOND or (whole and node.modified // _SECOND == self.modified // _SECOND)
        return node.kind == "file" and node.size == self.size and same_time


class WindowsTree:
    """One server's Windows directory, which must be there. What is new in it belongs to the owner of the directory."""

    def __init__(self, top: str) -> None:
        self._top = top

    @contextlib.contextmanager
    def _opened(self, directory: str) -> t.Iterator[int]:
        # The directory itself may be a link: servers are given what is behind it.
        descriptor = os.open(self._top, _TOP)
        try:
            for name in directory.split("/") if directory else []:
                inner = os.open(name, _DIRECTORY, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _at(self, path: str) -> t.Iterator[tuple[int, str]]:
        """Yield the open directory of a path, and the name in it."""
        directory, _slash, name = path.rpartition("/")
        with self._opened(directory) as descriptor:
            yield descriptor, name

    def nodes(self) -> tuple[dict[str, Node], list[str]]:
        """Return what counts in the directory, by path, and the unfinished files that an interrupted run has left."""
        found: dict[str, Node] = {}
        unfinished: list[str] = []
        waiting = [""]
        while waiting:
            directory = waiting.pop()
            with self._opened(directory) as descriptor:
                for name in os.listdir(descriptor):
                    path = f"{directory}/{name}" if directory else name
                    if is_unfinished(name):
                        unfinished.append(path)
                    elif not is_ignored(name) and path != MARKER_NAME:
                        with contextlib.suppress(FileNotFoundError):
                            found[path] = _node(os.stat(name, dir_fd=descriptor, follow_symlinks=False))
                            waiting += [path] if found[path].kind == "directory" else []
        return found, unfinished

    def node(self, path: str) -> Node | None:
        """Return what stands at a path, None when nothing does."""
        with contextlib.suppress(FileNotFoundError), self._at(path) as (descriptor, name):
            return _node(os.stat(name, dir_fd=descriptor, follow_symlinks=False))
        return None

    def sha256(self, path: str) -> str:
        """Return the checksum of a regular file."""
        with self._at(path) as (descriptor, name):
            inner = os.open(name, _READING, dir_fd=descriptor)
        with os.fdopen(inner, "rb", buffering=0) as stream:
            if not stat.S_ISREG(os.fstat(inner).st_mode):
                raise OSError(errno.EINVAL, "is no regular file", path)
            return measured(stream)[1]

    def make_directory(self, path: str) -> None:
        """Make a directory whose parent is there; it may be there itself."""
        with contextlib.suppress(FileExistsError), self._at(path) as (descriptor, name):
            os.mkdir(name, 0o755, dir_fd=descriptor)
            self._give(lambda owner, group: os.chown(name, owner, group, dir_fd=descriptor, follow_symlinks=False))

    def write_beside(self, path: str, source: t.IO[bytes]) -> tuple[str, Version]:
        """Write a file under an unfinished name beside a path; return that name's path, and what was written."""
        with self._at(path) as (descriptor, _name):
            name = unfinished_name(int.from_bytes(os.urandom(8), "big"))
            inner = os.open(name, _CREATING, 0o644, dir_fd=descriptor)
            try:
                with os.fdopen(inner, "wb") as stream:
                    size, sha256 = measured(source, stream)
                    stream.flush()
                    self._give(lambda owner, group: os.fchown(inner, owner, group))
                    os.fsync(inner)
                modified = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mtime_ns
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(name, dir_fd=descriptor)
                raise
        return os.path.join(os.path.dirname(path), name), Version(size, sha256, modified)

    def rename(self, path: str, new: str) -> None:
        """Give a file another name in its directory, which takes the place of a file that has it."""
        with self._at(path) as (descriptor, name):
            os.rename(name, os.path.basename(new), src_dir_fd=descriptor, dst_dir_fd=descriptor)

    def remove(self, path: str) -> None:
        """Remove what is no directory; what is not there counts as removed."""
        with contextlib.suppress(FileNotFoundError), self._at(path) as (descriptor, name):
            os.unlink(name, dir_fd=descriptor)

    def remove_directory(self, path: str) -> bool:
        """Remove a directory if it is empty; tell whether it is gone."""
        try:
            with self._at(path) as (descriptor, name):
                os.rmdir(name, dir_fd=descriptor)
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                return False
            raise
        return True

    def _give(self, change: t.Callable[[int, int], None]) -> None:
        """Let what is new belong to whom the directory belongs, where the drive has owners at all."""
        if os.geteuid() == 0:
            top = os.stat(self._top)
            with contextlib.suppress(OSError):
                change(top.st_uid, top.st_gid)


def _node(found: os.stat_result) -> Node:
    kind = "directory" if stat.S_ISDIR(found.st_mode) else "file" if stat.S_ISREG(found.st_mode) else "other"
    return Node(kind, found.st_size, found.st_mtime_ns)
