# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""At no moment of random work would a power failure turn the order round in which trees and ledger reach their disks.

A model of the disks follows every sync: which names, contents and states of the ledger would still be there. A file system
may also keep what nobody has synced, so what must not be there is judged by what is, and what must be by what was synced.
"""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from agent_faults import TestSyscalls
from agent_world import World
from nas_sync_agent.model import Side
from nas_sync_agent.names import MARKER, is_temporary
from nas_sync_agent.sync import executor
from nas_sync_agent.sync.ledger import Ledger
from nas_sync_agent.sync.storable import from_number
from nas_sync_agent.trees import base

RENAMES = ("rename", "rename_noreplace", "rename_exchange")
W, N = Side.WINDOWS, Side.NAS
Version = tuple[int, int]
"""Size and time of a file."""


class Disks:
    """What each side's disk and the ledger's have for certain."""

    def __init__(self, world: World, target: Side, *, one: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.target, self.one = world, target, one
        self.names: dict[Side, dict[str, bytes]] = {side: {} for side in Side}
        self.contents: set[tuple[int, bytes]] = set()
        """By inode number."""
        self.known: set[str] = set()
        """What the ledger's disk has a record or an intent of."""
        self.cuts = 0
        self.is_judging = False
        self.wrong: list[str] = []
        monkeypatch.setattr(TestSyscalls, "syncfs", lambda calls, _fd: self.sync_all(calls))
        monkeypatch.setattr(TestSyscalls, "fsync", lambda calls, fd: self.sync_one(calls, fd))
        monkeypatch.setattr(Ledger, "sync", lambda _ledger: self.sync_ledger())
        if not one:
            monkeypatch.setattr(
                TestSyscalls, "device", lambda calls, _fd: 1 if calls.side == "nas" else 2, raising=False
            )
        world.control.fault = self.look

    # what is there

    def files(self, side: Side) -> dict[str, Path]:
        root = self.world.root(side)
        found = (path for path in root.rglob("*") if path.is_file() and not is_temporary(path.name))
        return {str(path.relative_to(root)): path for path in found if path.name != MARKER}

    def ledger(self) -> tuple[dict[str, dict[Side, Version]], set[str]]:
        """What was committed last: versions by path and side, and the paths of intents."""
        records: dict[str, dict[Side, Version]] = {}
        with closing(sqlite3.connect(f"file:{self.world.state}/ledger.sqlite?mode=ro", uri=True)) as database:
            rows = database.execute(
                "SELECT parent, name, windows_size, windows_mtime, nas_size, nas_mtime FROM entries WHERE kind = 'f'"
            )
            for parent, name, *numbers in rows:
                windows, nas = numbers[:2], numbers[2:]
                records[os.path.join(parent, name)] = {
                    side: (from_number(size), from_number(time))
                    for side, (size, time) in ((Side.WINDOWS, windows), (Side.NAS, nas))
                    if size is not None
                }
            return records, {path for (path,) in database.execute("SELECT path FROM intents")}

    def shown(self, side: Side, path: Path) -> Version:
        """What a side shows to the agent."""
        entry = self.world.trees[side is N].look(str(path.relative_to(self.world.root(side))))
        return (entry.size, entry.mtime_ns) if entry else (0, 0)

    # what is synced

    def sync_all(self, calls: TestSyscalls) -> None:
        calls._call("syncfs")
        for side in Side if self.one else [Side(calls.side)]:
            self.names[side] = {name: path.read_bytes() for name, path in self.files(side).items()}
            for top in (self.world.root(side), self.world.state / "stage"):
                self.contents |= {content_of(path) for path in top.rglob("*") if path.is_file()}

    def sync_one(self, calls: TestSyscalls, fd: int) -> None:
        """A file is there with its name; a directory with the names in it."""
        calls._call("fsync")
        side, path = Side(calls.side), Path(os.readlink(f"/proc/self/fd/{fd}"))
        root, names = self.world.root(side), self.names[side]
        if path.is_dir():
            where = str(path.relative_to(root)).removeprefix(".")
            self.names[side] = {name: content for name, content in names.items() if os.path.dirname(name) != where}
            there = {name: file for name, file in self.files(side).items() if os.path.dirname(name) == where}
            self.names[side].update((name, file.read_bytes()) for name, file in there.items())
            return
        self.contents.add(content_of(path))
        if path.is_relative_to(root) and not is_temporary(path.name):
            names[str(path.relative_to(root))] = path.read_bytes()

    def sync_ledger(self) -> None:
        records, intents = self.ledger()
        self.known = {*records, *intents}

    # what must be

    def look(self, _side: str, name: str, _what: str) -> None:
        """Judge every moment at which something of it may have changed."""
        if self.is_judging:
            return
        self.is_judging = True
        try:
            self.judge(name)
        except AssertionError as error:
            self.wrong.append(str(error))  # an agent goes on whatever happens
        finally:
            self.is_judging = False

    def judge(self, name: str) -> None:
        if name in RENAMES or name == "unlink":
            self.judge_names()
        elif name == "committed":
            self.judge_names()
            self.judge_ledger()

    def judge_names(self) -> None:
        """Content before its name, and the intent of it before that."""
        self.cuts += 1
        for name, path in self.files(self.target).items():
            assert name in self.known, f"the ledger's disk knows nothing of {name}"
            assert content_of(path) in self.contents, f"no content of {name}"

    def judge_ledger(self) -> None:
        """Names before their records, and their going before the record's."""
        records, intents = self.ledger()
        for side in Side if self.world.layer == "plain" else [Side.NAS]:
            there = self.files(side)
            for path, versions in records.items():
                if path in there and versions.get(side) == self.shown(side, there[path]):
                    on_disk = self.names[side].get(path)
                    assert on_disk == there[path].read_bytes(), f"the ledger is ahead of {side.value}: {path}"
            if side is self.target:
                forgotten = self.names[side].keys() - there.keys() - records.keys() - intents
                assert not forgotten, f"the ledger has forgotten what {side.value} may have again: {forgotten}"


