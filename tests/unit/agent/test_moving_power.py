# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""At no moment of following renames would a power failure leave a ledger that is ahead of a disk, or one that lags."""

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
from nas_sync_agent.names import is_temporary
from nas_sync_agent.sync import ledger_moves
from nas_sync_agent.trees import base
from test_power_order import Disks, Version, content_of

W, N = Side.WINDOWS, Side.NAS


class MovingDisks(Disks):
    """Here a directory that is synced has its directories, too: it is they that get other names."""

    def ledger(self) -> tuple[dict[str, dict[Side, Version]], set[str]]:
        records, intents = super().ledger()
        with closing(sqlite3.connect(f"file:{self.world.state}/ledger.sqlite?mode=ro", uri=True)) as database:
            for _side, old, new in database.execute("SELECT * FROM moves"):
                below = [path for path in records if path == old or path.startswith(old + "/")]
                intents |= {new + path[len(old) :] for path in below}
                intents |= {path for path in self.names[self.target] if path == old or path.startswith(old + "/")}
        return records, intents

    def sync_one(self, calls: TestSyscalls, fd: int) -> None:
        calls._call("fsync")
        side, path = Side(calls.side), Path(os.readlink(f"/proc/self/fd/{fd}"))
        root, names = self.world.root(side), self.names[side]
        if path.is_dir():
            where = str(path.relative_to(root)).removeprefix(".")
            below = where and f"{where}/"
            self.names[side] = {name: content for name, content in names.items() if not name.startswith(below)}
            there = {name: file for name, file in self.files(side).items() if name.startswith(below)}
            self.names[side].update((name, file.read_bytes()) for name, file in there.items())
            return
        self.contents.add(content_of(path))
        if path.is_relative_to(root) and not is_temporary(path.name):
            names[str(path.relative_to(root))] = path.read_bytes()


@pytest.mark.parametrize("chunk", [1, 2000])
@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("seed", range(4))
def test_random_renames(
    world: World, source: Side, few: int, seed: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if world.layer == "windows" and source is W:
        pytest.skip("nobody tells of renames there")
    chance = random.Random(seed)
    monkeypatch.setattr(base, "_FEW", few)
    monkeypatch.setattr(ledger_moves, "CHUNK", chunk)
    disks = MovingDisks(world, source.other, one=False, monkeypatch=monkeypatch)
    for path in ("a", "d/a", "d/b", "d/e/a", "d/e/b", "f/a"):
        world.write(source, path, path)
    world.settle()
    directories = ["d", "f", "d/e", "g", "h"]
    for number in range(8):
        old, new = chance.choice(directories), f"{chance.choice(['', '', 'h/'])}new{number}"
        root = world.root(source)
        if (root / old).exists() and (root / new).parent.is_dir() and not new.startswith(f"{old}/"):
            world.pass_time(0.001)
            (root / old).rename(root / new)
            directories.append(new)
        files = sorted(world.files(source))
        (root / chance.choice(files)).rename(root / f"file{number}")
        world.settle()
        assert world.files(W) == world.files(N)
    assert int(world.status.snapshot()["delivered"]["moved"]) > 4
    assert disks.cuts and not disks.wrong
