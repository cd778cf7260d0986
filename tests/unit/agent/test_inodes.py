# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that leaves size and time as they were shows in the inode number, where those mean something."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest
from agent_world import World
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS


@pytest.fixture(params=[Mode.WINDOWS_TO_NAS, Mode.TWO_WAY])
def two(request: pytest.FixtureRequest, world: World) -> World:
    """Two files that differ in content only, on both sides."""
    world.mode = request.param
    world.start()
    for name in ("a", "b"):
        world.write(W, name, f"this is {name}")
        os.utime(world.windows / name, (1e9, 1e9))
    world.settle()
    if world.layer == "plain" and not world.trees[0].inodes:
        pytest.skip("the file system of the test directories is none whose inode numbers are known to stay")
    return world


def swap(world: World) -> None:
    first, second = world.windows / "a", world.windows / "b"
    first.rename(world.windows / "c")
    second.rename(first)
    (world.windows / "c").rename(second)


def test_two_files_are_swapped(two: World) -> None:
    swap(two)
    two.settle()
    expected = {"a": "this is b", "b": "this is a"} if two.layer == "plain" else {"a": "this is a", "b": "this is b"}
    assert two.files(N) == expected, "9p has a file's size for its inode number"
    assert two.status.snapshot()["conflict_count"] == 0


def test_a_copy_of_the_directory_costs_a_comparison(two: World) -> None:
    """All inode numbers are others: nothing is copied, nothing is in conflict."""
    shutil.copytree(two.windows, two.hidden, symlinks=True)
    shutil.rmtree(two.windows)
    two.hidden.rename(two.windows)
    two.control.changes.clear()
    two.settle()
    assert two.control.changes == [] and two.status.snapshot()["errors"] == []
    two.rescan()
    two.settle()
    assert two.control.changes == [] and two.engine is not None and not list(two.engine.pending)


def test_a_ledger_that_knows_no_inode_numbers_learns_them(two: World) -> None:
    """As an older agent has left it: nothing is read or copied again, and from then on a swap shows."""
    if two.layer != "plain":
        pytest.skip("there is nothing to learn")
    two.stop()
    database = sqlite3.connect(two.state / "ledger.sqlite")
    database.execute("UPDATE entries SET windows_inode = 0")
    database.commit()
    database.close()
    reads: list[str] = []
    two.control.fault = lambda _side, name, _what: reads.append(name) if name == "read" else None
    two.control.changes.clear()
    two.settle()
    assert two.control.changes == [] and len(reads) <= 20, "markers alone are read"
    two.stop()
    swap(two)
    two.settle()
    assert two.files(N) == {"a": "this is b", "b": "this is a"}


def test_a_testers_file_of_the_same_size_and_time_is_spared(world: World) -> None:
    """The new version from the NAS does not take the place of what is not the old one."""
    world.write(N, "a", "version 1")
    world.settle()
    if not world.trees[0].inodes:
        pytest.skip("inode numbers mean nothing here")
    delivered = (world.windows / "a").stat()
    (world.windows / "aside").write_text("testers' 1")
    (world.windows / "aside").write_text("tester's!")
    os.utime(world.windows / "aside", ns=(delivered.st_mtime_ns, delivered.st_mtime_ns))
    (world.windows / "aside").rename(world.windows / "a")
    world.write(N, "a", "version 2")
    world.settle()
    assert world.files(W) == {"a": "tester's!", "a.conflict-nas": "version 2"}
