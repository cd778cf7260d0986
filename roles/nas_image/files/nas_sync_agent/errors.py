# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can stand in the way of one action, of one side, or of the whole agent."""

from __future__ import annotations

import errno
import sqlite3

from .model import Side


class Changed(Exception):
    """A file is not what it was when the action was planned: look again."""


class SideFull(Exception):
    """A side has no room for a file."""

    def __init__(self, side: Side, needs: int | None = None, has: int = 0) -> None:
        """Say which side, and how many bytes the file needs and the side has, where that was looked at first."""
        room = "no space left" if needs is None else f"does not fit: needs {needs} bytes, has {has}"
        super().__init__(f"{room} on the {side.value} side")
        self.side = side


class SideUnavailable(Exception):
    """A side is not there, or is not the one that the ledger knows: nothing may be concluded from it."""


class Occupied(Exception):
    """Another agent works on the volume."""


class Emptied(SideUnavailable):
    """All of a side is gone and nobody saw it go: what that means is for a person to say."""


_UNNAMED = 526
"""ESERVERFAULT: what the kernel makes of a 9p server's error in words that it does not know, which are nearly all of them
where minikube's server speaks."""
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
"""Errors that say that a path is not there (a symbolic link in the middle of it counts as nothing)."""


def reason(error: Exception) -> str:
    """What one path's error means to a reader. The one door: whatever an item raises becomes a reason of its own.

    Raises the error again where it is not that path's alone: a side that is unknown, a ledger that cannot be used.
    """
    if isinstance(error, SideUnavailable | MemoryError | sqlite3.Error):
        raise error
    if isinstance(error, OSError):
        return why(error)
    return f"unexpected {type(error).__name__}: {error}"


def why(error: OSError) -> str:
    """What the system says of an error."""
    if error.errno == _UNNAMED:
        return "the file server has refused it, for a reason that the system cannot name"
    return error.strerror or str(error)


def is_full(error: OSError) -> bool:
    """Whether an error means that there is no room."""
    return error.errno in _NO_ROOM
