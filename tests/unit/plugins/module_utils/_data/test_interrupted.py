# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed at any change to the disk: files are whole, nobody's are gone, and the next run goes on."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import write_whole
from ansible_collections.file_simulator.nas.plugins.module_utils._data import record as record_file
from ansible_collections.file_simulator.nas.plugins.module_utils._data.fixture import fixture
from ansible_collections.file_simulator.nas.plugins.module_utils._data.place import Place
from ansible_collections.file_simulator.nas.plugins.module_utils._data.record import Record
from ansible_collections.file_simulator.nas.plugins.module_utils._data.run import DataRun, Request
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.tree import WindowsTree

from ...fake_agents import FakeAgents

SERVER = read_topology({"servers": [{"name": "nas-input-1", "port": 32150}]}).servers[0]
OLD = {"orders/1.csv": "old 1", "orders/2.csv": "old 2", "gone/3.csv": "old 3"}
NEW = {"orders/1.csv": "new 1", "orders/2.csv": "old 2", "more/4.csv": "new 4", "z.done": ""}
# What changes the disk; a kill is before each of them, and in the middle of a file that is being written.
CHANGES = ("mkdir", "open", "fsync", "rename", "unlink", "rmdir")
KILLED = 99


class World:
    """One server's Windows directory and record, and the agent, which lives on."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self.directory = top / "windows" / SERVER.name
        self.directory.mkdir(parents=True)
        self.agents = FakeAgents(top / "windows")

    def run(self, state: str, files: t.Mapping[str, str], **more: t.Any) -> None:
        record = Record(str(self._top / "state"), "test", SERVER.name, str(self.directory))
        place = Place(SERVER.name, "C:\\windows", WindowsTree(str(self.directory)), record)
        with fixture(None, files) as data:
            DataRun(self.agents, [SERVER], {SERVER.name: place}, Request(state, last=("*.done",), **more)).run(data)

    def run_killed(self, state: str, files: t.Mapping[str, str], step: int) -> bool:
        """Run in a process of its own that ends before the change of that number; tell whether it got there."""
        child = os.fork()
        if not child:
            _die_before(step)
            try:
                self.run(state, files)
            finally:
                os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def _die_before(step: int) -> None:
    left = [step]

    def counted(real: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        def call(*words: t.Any, **named: t.Any) -> t.Any:
            creates = real is not os.open or (len(words) > 1 and words[1] & os.O_CREAT)
            if creates and not left[0]:
                os._exit(KILLED)
            left[0] -= 1 if creates else 0
            return real(*words, **named)

        return call

    for name in CHANGES:
        setattr(os, name, counted(getattr(os, name)))
    record_file.write_whole = counted(write_whole)


def steps(make: t.Callable[[], World], state: str, files: t.Mapping[str, str]) -> t.Iterator[World]:
    """Yield a world for every step at which a run was killed."""
    for step in range(200):
        world = make()
        if not world.run_killed(state, files, step):
            assert step > 10, "nothing was counted"
            return
        yield world
    raise AssertionError("it did not come to its end")


@pytest.fixture
def make(tmp_path: Path) -> t.Callable[[], World]:
    worlds: list[World] = []

    def world() -> World:
        """A directory with a fixture and a tester's own file."""
        made = World(tmp_path / str(len(worlds)))
        worlds.append(made)
        made.run("present", OLD)
        (made.directory / "orders" / "own.txt").write_text("a tester's")
        return made

    return world


def whole(world: World) -> dict[str, str]:
    """What is there, each file with an old or a new content."""
    found = {path: content.decode() for path, content in world.agents.windows(SERVER.name).items()}
    for path, content in found.items():
        assert content in (OLD.get(path), NEW.get(path), "a tester's")
    return found


def test_present(make: t.Callable[[], World]) -> None:
    for world in steps(make, "present", NEW):
        assert set(OLD) | {"orders/own.txt"} <= set(whole(world))
        world.run("present", NEW)
        assert whole(world) == {**OLD, **NEW, "orders/own.txt": "a tester's"}
        assert not list(world.directory.rglob(".~nas-data-*"))
        with pytest.raises(SimulatorError, match=r"1 entry that .*: orders/own\.txt;"):
            world.run("empty", {})
        (world.directory / "orders" / "own.txt").unlink()
        world.run("empty", {})
        assert list(world.directory.iterdir()) == []


def test_exact(make: t.Callable[[], World]) -> None:
    def without_own() -> World:
        world = make()
        (world.directory / "orders" / "own.txt").unlink()
        return world

    for world in steps(without_own, "exact", NEW):
        whole(world)
        world.run("exact", NEW)
        assert whole(world) == NEW and not (world.directory / "gone").exists()
        assert not list(world.directory.rglob(".~nas-data-*"))


def test_empty(make: t.Callable[[], World]) -> None:
    def without_own() -> World:
        world = make()
        (world.directory / "orders" / "own.txt").unlink()
        return world

    for world in steps(without_own, "empty", {}):
        whole(world)
        # Somebody's own file that comes after the kill is his.
        (world.directory / "own.txt").write_text("a tester's")
        with pytest.raises(SimulatorError, match=r"1 entry that .*: own\.txt;"):
            world.run("empty", {})
        (world.directory / "own.txt").unlink()
        world.run("empty", {})
        assert list(world.directory.iterdir()) == [] and SERVER.name not in world.agents.nas


def test_file_that_changes_after_the_look_is_not_touched(make: t.Callable[[], World]) -> None:
    world = make()
    path = world.directory / "orders" / "1.csv"
    read = WindowsTree.nodes

    def changed_after(tree: WindowsTree) -> t.Any:
        found = read(tree)
        path.write_text("a tester's")
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WindowsTree, "nodes", changed_after)
        with pytest.raises(SimulatorError, match=r"orders/1\.csv|1 entry"):
            world.run("present", NEW)
    assert path.read_text() == "a tester's"
