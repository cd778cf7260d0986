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
def locked(path: str, subject: str, command: str, patience: float) -> t.Iterator[None]:
    """Hold the lock at ``path`` for the time of the block; wait for it for up to ``patience`` seconds.

    ``subject`` begins the error's message, ``command`` is what others are told that this run does.
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
        os.close(descriptor)


def _acquire(path: str, subject: str, until: float) -> int:
    while True:
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Somebody may have removed the file in the meantime; then this is a lock that nobody else sees.
            if os.fstat(descriptor).st_ino == os.stat(path).st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        except BlockingIOError:
            if time.monotonic() >= until:
                holder = _holder(descriptor)
                os.close(descriptor)
                raise SimulatorError(f"{subject}: {holder}; wait until it has ended") from None
            time.sleep(_POLL_SECONDS)
        os.close(descriptor)


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
