# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Archives as the kernel unpacks them at its start: cpio, format "newc". Needs neither root nor a program."""

from __future__ import annotations

import stat
import typing as t
from pathlib import Path, PurePosixPath


class Archive:
    """An archive in the making. Paths are relative to the root directory; parents come by themselves."""

    def __init__(self) -> None:
        self._members: dict[PurePosixPath, tuple[int, bytes]] = {}

    def directory(self, path: PurePosixPath | str) -> None:
        path = PurePosixPath(path)
        if path.parts and path not in self._members:
            self.directory(path.parent)
            self._members[path] = (stat.S_IFDIR | 0o755, b"")

    def file(self, path: PurePosixPath | str, content: bytes, *, executable: bool = False) -> None:
        self.directory(PurePosixPath(path).parent)
        self._members[PurePosixPath(path)] = (stat.S_IFREG | (0o755 if executable else 0o644), content)

    def link(self, path: PurePosixPath | str, target: str) -> None:
        self.directory(PurePosixPath(path).parent)
        self._members[PurePosixPath(path)] = (stat.S_IFLNK | 0o777, target.encode())

    def copy(self, source: Path, path: PurePosixPath | str) -> None:
        """Take a file of this machine, following links."""
        self.file(path, source.read_bytes(), executable=bool(source.stat().st_mode & 0o100))

    def write(self, stream: t.BinaryIO) -> None:
        for number, (path, (mode, content)) in enumerate(self._members.items(), start=1):
            stream.write(_member(number, str(path), mode, content))
        stream.write(_member(0, "TRAILER!!!", 0, b""))


def _member(number: int, name: str, mode: int, content: bytes) -> bytes:
    encoded = name.encode() + b"\0"
    # ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    return _padded(head) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
