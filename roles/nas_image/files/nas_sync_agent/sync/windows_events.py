# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes in what is heard of a Windows side on a local file system, and settles when each path is to be looked at.

What is heard only says where to look, and when: whether a file is complete is asked of the kernel at the look itself,
see Settling. So a lost event costs time until the next scan, and nothing else.
"""

from __future__ import annotations

from ..cli import Options
from ..model import Change, Side
from ..names import is_ignored
from ..trees.windows import WindowsTree
from .events import ScanPart, mtime_of
from .pending import Pending
from .settling import SETTLE


class WindowsEvents:
    """All times are seconds of the monotonic clock that the caller reads."""

    def __init__(self, options: Options, windows: WindowsTree, pending: Pending, scan: ScanPart) -> None:
        """``scan`` is called for a directory that has appeared: what it contains may have come before the watch."""
        self._options = options
        self._windows = windows
        self._pending = pending
        self._scan = scan

    def report(self, path: str, change: Change, now: float) -> None:
        """Take in one change on the Windows side."""
        if is_ignored(path):
            return
        if change in (Change.DIRECTORY, Change.ARRIVED, Change.TOUCHED):
            self._windows.release()  # a directory may have another name now, or be another one under the same
        # Each is added with a need to be quiet: that counts where nobody tells of writers, and on the NAS side, of
        # which nothing has been heard here.
        if change is Change.DIRECTORY:
            self._pending.blur()
            self._scan(Side.WINDOWS, now, path, is_new=True)
            self._pending.add(path, now, now, quiet=True).replaced = True
        elif change is Change.WRITING:
            # Its close will be heard; looked at now in case that there will be none, as with a second name of a file.
            later = self._options.quiet_period if self._pending.is_waiting(path) else SETTLE
            self._pending.add(path, now, now + later, quiet=True).begun()
        else:
            item = self._pending.add(path, now, now + SETTLE, quiet=True)
            if change is not Change.TOUCHED:
                self._pending.finished(item, now, anew=change is Change.ARRIVED)
                if self._pending.is_blurred:
                    item.mtime_ns = mtime_of(self._windows, path)

    def moved(self, old: str, new: str) -> None:
        """A file has another name: both are looked at, which is reported of each."""
