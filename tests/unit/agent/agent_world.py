# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real trees, users who write in them, and an agent that can be stepped, killed and started again.

Time is the test's: the agent's clock and the times of files come from ``World.now``.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from agent_faults import Control, Killed, TestSyscalls
from agent_windows import WindowsSyscalls
from nas_sync_agent.cli import DeletionLimit, Options
from nas_sync_agent.daemon.inotify import Watcher
from nas_sync_agent.daemon.status import Status
from nas_sync_agent.errors import SideUnavailable
from nas_sync_agent.model import Change, Deletions, Mode, Side
from nas_sync_agent.names import MARKER, is_temporary
from nas_sync_agent.sync import identity
from nas_sync_agent.sync.barrier import Barrier
from nas_sync_agent.sync.engine import Engine
from nas_sync_agent.sync.ledger import Ledger
from nas_sync_agent.trees.nas import NasTree
from nas_sync_agent.trees.windows import WindowsTree

LAYERS = ("plain", "windows")
EPOCH_NS = 1_700_000_000 * 1_000_000_000
QUIET = 2.0


def scratch() -> str:
    """Where test directories are made."""
    memory = Path("/dev/shm")
    return str(memory) if os.access(memory, os.W_OK) else tempfile.gettempdir()


class KillableLedger(Ledger):
    """A ledger whose commits are moments of death, too."""

    control: Control

    def commit(self) -> None:
        self.control.call("ledger", "commit", "")
        super().commit()
        self.control.call("ledger", "committed", "")


