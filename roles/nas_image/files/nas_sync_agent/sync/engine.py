# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One agent's work without its clockwork: what to look at, when a file is complete, what may be deleted.

The service tells the engine the time and what happened; the engine tells when it wants to be called next.
"""

from __future__ import annotations

from collections.abc import Callable
from posixpath import basename
from typing import Any

from ..cli import Options
from ..errors import reason
from ..model import FILE, Agree, Change, MakeDirectory, Refuse, Remove, Side, Wait
from ..trees.nas import NasTree
from ..trees.windows import WindowsTree
from . import identity
from .barrier import Barriers
from .contents import listed
from .durability import Durability
from .emptying import Emptied, Emptying
from .events import Events
from .executor import Executor
from .exported import Exported
from .guard import Guard
from .inner import Inner
from .ledger import Ledger
from .observer import Observer
from .order import Order, in_order
from .ownership import follow_files
from .pending import Item, Pending
from .planner import plan
from .restoration import follow_restoration
from .results import Results
from .scanner import Scan, Scanner
from .settling import Settling
from .snapshot import Snapshot, SnapshotReader
from .windows_events import WindowsEvents

_CHUNK = 1000
_MOST_PENDING = 20_000
_REMOVE_AGAIN = 5.0
_DISPLACED_RETRY = 1.0


class Engine:
    """Brings what has changed across. All times are seconds of the monotonic clock that the caller reads."""

    def __init__(
        self,
        options: Options,
        windows: WindowsTree,
        nas: NasTree,
        ledger: Ledger,
        observer: Observer,
        wall_ns: Callable[[], int],
        on_progress: Callable[[], None] = lambda: None,
        machine_start: str = "",
    ) -> None:
        """``wall_ns`` is the clock of the NAS side; ``on_progress`` is called between two files; see Durability."""
        self._options = options
        self._windows = windows
        self._nas = nas
        self._ledger = ledger
        self._observer = observer
        self._reader = SnapshotReader(windows, nas, ledger, options.mode)
        self._settling = Settling(options, wall_ns, nas.has_writer, windows.has_writer)
        self._on_progress = on_progress
        durability = Durability({Side.WINDOWS: windows, Side.NAS: nas}, ledger, wall_ns, machine_start)
        self._executor = Executor(windows, nas, ledger, options.mode, options.deletions, durability, on_progress)
        self._scanners = {
            side: Scanner(windows if side is Side.WINDOWS else nas, ledger) for side in (Side.WINDOWS, Side.NAS)
        }
        self._exported = Exported(options.exported)
        self._guard = Guard(options, {Side.WINDOWS: windows, Side.NAS: nas}, ledger)
        self._emptying = Emptying(
            windows, nas, ledger, self._executor.displaced, durability, options.mode, self._exported.kept, on_progress
        )
        self._pending = Pending()
        self._order = Order(self._pending, options.quiet_period)
        self._results = Results(self._pending, observer)
        self.barriers = Barriers(self._pending)
        """Who waits for what waits."""
        self._inner = Inner(options.mode, ledger, observer, self._pending, self._scanners, self.scan)
        self.events = Events(options, nas, self._settling, self._pending, self.scan)
        """Takes in what is heard of the NAS side."""
        self.windows_events = WindowsEvents(options, windows, self._pending, self.scan)
        """Takes in what is heard of the Windows side, where that is on a local file system."""
        self._removals: dict[str, Remove] = {}
        self._displaced_due: float | None = None
        self.incomplete: set[Side] = set()
        """Sides where a scan has found more than may wait at once: the caller is to scan them again soon."""

    # what the caller tells

    def open(self) -> None:
        """Open both sides and make sure that they are the right ones. Raises SideUnavailable."""
        identity.check_volume(self._ledger, self._options.export, self._options.state)
        self._nas.open()
        self.check_windows()

    def check_windows(self) -> None:
        """Open the Windows side anew and look at its marker. Raises SideUnavailable."""
        self._windows.open()
        restored = identity.check_windows(self._ledger, self._windows, self._options.server)
        mode, once = self._options.mode, self._options.once
        if follow_restoration(restored, self._ledger, self._windows, mode, once=once):
            self._removals.clear()
            self.rescan()
            self.incomplete.update(mode.sources)

    def start(self) -> None:
        """Clear away what an earlier run has left, and follow what is asked for since. Both sides must be open."""
        self._executor.recover()
        follow_files(self._windows, self._nas, self._ledger)

    def rescan(self) -> None:
        """Compare everything with the ledger at the next scans."""
        for scanner in self._scanners.values():
            scanner.forget()

    def scan(
        self,
        side: Side,
        now: float,
        top: str = "",
        *,
        told: bool = False,
        watched: bool = False,
        is_new: bool = False,
    ) -> Scan:
        """Look through a side for what differs from the ledger. Raises Emptied when that is not to be believed.

        ``told``: every change since the last scan should have been reported, so whatever is found was missed.
        ``watched``: as long as that a watcher was there, even where it was told of too much at once. ``is_new``: the
        directory ``top`` came before its eyes.
        """
        scan = Scan()
        scanner = self._scanners[side]
        for directory, paths, entries in scanner.scan(scan, top):
            self._observer.drop_refused(side, directory, set(entries))
            for path in paths:
                if len(self._pending) >= _MOST_PENDING and path not in self._pending:
                    scanner.forget_directory(directory)
                    self.incomplete.add(side)
                    continue
                if not self._pending.is_waiting(path):
                    missed = told and not self._observer.is_refused(path)
                    entry = entries.get(basename(path))
                    item = self._pending.add(path, now, now, quiet=True, missed=missed)
                    item.mtime_ns, item.in_new = entry.mtime_ns if entry else 0, is_new
                elif not told:
                    self._pending[path].missed = False
        if told:
            self._on_progress()  # what has changed during the scan is being told only now
        if not top:  # else a batch may be under way, and these be its own
            for path in scan.temporaries:
                self._windows.discard(path)
        self._observer.unreadable(side, scan.unreadable)
        if not top:
            self._guard.judge(side, scan, watched=watched)
        return scan

    def scan_incomplete(self, now: float) -> None:
        """Scan the sides again where more was found than may wait at once."""
        sides = set(self.incomplete)
        self.incomplete.clear()
        for side in sides:
            self.scan(side, now)

    def contents(self) -> dict[str, Any]:
        """What is on both sides now. Raises SideUnavailable."""
        self.open()
        return listed({Side.WINDOWS: self._windows, Side.NAS: self._nas}, self._ledger)

    def empty(self, *, force: bool) -> Emptied:
        """Make both sides and the ledger empty, see Emptying; the caller scans both sides next. Raises SideUnavailable."""
        self.open()
        try:
            done = self._emptying.empty(force=force)
        finally:
            self._windows.release()
            self._nas.release()
            self._removals.clear()
            self.rescan()
        self._guard.forget()
        for path in {*done.removed[Side.WINDOWS], *done.removed[Side.NAS]}:
            self._observer.resolved(path)
        return done

    def why_waiting(self, path: str, now: float) -> str:
        """Why nothing has been done about a path that waits."""
        item = self._pending[path] if self._pending.is_waiting(path) else None
        if self._settling.is_written(path, item.looks if item and item.looks else (None, None)):
            return "it is being written"
        if item is None or item.looks is None:
            return "it has not been looked at"
        return (
            f"was looked at {now - item.looked:.0f} s ago, and is complete when it stays the same for the quiet period"
        )

    # what the engine does

    @property
    def pending(self) -> Pending:
        """What waits."""
        return self._pending

    def next_due(self) -> float | None:
        """When there is something to do next."""
        due = [time for time in (self._pending.next_due(), self._displaced_due) if time is not None]
        return min(due, default=None)

    def _look_at_displaced(self, now: float) -> None:
        for path in self._executor.displaced.look():
            self.events.report(path, Change.CLOSED, now)  # it may have been written under a name that is not watched
        self._displaced_due = now + _DISPLACED_RETRY if len(self._executor.displaced) else None

    def step(self, now: float) -> None:
        """Do everything that is due. Both sides must be open and known. Raises SideUnavailable, Emptied."""
        self._guard.check()
        try:
            while (paths := self._pending.due(now, _CHUNK)) or self._order.release(now):
                self._process(paths, now)
            self._remove(now)
            self._look_at_displaced(now)
        finally:
            for path in self._removals:
                self._pending.postpone(path, now + _REMOVE_AGAIN)
            self._pending.release()
            self._windows.release()
            self._nas.release()

    def _process(self, paths: list[str], now: float) -> None:
        for path in paths:
            self._removals.pop(path, None)
        # In work before they are looked at: whatever is heard of them from here on is news.
        items = {path: self._pending.take(path, now) for path in paths}
        snapshot = self._reader.read(paths)
        items.update((path, self._pending.take(path, now)) for path in snapshot.paths if path not in items)
        self._on_progress()  # a file that has been opened since the last time is not complete, whatever it looked like
        for path, why in snapshot.failed.items():
            self._results.failed(path, why, now)
        ready = [path for path in snapshot.paths if self._ready(path, items[path], snapshot, now)]
        held = self._order.hold([path for path in ready if _comes(snapshot, path)], items, now)
        ready = [path for path in ready if path not in held]
        self._inner.gone(ready, items, snapshot, self._removals, now)
        actions = plan(
            ready,
            snapshot.records,
            snapshot.windows,
            snapshot.nas,
            self._options.mode,
            deletions=self._options.deletions,
            namesakes=snapshot.namesakes,
            exported=self._exported,
        )
        for path in set(ready) - {action.path for action in actions}:
            self._results.resolved(path)
        for action in actions:
            if items[action.path].missed and not isinstance(action, Refuse | Wait):
                items[action.path].missed = False
                self._observer.found_by_rescan(action.path)
        self._removals.update((action.path, action) for action in actions if isinstance(action, Remove))
        made = [action.path for action in actions if isinstance(action, MakeDirectory | Agree)]
        retried = [path for path in made if items[path].failures or items[path].was_removed]
        todo = in_order((action for action in actions if not isinstance(action, Remove)), items)
        self._results.take(self._executor.run(todo), now)
        self._inner.left_out(retried, now)

    def _ready(self, path: str, item: Item, snapshot: Snapshot, now: float) -> bool:
        """Whether what is to be carried over is complete; if not, it is looked at again."""
        try:
            until = self._settling.wait(path, item, snapshot.at(path), snapshot.records.get(path), now)
        except Exception as error:
            self._results.failed(path, reason(error), now)
            return False
        if until is not None:
            self._pending.postpone(path, until)
        return until is None

    def _remove(self, now: float) -> None:
        """Remove what the cycle has found to be deleted."""
        if not self._removals:
            return
        # Deleting is what cannot be taken back: make sure once more that the sides are what they were.
        self.open()
        removals, self._removals = self._removals, {}
        inner_first = sorted(removals.values(), key=lambda action: (action.path.count("/"), action.path), reverse=True)
        self._results.take(self._executor.run(inner_first), now)


def _comes(snapshot: Snapshot, path: str) -> bool:
    """Whether a file is there to be brought across, and not only a record of one."""
    return any(entry is not None and entry.kind == FILE for entry in snapshot.at(path))
