# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories of two users, an agent, kills, lost volumes and mounts, checked against a model.

The planner, the executor and the ledger are the real ones, on real directories; the model knows what the
users have done. In ``AGENT_HISTORIES`` the number of histories for each of the six machines can be given.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import ClassVar, NamedTuple

from agent_world import QUIET, World, scratch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from nas_sync_agent.model import Mode, Side

HISTORIES = int(os.environ.get("AGENT_HISTORIES", "500"))
SECOND = 1_000_000_000
PATHS = ("a", "b", "d/a", "d/b", "d/e/a", "f/a", "A", "con")

sides = st.sampled_from(list(Side))
paths = st.sampled_from(PATHS)


class Change(NamedTuple):
    """What a user does while the agent works; nothing where it cannot be done."""

    when: int
    """At which of the agent's calls, or of its files."""
    what: str
    side: Side
    path: str
    to: str
    size: int

    def happen(self, history: Histories) -> None:
        if self.side is not history.mode.sources[0] and len(history.mode.sources) == 1:
            return
        match self.what:
            case "write":
                history.write_at(self.side, self.path, self.size)
            case "delete":
                history.delete_at(self.side, self.path)
            case "delete directory":
                history.delete_at(self.side, "d")
            case "rename":
                history.rename_at(self.side, self.path, self.to)
            case "rename directory":
                history.rename_directory_at(self.side, "d", "f")


KINDS = ("write", "write", "delete", "delete directory", "rename", "rename directory")
changes = st.builds(Change, st.integers(0, 120), st.sampled_from(KINDS), sides, paths, paths, st.sampled_from([8, 9]))


