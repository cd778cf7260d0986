# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run at a time: a lock that the kernel gives back when its holder ends, however that is.

Private to file_simulator.nas.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import stat
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

_POLL_SECONDS = 0.1


@contextlib.contextmanager
def locked(path: str, subject: str, command: str, patience: float, *, transient: bool = False) -> t.Iterator[None]:
    """Hold the lock at ``path`` for the time of the block; wait for it for up to ``patience`` seconds.

    ``subject`` begins the error's message, ``command`` is what others are told that this run does. The file of a
    ``transient`` lock goes with it.
    Raises SimulatorError that says who holds it, since when.
    """
    descriptor = _acquire(path, subject, time.monotonic() + patience)
    try:
        holder = {
            "pid": os.getpid(),
            "command": command,
            "user": caller_name(),
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode("utf-8"), 0)
        yield
    finally:
        if transient and _is_at(descriptor, path):
            os.unlink(path)
        os.close(descriptor)


@contextlib.contextmanager
def kept(directory: str, patience: float) -> t.Iterator[None]:
    """Have a directory for the time of the block, made where it is missing; many may have it at the same time.

    Who wants to remove it needs its lock, which is waited for for up to ``patience`` seconds.
    Raises SimulatorError when it cannot be made, or somebody keeps the lock.
    """
    descriptor = _shared(directory, time.monotonic() + patience)
    try:
        yield
    finally:
        os.close(descriptor)


def _shared(directory: str, until: float) -> int:
    while True:
        try:
            os.makedirs(directory, exist_ok=True)
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and time.monotonic() < until:
                continue  # removed since it was made
            raise SimulatorError(f"{directory}: cannot be made: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if _is_at(descriptor, directory):
                return descriptor
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(descriptor)
                raise SimulatorError(f"{directory}: another run is removing it; wait until it has ended") from None
            time.sleep(_POLL_SECONDS)
        os.close(descriptor)


def _acquire(path: str, subject: str, until: float) -> int:
    while True:
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(descriptor, path):
                return descriptor
        except BlockingIOError:
            if time.monotonic() >= until:
                holder = _holder(descriptor)
                os.close(descriptor)
                raise SimulatorError(f"{subject}: {holder}; wait until it has ended") from None
            time.sleep(_POLL_SECONDS)
        os.close(descriptor)


def _is_at(descriptor: int, path: str) -> bool:
    """Tell whether a path still leads to what was opened by it: a lock on something else is one that nobody else sees."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _open(path: str) -> int:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, stat.S_IRUSR | stat.S_IWUSR
        )
    except OSError as error:
        raise SimulatorError(f"{path}: cannot be opened for locking: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SimulatorError(f"{path}: is no regular file; move it away")
    return descriptor


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0).decode("utf-8"))
        return f"{holder['command']} of {holder['user']} (pid {holder['pid']}) holds it since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run holds it"


def caller_name() -> str:
    """Return the name of whoever calls, by way of sudo where that is how root came."""
    sudo = os.environ.get("SUDO_USER")
    if sudo:
        return sudo
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"
