# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What checks and test data want of an NFS client, whichever it is. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


class NasError(Exception):
    """The server, or the way to it, refused; ``number`` is the errno, 0 where there is none."""

    def __init__(self, message: str, number: int = 0) -> None:
        super().__init__(message)
        self.number = number


class NotThere(NasError):
    """There is no such file, or it went while the server looked."""


class InGrace(NasError):
    """The server runs, and waits for the clients that it had before its restart."""


class CannotList(NasError):
    """The server has nothing by which this client could list a directory."""


@dataclass(frozen=True)
class Attributes:
    """What a client sees of a file. ``identity`` changes whenever anybody writes or replaces it."""

    directory: bool
    size: int
    owner: int
    group: int
    identity: tuple[int, int, int, int]


@dataclass(frozen=True)
class Entry:
    """One name in a directory, as the listing has it. ``kind`` is ``file``, ``directory``, ``link`` or ``other``.

    ``modified`` is in nanoseconds since 1970, ``mode`` has the permission bits.
    """

    name: str
    kind: str
    size: int
    modified: int
    owner: int
    group: int
    mode: int


class NasClient(t.Protocol):
    """One connection to one server. Paths are relative to what is mounted; every method raises NasError."""

    def names(self, directory: str = "") -> set[str]:
        """Return the names in a directory."""

    def entries(self, directory: str = "") -> list[Entry]:
        """Return what is in a directory, in no order; links are not followed."""

    def attributes(self, path: str = "") -> Attributes:
        """Return the attributes of a file, of what is mounted when there is no path."""

    def read(self, path: str) -> bytes:
        """Return a file's content."""

    def parts(self, path: str) -> t.Iterator[bytes]:
        """Yield a file's content in parts of a size that fits into memory."""

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file; returns when the server has acknowledged it as stable."""

    def make_directory(self, path: str) -> None:
        """Create a directory."""

    def remove(self, path: str) -> None:
        """Remove a file."""

    def remove_directory(self, path: str) -> None:
        """Remove an empty directory."""

    def rename(self, path: str, new: str) -> None:
        """Give a file another name."""

    def change_owner(self, path: str, owner: int, group: int) -> None:
        """Give a file away."""

    def free_bytes(self) -> int:
        """Return how much may still be written."""

    def close(self) -> None:
        """End the connection."""


@dataclass(frozen=True)
class Address:
    """Where a server is, and how a client comes. ``path`` is an export, of which it mounts the directory ``below`` alone.

    ``mount_port`` is that of NFSv3's MOUNT, 0 for the same port.
    """

    host: str
    port: int
    version: int
    path: str = "/data"
    user: int = 0
    privileged_port: bool = False
    mount_port: int = 0
    below: str = ""


# Opens a connection; the whole export is at the client's root. Raises NasError.
Connect = t.Callable[[Address], NasClient]