class Histories(RuleBasedStateMachine):
    """Every content is written once, so wherever it shows up it is known where it came from."""

    mode: ClassVar[Mode]
    layer: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(dir=scratch()))
        self.world = World(self.directory, self.layer, self.mode)
        self.written: set[str] = set()
        self.alive: set[str] = set()
        """Contents that no user has deleted or replaced."""
        self.deleted: dict[Side, set[str]] = {side: set() for side in Side}
        """Contents that a user of a side has removed there and that must not come back."""
        self.unseen: set[str] = set()
        """Contents that came in place of others without a change of size and time: see docs/sync.md, one limit."""
        self.stood: dict[str, set[tuple[int, int]]] = {}
        """Size and second of all that has stood at a path in the Windows directory, in lower case."""
        self.mounted = True
        self.comparable = True
        """Whether the agent still has the ledger that it began with."""
        self.origin: dict[str, Side] = {}
        """Where a content was written."""
        self.touched: dict[Side, set[str]] = {side: set() for side in Side}
        """Where users of a side have changed something, in lower case."""
        self.world.watching = Side.NAS in self.mode.sources

    def teardown(self) -> None:
        try:
            self.reach_rest()
        finally:
            self.world.close()
            shutil.rmtree(self.directory, ignore_errors=True)

    @initialize()
    def begin(self) -> None:
        self.world.start()

    # ------------------------------------------------------------------ users

    def usable(self, side: Side) -> bool:
        return side is Side.NAS or self.mounted

    def possible(self, side: Side, path: str) -> bool:
        """Whether the side's file system lets its users have such a name."""
        if side is Side.NAS or self.layer == "plain":
            return True
        names = {found.lower(): found for found in os.listdir(self.world.root(side))}
        return path != "con" and names.get(path.lower(), path) == path

    def gone(self, side: Side, path: str) -> None:
        """A user removes or replaces what is at a path."""
        self.touched[side].add(path.lower())
        files, across = self.world.files(side), self.seen(side.other)
        for found, content in files.items():
            if found == path or found.startswith(path + "/"):
                self.alive.discard(content)
                # Where the other side has it under another name, that is a change which is still to come.
                elsewhere = [name for name, other in across.items() if other == content and name != found]
                if not elsewhere and list(files.values()).count(content) == 1:
                    self.deleted[side].add(content)

    def replaces(self, side: Side, path: str, size: int, time_ns: int, content: str) -> None:
        """A user puts ``content`` where a file may have been: do size and time tell of it?"""
        if side is Side.WINDOWS and self.layer == "windows":
            stood = self.stood.setdefault(path.lower(), set())
            if (size, time_ns // SECOND) in stood:
                self.unseen.add(content)
            stood.add((size, time_ns // SECOND))

    @rule(side=sides, path=paths, size=st.sampled_from([8, 8, 9, 5000]))
    def write(self, side: Side, path: str, size: int) -> None:
        self.write_at(side, path, size)

    def write_at(self, side: Side, path: str, size: int) -> None:
        root = self.world.root(side)
        blocked = any((root / parent).is_file() for parent in Path(path).parents if str(parent) != ".")
        if not self.usable(side) or blocked or (root / path).is_dir() or not self.possible(side, path):
            return
        self.gone(side, path)
        content = f"{len(self.written):07}".ljust(size, ".")
        self.written.add(content)
        self.alive.add(content)
        self.origin[content] = side
        self.world.pass_time(0.001)
        self.replaces(side, path, size, self.world.wall_ns(), content)
        self.world.write(side, path, content, takes=0.0)

    @rule(side=sides, data=st.data())
    def delete(self, side: Side, data: st.DataObject) -> None:
        files = sorted({*self.world.files(side), *self.world.directories(side)}) if self.usable(side) else []
        if files:
            self.delete_at(side, data.draw(st.sampled_from(files)))

    def delete_at(self, side: Side, path: str) -> None:
        if self.usable(side) and (self.world.root(side) / path).exists():
            self.gone(side, path)
            self.world.delete(side, path)

    @rule(side=sides, data=st.data(), to=paths)
    def rename(self, side: Side, data: st.DataObject, to: str) -> None:
        files = sorted(self.world.files(side)) if self.usable(side) else []
        root = self.world.root(side)
        if not files or not (root / to).parent.is_dir() or (root / to).is_dir():
            return
        self.rename_at(side, data.draw(st.sampled_from(files)), to)

    def rename_at(self, side: Side, path: str, to: str) -> None:
        root = self.world.root(side)
        if not self.usable(side) or path == to or not self.possible(side, to) or (root / to).is_dir():
            return
        if not (root / path).is_file() or not (root / to).parent.is_dir() or path not in self.world.files(side):
            return
        self.touched[side].add(path.lower())
        content = self.world.files(side)[path]
        self.gone(side, to)
        for deleted in self.deleted.values():
            deleted.discard(content)  # it is a change of the source
        self.world.pass_time(0.001)
        found = (root / path).stat()
        self.replaces(side, to, found.st_size, found.st_mtime_ns, content)
        (root / path).rename(root / to)

    @rule(side=sides, path=st.sampled_from(["d", "d/e", "b"]))
    def mkdir(self, side: Side, path: str) -> None:
        target = self.world.root(side) / path
        if self.usable(side) and target.parent.is_dir() and not target.exists():
            self.touched[side].add(path.lower())
            target.mkdir()

    @rule(side=sides, names=st.sampled_from([("d", "f"), ("f", "d"), ("d/e", "f")]))
    def rename_directory(self, side: Side, names: tuple[str, str]) -> None:
        self.rename_directory_at(side, *names)

    def rename_directory_at(self, side: Side, path: str, to: str) -> None:
        root = self.world.root(side)
        if not self.usable(side) or not (root / path).is_dir() or (root / to).exists():
            return
        for found, content in self.world.files(side).items():
            if found.startswith(path + "/"):
                for deleted in self.deleted.values():
                    deleted.discard(content)  # it is a change of the source
                status = (root / found).stat()
                self.replaces(side, to + found[len(path) :], status.st_size, status.st_mtime_ns, content)
        self.touched[side].update((path, to))
        self.world.pass_time(0.001)
        (root / path).rename(root / to)

    # ------------------------------------------------------------------ agent and its surroundings

    @rule(seconds=st.sampled_from([0.1, 1.0, QUIET + 0.1, 30.0]))
    def step(self, seconds: float) -> None:
        self.world.turn()
        self.world.pass_time(seconds)

    @rule(changes=st.lists(changes, min_size=1, max_size=4), seconds=st.sampled_from([0.1, QUIET + 0.1]))
    def step_with_changes(self, changes: list[Change], seconds: float) -> None:
        """Users go on while the agent works: at chosen ones of its calls, and between two of its files."""
        todo = sorted(changes, key=lambda change: change.when)
        done = 0

        def go_on(*_call: str) -> None:
            nonlocal done
            while todo and todo[0].when <= done:
                todo.pop(0).happen(self)
            done += 1

        if len(self.mode.sources) == 1:
            self.world.control.fault = lambda side, name, what: go_on() if side != "ledger" else None
        else:
            self.world.between = go_on
        try:
            self.world.turn()
        finally:
            self.world.control.fault = None
            self.world.between = lambda: None
        self.world.pass_time(seconds)

    @rule()
    def settle(self) -> None:
        self.world.settle(4)

    @rule(call=st.integers(0, 120))
    def kill(self, call: int) -> None:
        self.world.killed_at(call)

    @rule()
    def restart(self) -> None:
        self.world.stop()

    @rule()
    def lose_volume(self) -> None:
        """The pod is created anew without persistent storage: what only the volume had is gone with it."""
        self.world.lose_volume()
        visible = set(self.seen(Side.WINDOWS).values())
        self.alive &= visible
        self.comparable = False
        self.deleted = {side: set() for side in Side}

    @precondition(lambda self: self.mounted)
    @rule()
    def unmount(self) -> None:
        self.world.unmount()
        self.mounted = False

    @precondition(lambda self: not self.mounted)
    @rule()
    def mount(self) -> None:
        self.world.mount()
        self.mounted = True

    @rule(seconds=st.sampled_from([-86400.0, 3600.0]))
    def clock_jump(self, seconds: float) -> None:
        self.world.wall_jump += seconds

    # ------------------------------------------------------------------ what must hold

    def seen(self, side: Side) -> dict[str, str]:
        if side is Side.WINDOWS and not self.mounted:
            self.world.windows, self.world.hidden = self.world.hidden, self.world.windows
            files = self.world.files(side)
            self.world.windows, self.world.hidden = self.world.hidden, self.world.windows
            return files
        return self.world.files(side)

    @invariant()
    def promises_hold(self) -> None:
        files = {side: self.seen(side) for side in Side}
        contents = {side: set(found.values()) for side, found in files.items()}
        everywhere = contents[Side.WINDOWS] | contents[Side.NAS]
        assert everywhere <= self.written, f"content that nobody wrote: {everywhere - self.written}"
        assert self.alive <= everywhere, f"lost: {self.alive - everywhere} of {files}"
        for side in Side:
            back = contents[side] & self.deleted[side]
            assert not back, f"came back on {side}: {back}"
        if not self.mounted:
            assert not self.world.files(Side.WINDOWS), "written beneath the mount point"

    def reach_rest(self) -> None:
        """After the last event the agent comes to rest, and then writes nothing."""
        if not self.mounted:
            self.mount()
        self.world.settle(40)
        assert self.world.engine is not None and not self.world.status.halted_reason
        assert not len(self.world.engine.pending), list(self.world.engine.pending)
        self.promises_hold()
        self.world.rescan()  # a name that was refused may be free by now
        self.world.settle(40)
        assert self.world.status.snapshot()["found_by_rescan"] == 0
        self.world.control.changes.clear()
        self.world.rescan()
        self.world.settle()
        assert self.world.control.changes == []
        self.target_follows()
        if self.mode is Mode.TWO_WAY:
            held = {side: self.carried(side) for side in Side}
            for path in [path for path, content in held[Side.WINDOWS].items() if content in self.unseen]:
                for files in held.values():
                    files.pop(path, None)
            assert held[Side.WINDOWS] == held[Side.NAS]

    def target_follows(self) -> None:
        """Where no user of the target has been, it has what the source has: nothing old, no ghosts."""
        if len(self.mode.sources) > 1 or not self.comparable:
            return
        source = self.mode.sources[0]
        here, there = self.carried(source), self.world.files(source.other)

        def apart(path: str, content: str) -> bool:
            places = [path.lower(), *(str(parent).lower() for parent in Path(path).parents)]
            return content in self.unseen or any(place in self.touched[source.other] for place in places)

        for path, content in here.items():
            assert apart(path, content) or there.get(path) == content, f"{path} is not what it is at the source"
        for path, content in there.items():
            if self.origin[content] is source and ".conflict-" not in path:
                assert apart(path, content) or self.world.files(source).get(path) == content, f"{path} is a ghost"

    def carried(self, side: Side) -> dict[str, str]:
        """The files of a side that the other side can hold."""
        refused = {item["path"] for item in self.world.status.snapshot()["refused"]}
        return {
            path: content
            for path, content in self.world.files(side).items()
            if not any(str(part) in refused for part in [Path(path), *Path(path).parents])
        }


def machine(mode: Mode, layer: str) -> type:
    """A test case for a mode and a file system."""
    made = type(f"{mode.value}_{layer}", (Histories,), {"mode": mode, "layer": layer})
    made.TestCase.settings = settings(
        max_examples=HISTORIES,
        stateful_step_count=15,
        suppress_health_check=list(HealthCheck),
    )
    return made.TestCase


TestToNas = machine(Mode.WINDOWS_TO_NAS, "plain")
TestToNasWindows = machine(Mode.WINDOWS_TO_NAS, "windows")
TestToWindows = machine(Mode.NAS_TO_WINDOWS, "plain")
TestToWindowsWindows = machine(Mode.NAS_TO_WINDOWS, "windows")
TestTwoWay = machine(Mode.TWO_WAY, "plain")
TestTwoWayWindows = machine(Mode.TWO_WAY, "windows")
