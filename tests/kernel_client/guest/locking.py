# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: locks that are held from one request to a later one."""

from __future__ import annotations

import errno
import fcntl
import os
import typing as t

_held: dict[str, t.BinaryIO] = {}


def hold_lock(path: str) -> None:
    """Take a lock on a file, which is made, and keep it until drop_lock."""
    _held[path] = stream = open(path, "w+b", buffering=0)  # noqa: SIM115 (until drop_lock)
    fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def use_lock(path: str) -> None:
    """Write under a lock that is held: the client answers EIO once it is lost."""
    os.pwrite(_held[path].fileno(), b"still mine", 0)
    os.fsync(_held[path].fileno())


def drop_lock(path: str) -> None:
    _held.pop(path).close()


def try_lock(path: str) -> str:
    """Try a lock that somebody else may hold; return "taken" or the error's name."""
    with open(path, "r+b") as stream:
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return errno.errorcode[error.errno or 0]
        fcntl.lockf(stream, fcntl.LOCK_UN)
        return "taken"