def content_of(path: Path) -> tuple[int, bytes]:
    return path.stat().st_ino, path.read_bytes()


@pytest.mark.parametrize("few", [0, 100])
def test_many_removals(world: World, source: Side, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_FEW", few)
    disks = Disks(world, source.other, one=False, monkeypatch=monkeypatch)
    for number in range(9):
        world.write(source, f"d{number % 3}/{number}", "x")
    world.settle()
    for number in range(9):
        world.delete(source, f"d{number % 3}/{number}")
    world.settle()
    assert world.files(source.other) == {} and disks.cuts
    assert not disks.wrong


@pytest.mark.parametrize("one", [True, False], ids=["one disk", "two disks"])
@pytest.mark.parametrize("few", [0, 2, 100])
@pytest.mark.parametrize("seed", range(4))
def test_random_work(
    world: World, source: Side, one: bool, few: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files come, are replaced and go, in batches of every size, synced one by one and all at once."""
    chance = random.Random(seed)
    monkeypatch.setattr(executor, "_BATCH_FILES", chance.choice([1, 3, 10, 1000]))
    monkeypatch.setattr(base, "_FEW", few)
    disks = Disks(world, source.other, one=one, monkeypatch=monkeypatch)
    paths = [f"{directory}{name}" for directory in ("", "d/", "d/e/", "f/") for name in "uvwxyz"]
    world.start()
    for _round in range(5):
        for path in chance.sample(paths, chance.randint(1, len(paths))):
            if world.read(source, path) is not None and chance.random() < 0.4:
                world.delete(source, path)
            else:
                world.write(source, path, str(chance.random())[: chance.randint(0, 9)])
        world.settle()
        assert world.files(W) == world.files(N)
    assert disks.cuts > 10 and not disks.wrong
