# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a container that podman calls running has a process. Looks at the machine.

Podman keeps its state below /run. Where that lies on a disk, containers are still "Up" after a power
loss: nobody was there to note their end.
"""

from __future__ import annotations

import contextlib
import glob
import os

_PROC = "/proc"
# Podman makes this file at its first call after a restart of the machine, which it knows by its absence.
# Its locks are made anew with the shared memory that they are in.
_LOCKS = "/dev/shm/libpod_lock"
# What follows is of root's podman, whichever storage driver it has; conmon writes both files as a container starts.
ALIVE = "/run/libpod/alive"
_USERDATA = "/run/containers/storage/*-containers/{container}/userdata"


def is_dead(container: str) -> bool:
    """Tell whether neither the process of ``container`` (podman's full id) nor its conmon lives; False when unknown.

    A number alone says nothing, for another process may have it by now: conmon has the id among its
    arguments, and a container's process in the path of its control group.
    """
    directories = glob.glob(_USERDATA.format(container=glob.escape(container)))
    return any(_told(directory) and not _lives(directory, container) for directory in directories)


def restart_was_missed() -> bool:
    """Tell whether podman's locks are younger than the start of the machine that it knows of."""
    try:
        return os.stat(_LOCKS).st_mtime > os.stat(ALIVE).st_mtime
    except OSError:
        return False


def tell_of_restart() -> None:
    """Let podman do what it does after a restart of the machine, when it did not notice one.

    Until then its locks are new and the numbers in its database old: two calls side by side may wait for each
    other for ever; nor does it remove a pod whose network went with the machine. Containers that live use what
    it would forget, so nothing is done while there is one, whoever made it.
    """
    directories = glob.glob(_USERDATA.format(container="*"))
    if not any(_lives(directory, os.path.basename(os.path.dirname(directory))) for directory in directories):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(ALIVE)


def _told(directory: str) -> bool:
    return any(_read(os.path.join(directory, name)) for name in ("conmon.pid", "pidfile"))


def _lives(directory: str, container: str) -> bool:
    monitor, process = (_read(os.path.join(directory, name)) for name in ("conmon.pid", "pidfile"))
    return bool(
        (monitor and container in _read(os.path.join(_PROC, monitor, "cmdline")))
        or (process and container in _read(os.path.join(_PROC, process, "cgroup")) and not _is_zombie(process))
    )


def _is_zombie(process: str) -> bool:
    """Tell whether a process has ended, and only nobody has asked how."""
    return _read(os.path.join(_PROC, process, "stat")).rpartition(")")[2].split()[:1] == ["Z"]


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read().strip()
    except OSError:
        return ""
