# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for something to become true. Private to file_simulator.nas."""

from __future__ import annotations

import time
import typing as t

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


def wait_until(condition: t.Callable[[], bool], timeout: float) -> bool:
    """Wait until ``condition`` holds; tell whether it did within ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    pause = _FIRST_PAUSE
    while not condition():
        if time.monotonic() + pause > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    return True
