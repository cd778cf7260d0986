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
# What follows is of root's podman, whichever storage driver it has; conmon writes both files as a container starts.
_ALIVE = "/run/libpod/alive"
_USERDATA = "/run/containers/storage/*-containers/{container}/userdata"


def is_dead(container: str) -> bool:
    """Tell whether neither the process of ``container`` (podman's full id) nor its conmon lives; False when unknown.

    A number alone says nothing, for another process may have it by now: conmon has the id among its
    arguments, and a container's process in the path of its control group.
    """
    directories = glob.glob(_USERDATA.format(container=glob.escape(container)))
    return any(_told(directory) and not _lives(directory, container) for directory in directories)


def any_alive() -> bool:
    """Tell whether a container of podman has a process, whoever made it."""
    directories = glob.glob(_USERDATA.format(container="*"))
    return any(_lives(directory, os.path.basename(os.path.dirname(directory))) for directory in directories)


def forget_boot() -> None:
    """Let podman's next call take the machine as freshly started: it clears its state and gives locks new numbers."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_ALIVE)


def _told(directory: str) -> bool:
    return any(_read(os.path.join(directory, name)) for name in ("conmon.pid", "pidfile"))


def _lives(directory: str, container: str) -> bool:
    monitor, process = (_read(os.path.join(directory, name)) for name in ("conmon.pid", "pidfile"))
    return bool(
        (monitor and container in _read(os.path.join(_PROC, monitor, "cmdline")))
        or (process and container in _read(os.path.join(_PROC, process, "cgroup")))
    )


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read().strip()
    except OSError:
        return ""
