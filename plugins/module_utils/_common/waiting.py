# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for something to become true. Private to file_simulator.nas."""

from __future__ import annotations

import time
import typing as t

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


def wait_until(
    condition: t.Callable[[], bool],
    timeout: float,
    *,
    longest_pause: float = _LONGEST_PAUSE,
    clock: t.Callable[[], float] | None = None,
    sleep: t.Callable[[float], None] | None = None,
) -> bool:
    """Wait until ``condition`` holds; tell whether it did within ``timeout`` seconds.

    It is asked at once, and then after pauses that double up to ``longest_pause`` seconds, the last time when the time
    is up. ``clock`` and ``sleep`` stand for those of the machine.
    """
    clock, sleep = clock or time.monotonic, sleep or time.sleep
    deadline = clock() + timeout
    pause = min(_FIRST_PAUSE, longest_pause)
    while not condition():
        left = deadline - clock()
        if left <= 0:
            return False
        sleep(min(pause, left))
        pause = min(pause * 2, longest_pause)
    return True
