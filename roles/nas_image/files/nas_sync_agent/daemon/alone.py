# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One agent at a time works on a volume.

Two are there where a container runtime lost track of one: the initial copy of a pod that is started again then runs
beside an agent that was never ended. Each would take the other's unfinished work for its own.
"""

from __future__ import annotations

import fcntl
import os
import time

from ..errors import Occupied

_PAUSE = 0.1


class Alone:
    """The right to work on a volume, held until the process ends or this object is gone."""

    def __init__(self, state: str, seconds: float) -> None:
        """Wait up to so many seconds for whoever works there. Raises Occupied when it does not end."""
        # Of the directory itself: on a full volume there may be no room for a file.
        self._fd = os.open(state, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(self._fd)
                    self._fd = -1
                    raise Occupied(f"another agent works on this volume: {state}") from None
                time.sleep(_PAUSE)

    def __del__(self) -> None:
        """Let others work."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
