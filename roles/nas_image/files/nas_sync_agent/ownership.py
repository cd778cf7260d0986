# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns what on the NAS side, with which permissions: the export's root, and what comes from Windows.

Ids are numbers, for the names of a client's users mean nothing here; what is None was not asked for.
"""

from __future__ import annotations

import argparse
import os
import stat
from dataclasses import dataclass

from .model import FILE

_LARGEST_ID = 2**32 - 2  # the one above says "leave it" to chown(2)
_EVERYONE_FILE = 0o666
_EVERYONE_DIRECTORY = 0o777


@dataclass(frozen=True)
class RootOwnership:
    """Of the exported directory itself: the agent's own, open to every user id, unless something else is said."""

    owner: int | None = None
    group: int | None = None
    mode: int = 0o777

    def give(self, fd: int) -> None:
        """Make it so. Raises OSError."""
        found, wanted = os.fstat(fd), _ids(self.owner, self.group)
        if (found.st_uid, found.st_gid) != wanted:
            os.fchown(fd, *wanted)
        os.fchmod(fd, self.mode)  # last: a change of the owner may take setgid away

    def __str__(self) -> str:
        """The same text for the same ownership."""
        return f"{self.owner}:{self.group} {self.mode:04o}"


@dataclass(frozen=True)
class FileOwnership:
    """Of files and directories that come from Windows.

    Unless something else is said they are the agent's own, open to every user id, with the group of the
    directory that they are in where it has setgid: content that is renamed into place gets nothing by itself.
    """

    owner: int | None = None
    group: int | None = None
    file_mode: int | None = None
    directory_mode: int | None = None

    def owner_and_group(self, parent: os.stat_result) -> tuple[int, int]:
        """The ids of what is in a directory."""
        inherited = parent.st_gid if parent.st_mode & stat.S_ISGID else None
        return _ids(self.owner, inherited if self.group is None else self.group)

    def mode(self, parent: os.stat_result, kind: str, source_mode: int) -> int:
        """The permissions of what is in a directory; ``source_mode`` are those on the Windows side."""
        if kind == FILE:
            return source_mode | _EVERYONE_FILE if self.file_mode is None else self.file_mode
        inherited = parent.st_mode & stat.S_ISGID
        return source_mode | _EVERYONE_DIRECTORY | inherited if self.directory_mode is None else self.directory_mode

    def check(self, directory: str) -> None:
        """Make sure that files can be given away here. Raises OSError that says what cannot be."""
        if self.owner is None and self.group is None:
            return
        probe = os.path.join(directory, f"own-{os.urandom(8).hex()}")
        fd = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.fchown(fd, *_ids(self.owner, self.group))
        except OSError as error:
            raise OSError(error.errno, f"files cannot be given to owner {self.owner}, group {self.group}") from error
        finally:
            os.close(fd)
            os.unlink(probe)

    def __str__(self) -> str:
        """The same text for the same ownership."""
        return f"{self.owner}:{self.group} {self.file_mode}:{self.directory_mode}"


def _ids(owner: int | None, group: int | None) -> tuple[int, int]:
    return os.geteuid() if owner is None else owner, os.getegid() if group is None else group


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a parser know the options that :func:`read` reads."""
    root = parser.add_argument_group("the export's root")
    root.add_argument("--root-owner", type=_id, metavar="UID", help="(default: the agent's)")
    root.add_argument("--root-group", type=_id, metavar="GID", help="(default: the agent's)")
    root.add_argument("--root-mode", type=_mode, default=0o777, metavar="OCTAL", help="(default: 0777)")
    files = parser.add_argument_group("what comes from Windows")
    files.add_argument("--file-owner", type=_id, metavar="UID", help="(default: the agent's)")
    files.add_argument(
        "--file-group", type=_id, metavar="GID", help="(default: that of a setgid directory, else the agent's)"
    )
    files.add_argument(
        "--file-mode", type=_mode, metavar="OCTAL", help="(default: as in Windows, and everyone may read and write)"
    )
    files.add_argument(
        "--directory-mode", type=_mode, metavar="OCTAL", help="(default: as in Windows, and open to everyone)"
    )


def read(given: argparse.Namespace) -> tuple[RootOwnership, FileOwnership]:
    """What was said on the command line."""
    return (
        RootOwnership(given.root_owner, given.root_group, given.root_mode),
        FileOwnership(given.file_owner, given.file_group, given.file_mode, given.directory_mode),
    )


def _id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _LARGEST_ID:
        raise argparse.ArgumentTypeError(f"not a numeric id: {text!r}")
    return int(text)


def _mode(text: str) -> int:
    if not text or set(text) - set("01234567") or int(text, 8) > 0o7777:
        raise argparse.ArgumentTypeError(f"no octal permissions: {text!r}")
    return int(text, 8)