class World:
    """See the module."""

    def __init__(self, directory: Path, layer: str = "plain", mode: Mode = Mode.NAS_TO_WINDOWS) -> None:
        self.layer = layer
        self.mode = mode
        self.deletions = Deletions.PROPAGATE
        self.limit = DeletionLimit(1000, False)
        self.close_events = True
        self.once = False
        self.exported: tuple[str, ...] = ()
        self.control = Control()
        self.now = 1000.0
        self.wall_jump = 0.0
        self.machine_start = ""
        self.windows = directory / "windows"
        self.hidden = directory / "hidden"
        self.volume = directory / "volume"
        self.export = self.volume / "data"
        self.state = self.volume / ".nas"
        self.windows.mkdir()
        self.generation = "one"
        self.mark()
        self.on_progress: Callable[[], None] = lambda: None
        """What happens between two files of a batch, before the agent reads its events."""
        self.watching = False
        """Whether the agent hears of changes of its sources from the kernel, as a service does."""
        self.watchers: dict[Side, Watcher] = {}
        self.engine: Engine | None = None
        self.status: Status
        self.ledger: KillableLedger | None = None
        self.windows_calls: TestSyscalls

    # ------------------------------------------------------------------ clock

    def wall_ns(self) -> int:
        return EPOCH_NS + int((self.now + self.wall_jump) * 1e9)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    # ------------------------------------------------------------------ users

    def root(self, side: Side) -> Path:
        return self.windows if side is Side.WINDOWS else self.export

    def mark(self, server: str = "server") -> None:
        marker = {"format": 1, "server": server, "generation": self.generation}
        (self.windows / MARKER).write_text(json.dumps(marker))

    def write(self, side: Side, path: str, content: str | bytes, takes: float = 0.001) -> None:
        """A user writes a file in one go, which takes some seconds."""
        self.now += takes
        target = self.root(side) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(target, ns=(self.wall_ns(), self.wall_ns()))

    def read(self, side: Side, path: str) -> str | None:
        try:
            return (self.root(side) / path).read_text()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def delete(self, side: Side, path: str) -> None:
        self.now += 0.001
        target = self.root(side) / path
        shutil.rmtree(target) if target.is_dir() and not target.is_symlink() else target.unlink()

    def files(self, side: Side, *, temporary: bool = False) -> dict[str, str]:
        """Everything that a user of this side sees: path and content."""
        root, found = self.root(side), {}
        for where, _directories, names in os.walk(root):
            for name in names:
                path = os.path.relpath(os.path.join(where, name), root)
                if path != MARKER and (temporary or not is_temporary(name)):
                    full = os.path.join(where, name)
                    if os.path.isfile(full) and not os.path.islink(full):
                        with open(full, encoding="utf-8", errors="surrogateescape") as file:
                            found[path] = file.read()
        return found

    def directories(self, side: Side) -> set[str]:
        root = self.root(side)
        return {
            os.path.relpath(os.path.join(where, name), root) for where, names, _files in os.walk(root) for name in names
        }

    # ------------------------------------------------------------------ agent

    def options(self) -> Options:
        return Options(
            "server",
            self.mode,
            str(self.windows),
            str(self.export),
            str(self.state),
            once=self.once,
            deletions=self.deletions,
            quiet_period=QUIET,
            close_events=self.close_events,
            max_deletions=self.limit,
            exported=self.exported,
        )

    def start(self) -> Engine:
        """A new agent process, as far as opening both sides. Raises SideUnavailable."""
        self.stop()
        self.control.revive()
        identity.prepare_volume(str(self.export), str(self.state), exported=self.exported)
        options = self.options()
        self.status = Status(options, lambda: self.now)
        ledger = KillableLedger.__new__(KillableLedger)
        ledger.control = self.control
        self.ledger = ledger
        Ledger.__init__(ledger, str(self.state / "ledger.sqlite"))
        self.windows_calls = (
            TestSyscalls(self.control, "windows")
            if self.layer == "plain"
            else WindowsSyscalls(self.control, self.wall_ns)
        )
        windows = WindowsTree(str(self.windows), self.windows_calls)
        nas = NasTree(str(self.export), str(self.state / "stage"), TestSyscalls(self.control, "nas"))
        self.trees = (windows, nas)
        engine = Engine(options, windows, nas, ledger, self.status, self.wall_ns, self._on_progress, self.machine_start)
        engine.open()
        engine.start()
        self.engine = engine
        for side in self._watched():
            events = engine.events if side is Side.NAS else engine.windows_events
            report = partial(self.event, side=side)
            self.watchers[side] = Watcher(str(self.root(side)), report, events.moved)
            engine.scan(side, self.now)
        return engine

    def _on_progress(self) -> None:
        self.on_progress()
        self.hear()

    def hear(self) -> None:
        """The agent reads what the kernel has to tell."""
        for watcher in [] if self.control.dead else list(self.watchers.values()):
            watcher.read()

    def restart_pod(self) -> None:
        """An output server's pod starts again: the initial copy to the NAS, then what is carried on from there."""
        self.mode, self.deletions, self.once = Mode.WINDOWS_TO_NAS, Deletions.KEEP, True
        self.start()
        self.settle()
        self.mode, self.deletions, self.once = Mode.NAS_TO_WINDOWS, Deletions.PROPAGATE, False
        self.start()
        self.settle()

    def stop(self) -> None:
        """The process is gone."""
        if self.ledger is not None:
            self.ledger.close()
            self.ledger = None
            for tree in self.trees:
                for fd in [*tree._directories.values(), tree._root_fd, getattr(tree, "_stage_fd", -1)]:
                    if fd >= 0:
                        os.close(fd)
        for watcher in self.watchers.values():
            watcher.close()
        self.watchers.clear()
        self.engine = None

    close = stop

    def turn(self, scan: bool = True) -> None:
        """One turn of the agent: look for changes and do what is due. Starts an agent if need be."""
        try:
            engine = self.engine or self.start()
            engine.open()
            self.hear()
            if scan:
                for side in {*self.mode.sources, Side.WINDOWS} - set(self.watchers):
                    engine.scan(side, self.now)
            self.status.unknown("")
            engine.step(self.now)
        except SideUnavailable as unknown:
            self.status.unknown(str(unknown))

    def settle(self, turns: int = 12) -> None:
        """Let time pass until the agent has nothing more to do."""
        at_rest = 0
        for _turn in range(turns):
            self.turn()
            self.pass_time(QUIET + 0.1)
            at_rest = at_rest + 1 if self.engine is not None and not len(self.engine.pending) else 0
            if at_rest == 2:
                break

    def rescan(self) -> None:
        """Compare everything, as is done every ten minutes."""
        engine = self.engine or self.start()
        engine.rescan()
        engine.open()
        self.hear()
        for side in {*self.mode.sources, Side.WINDOWS}:
            heard = side in self.watchers
            engine.scan(side, self.now, told=heard, watched=heard)

    def ask(self, *, complete: bool = False) -> Barrier:
        """Somebody asks for a barrier: the agent looks at once, as a service does. Raises SideUnavailable."""
        engine = self.engine or self.start()
        barrier = engine.barriers.begin(complete=complete)
        self._look_for(barrier)
        return barrier

    def _look_for(self, barrier: Barrier) -> None:
        """Look through all sources, as a service does until it has found everything."""
        assert self.engine is not None
        self.engine.incomplete.clear()
        self.rescan()
        unreadable = self.status.unreadable_at(self.mode.sources)
        self.engine.barriers.found(self.now, everything=not self.engine.incomplete and not unreadable)

    def reach(self, barrier: Barrier, seconds: float = 60.0) -> bool:
        """Let time pass until everything has been worked off. False when that takes longer."""
        deadline = self.now + seconds
        while self.engine is not None and self.now < deadline:
            self.turn()
            if not barrier.is_taken and not self.status.halted_reason:
                with contextlib.suppress(SideUnavailable):
                    self._look_for(barrier)
            known = barrier.is_taken and not self.status.halted_reason
            if known and not self.status.unreadable_at(self.mode.sources) and not self.engine.barriers.left(barrier):
                return True
            self.pass_time(0.25)
        return False

    def event(self, path: str, change: Change = Change.CLOSED, side: Side = Side.NAS) -> None:
        """What the watcher would tell."""
        engine = self.engine or self.start()
        events = engine.events if side is Side.NAS else engine.windows_events
        events.report(path, change, self.now)

    def _watched(self) -> list[Side]:
        """The sides that a service would watch: a Windows side has no events through 9p."""
        deaf = set() if self.layer == "plain" else {Side.WINDOWS}
        return [side for side in self.mode.sources if side not in deaf] if self.watching else []

    def killed_at(self, call: int, work: str = "settle") -> bool:
        """Do some work, killed at its n-th call. False when the work needed fewer calls."""
        self.control.die_after = call
        try:
            getattr(self, work)()
        except Killed:
            return True
        except sqlite3.Error as error:
            if not self.control.dead:
                raise
            raise AssertionError(f"the ledger was used after death: {error}") from error
        finally:
            self.control.die_after = None
            if self.control.dead:
                self.stop()
                self.control.revive()
        return False

    def unnamed(self, side: Side) -> set[str]:
        """Paths of which a killed agent could not note whether content had got its name there."""
        ledger = self.state / "ledger.sqlite"
        if self.engine is not None or not ledger.exists():
            return set()
        with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as database:
            return {path for (path,) in database.execute("SELECT path FROM intents WHERE side = ?", (side.value,))}

    def lose_volume(self) -> None:
        """The pod is created anew with an empty volume."""
        self.stop()
        shutil.rmtree(self.volume)
        identity.prepare_volume(str(self.export), str(self.state))

    def unmount(self) -> None:
        """The Windows directory is replaced by the empty one under its mount point."""
        self.windows.rename(self.hidden)
        self.windows.mkdir()

    def mount(self) -> None:
        shutil.rmtree(self.windows)
        self.hidden.rename(self.windows)
