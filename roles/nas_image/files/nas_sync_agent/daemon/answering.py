# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notices that the Windows side answers nothing any more, as a 9p mount whose host has frozen.

Whoever looks at it then waits until it is back: the agent's own thread, too, which can say nothing meanwhile. So one more
thread asks, and a second one tells.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

from ..cli import Options
from .status import Status, now_text
from .status_file import write_status

_PATIENCE = 15.0
"""Seconds. A drive that sleeps, or has much to do, takes some."""
_ASK_AGAIN = 5.0
_LOOK = 1.0
_WRITE = 10.0


class Answering:
    """Whether the Windows directory answers, for the status to say so."""

    def __init__(self, options: Options, status: Status) -> None:
        """Ask nothing yet."""
        self._options = options
        self._status = status
        self._asked: float | None = None
        """Since when the question waits that is under way (monotonic clock)."""

    def start(self) -> None:
        """Ask and tell from now on, as long as the process lives."""
        for work in (self._ask, self._tell):
            threading.Thread(target=work, name="answering", daemon=True).start()

    def _ask(self) -> None:
        while True:
            self._asked = time.monotonic()
            with suppress(OSError):  # an answer as well: what it means is for the agent's thread
                os.statvfs(self._options.windows)
            self._asked = None
            time.sleep(_ASK_AGAIN)

    def _tell(self) -> None:
        reason, written = "", 0.0
        while True:
            time.sleep(_LOOK)
            asked, now = self._asked, time.monotonic()
            if asked is None or now - asked < _PATIENCE:
                reason = ""
            elif not reason:
                reason, written = f"{self._options.windows} does not answer: noticed at {now_text()}", 0.0
            self._status.silent(reason)
            if reason and now - written >= _WRITE:  # the agent's thread cannot, while it waits itself
                write_status(self._options.state, self._status.snapshot())
                written = now
