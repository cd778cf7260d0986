# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done inside of a directory because of what has become of the directory itself."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping

from ..model import DIRECTORY, Mode, Side
from .events import ScanPart
from .ledger import Ledger
from .observer import Observer
from .pending import Item, Pending
from .scanner import Scanner
from .snapshot import Snapshot


class Inner:
    """All times are seconds of the monotonic clock that the caller reads."""

    def __init__(
        self,
        mode: Mode,
        ledger: Ledger,
        observer: Observer,
        pending: Pending,
        scanners: Mapping[Side, Scanner],
        scan: ScanPart,
    ) -> None:
        """``scan`` looks through a part of a side, and lets wait what it finds."""
        self._mode = mode
        self._ledger = ledger
        self._observer = observer
        self._pending = pending
        self._scanners = scanners
        self._scan = scan

    def left_out(self, retried: Iterable[str], now: float) -> None:
        """Where a directory could be made at last, look for what it contains: that was left out meanwhile."""
        for path in retried:
            record = self._ledger.get(path)
            if record is None or record.kind != DIRECTORY:
                continue
            for side in self._mode.sources:
                self._scanners[side].forget_below(path)
                self._scan(side, now, path)

    def gone(
        self,
        paths: Iterable[str],
        items: Mapping[str, Item],
        snapshot: Snapshot,
        going: Collection[str],
        now: float,
    ) -> None:
        """Where a recorded directory is gone, so is what it contained, whatever has its name now.

        ``going`` are the paths whose removal is settled already.
        """
        for path in paths:
            record = snapshot.records.get(path)
            if record is None or record.kind != DIRECTORY:
                continue
            entries = dict(zip((Side.WINDOWS, Side.NAS), snapshot.at(path), strict=True))
            gone = [s for s in self._mode.sources if getattr(entries[s], "kind", "") != DIRECTORY]
            if not gone and not items[path].replaced:
                continue
            for inner in itertools.chain(self._ledger.below(path), self._observer.refused_below(path)):
                if inner not in going and not self._pending.is_in_work(inner):
                    self._pending.add(inner, now, now, quiet=False)
