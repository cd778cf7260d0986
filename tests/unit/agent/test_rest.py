# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever stands in the way of a change for good is settled: the agent comes to rest, and says what it keeps."""

from __future__ import annotations

import pytest
from agent_world import World
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS


def expect_rest(world: World) -> None:
    world.settle(20)
    assert world.engine is not None and list(world.engine.pending) == []
    assert world.status.snapshot()["errors"] == []
    world.rescan()
    world.settle(20)
    world.control.changes.clear()
    world.rescan()
    world.settle()
    assert list(world.engine.pending) == [] and world.control.changes == []


@pytest.mark.parametrize("call", range(60))
def test_a_directory_with_a_testers_version_in_it(world: World, call: int) -> None:
    """Found by the random histories, at the thirteenth call: the agent was killed before its copy was recorded."""
    world.write(N, "d/a", "1")
    world.killed_at(call)
    world.write(W, "d/a", "theirs")
    world.settle()
    world.delete(N, "d")
    expect_rest(world)
    assert world.read(W, "d/a") == "theirs"


@pytest.mark.parametrize("name", ["A", "b"])
def test_a_file_whose_name_changes_its_case(world: World, name: str) -> None:
    """Found by the random histories: on a side without case, the old name still shows the file."""
    world.mode = Mode.TWO_WAY
    world.write(W, "a", "1")
    world.settle()
    world.delete(W, "a")
    world.write(W, name, "other")
    expect_rest(world)
    assert world.files(N) == {name: "other"}


def conflict(world: World, source: Side) -> None:
    """``d/a`` is the other side's own, and the agent knows of it."""
    world.write(source.other, "d/a", "theirs")
    world.write(source, "d/a", "1")
    world.settle()


@pytest.mark.parametrize("inner", ["d", "d/e/f"])
def test_a_directory_with_a_conflict_in_it(world: World, source: Side, inner: str) -> None:
    conflict(world, source)
    world.write(source, f"{inner}/b", "2")
    world.settle()
    world.delete(source, "d")
    expect_rest(world)
    assert world.read(source.other, "d/a") == "theirs" and world.read(source.other, f"{inner}/b") is None
    world.write(source, "d/b", "3")
    expect_rest(world)
    assert world.read(source.other, "d/b") == "3"


def test_a_directory_with_a_conflict_in_it_becomes_a_file(world: World, source: Side) -> None:
    conflict(world, source)
    world.delete(source, "d")
    world.write(source, "d", "a file now")
    expect_rest(world)
    assert world.read(source.other, "d/a") == "theirs"
    assert world.read(source.other, f"d.conflict-{source.value}") == "a file now"


def test_a_file_with_a_conflict_becomes_a_directory(world: World, source: Side) -> None:
    world.write(source.other, "d", "theirs")
    world.write(source, "d", "1")
    world.settle()
    world.delete(source, "d")
    world.write(source, "d/a", "2")
    expect_rest(world)
    assert world.read(source.other, "d") == "theirs"
    world.delete(source.other, "d")
    world.rescan()
    expect_rest(world)
    assert world.read(source.other, "d/a") == "2"


def test_what_was_delivered_has_become_a_directory_of_the_other_side(world: World, source: Side) -> None:
    world.write(source, "d/a", "1")
    world.settle()
    world.delete(source.other, "d/a")
    world.write(source.other, "d/a/inner", "theirs")
    world.delete(source, "d")
    expect_rest(world)
    assert world.files(source.other) == {"d/a/inner": "theirs"}


def test_a_directory_whose_contents_are_refused(world: World) -> None:
    world.mode = Mode.NAS_TO_WINDOWS
    world.write(W, "con/inner" if world.layer == "plain" else "own", "theirs")
    world.write(N, "con/a", "1")
    world.write(N, "d/aux", "1")
    world.write(N, "d/a", "1")
    world.settle()
    world.delete(N, "con")
    world.delete(N, "d")
    expect_rest(world)
    assert world.read(W, "d/a") is None and world.status.snapshot()["refused"] == []
