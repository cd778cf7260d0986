# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletions are withheld where a whole side is gone and nobody saw it go; nowhere else, however many they are."""

from __future__ import annotations

import json

import pytest
from agent_world import World
from nas_sync_agent.__main__ import main
from nas_sync_agent.cli import DeletionLimit
from nas_sync_agent.errors import Emptied
from nas_sync_agent.model import Deletions, Mode, Side

W, N = Side.WINDOWS, Side.NAS
GONE = "all is gone from the {} side"


@pytest.fixture
def few(world: World, source: Side) -> World:
    """A world whose limit a handful of files reaches, in both one-way modes."""
    world.limit = DeletionLimit(3, False)
    world.start()
    return world


def fill(world: World, side: Side, *directories: str, files: int = 5) -> None:
    for directory in directories:
        for number in range(files):
            world.write(side, f"{directory}/{number}", "x")
    world.settle()


def accept(world: World) -> int:
    return main(["accept", "--state", str(world.state)])


def test_a_folder_of_many_files_is_deleted(few: World, source: Side) -> None:
    """A tester who deletes his own folder does his job."""
    fill(few, source, "d", "e")
    few.delete(source, "d")
    few.settle()
    assert few.status.halted_reason == "" and set(few.files(source.other)) == {f"e/{number}" for number in range(5)}


def test_a_folder_is_emptied(few: World, source: Side) -> None:
    fill(few, source, "d")
    for number in range(5):
        few.delete(source, f"d/{number}")
    few.settle()
    assert few.status.halted_reason == "" and few.files(source.other) == {}


@pytest.mark.parametrize("running", [True, False])
def test_a_folder_is_renamed(few: World, source: Side, running: bool) -> None:
    """All that a side has gets other names: nothing halts, no old name stays, whether the agent runs or not."""
    fill(few, source, "d")
    if not running:
        few.stop()
    (few.root(source) / "d").rename(few.root(source) / "e")
    few.settle()
    assert few.status.halted_reason == "" and set(few.files(source.other)) == {f"e/{number}" for number in range(5)}


def test_a_folder_is_deleted_while_no_agent_runs(few: World, source: Side) -> None:
    fill(few, source, "d", "e")
    few.stop()
    few.delete(source, "d")
    few.settle()
    assert few.status.halted_reason == "" and set(few.files(source.other)) == {f"e/{number}" for number in range(5)}


@pytest.mark.parametrize("layer", ["plain"])
def test_a_real_folder_of_thousands(world: World, source: Side) -> None:
    """With the default limit, of 1,000."""
    fill(world, source, "d", files=1200)
    world.write(source, "other", "x")
    world.settle()
    (world.root(source) / "d").rename(world.root(source) / "e")
    world.settle()
    assert world.status.halted_reason == "" and len(world.files(source.other)) == 1201
    world.delete(source, "e")
    world.settle()
    assert world.status.halted_reason == "" and world.files(source.other) == {"other": "x"}


def test_everything_is_deleted_before_the_watchers_eyes(world: World) -> None:
    """A client that clears the export was seen doing it; no rescan has doubts afterwards."""
    world.limit, world.watching = DeletionLimit(3, False), True
    world.start()
    fill(world, N, "d", "e")
    world.delete(N, "d")
    world.delete(N, "e")
    world.rescan()
    world.settle()
    assert world.status.halted_reason == "" and world.files(W) == {}


def test_all_is_gone_at_once(few: World, source: Side) -> None:
    fill(few, source, "d/e", "d/f")
    few.delete(source, "d")
    few.settle()
    reason = few.status.halted_reason
    assert GONE.format(source.value) in reason and "10 files in 'd'" in reason
    assert "make accept SERVER=server" in reason
    assert len(few.files(source.other)) == 10 and few.directories(source.other) == {"d", "d/e", "d/f"}
    few.write(source, "d/e/0", "x again")
    few.settle()
    assert few.status.halted_reason == "" and few.files(source.other) == {"d/e/0": "x again"}


def test_nothing_of_it_is_done_at_the_end(few: World, source: Side) -> None:
    """SIGTERM makes the agent carry over what is complete, without another scan."""
    fill(few, source, "d")
    few.delete(source, "d")
    few.settle()
    engine = few.engine
    assert engine is not None
    with pytest.raises(Emptied):
        engine.step(few.now + 100)
    assert len(few.files(source.other)) == 5


def test_a_halt_is_a_halt(world: World) -> None:
    """While one side is in doubt nothing is brought to it either."""
    world.mode, world.limit = Mode.TWO_WAY, DeletionLimit(3, False)
    world.start()
    fill(world, W, "d")
    world.delete(W, "d")
    world.write(N, "new", "1")
    world.settle()
    assert GONE.format("windows") in world.status.halted_reason and world.files(W) == {}
    assert accept(world) == 0
    world.settle()
    assert world.status.halted_reason == "" and world.files(W) == world.files(N) == {"new": "1"}


def test_one_command_is_the_way_out(few: World, source: Side) -> None:
    """Without a restart, and once: the next time it is withheld again."""
    for directory in ("d", "e"):
        fill(few, source, directory)
        few.delete(source, directory)
        few.settle()
        assert GONE.format(source.value) in few.status.halted_reason and len(few.files(source.other)) == 5
        assert accept(few) == 0
        few.settle()
        assert few.status.halted_reason == "" and few.files(source.other) == {}


def test_what_was_accepted_is_told(few: World, source: Side, capsys: pytest.CaptureFixture[str]) -> None:
    fill(few, source, "d")
    few.delete(source, "d")
    few.settle()
    assert accept(few) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["accepted"] and "5 files in 'd'" in answer["withheld"]


def test_nothing_is_accepted_in_advance(few: World, source: Side, capsys: pytest.CaptureFixture[str]) -> None:
    fill(few, source, "d")
    assert accept(few) == 0
    assert json.loads(capsys.readouterr().out) == {"accepted": False, "withheld": ""}
    few.delete(source, "d")
    few.settle()
    assert GONE.format(source.value) in few.status.halted_reason and len(few.files(source.other)) == 5


def test_a_word_that_came_too_late_is_none_on_what_comes_later(few: World, source: Side) -> None:
    fill(few, source, "d")
    few.delete(source, "d")
    few.settle()
    assert accept(few) == 0
    few.write(source, "d/0", "back before anybody read it")
    few.settle()
    fill(few, source, "e")
    for directory in ("d", "e"):
        few.delete(source, directory)
    few.settle()
    assert GONE.format(source.value) in few.status.halted_reason and len(few.files(source.other)) == 6


def test_more_than_may_wait_at_once_is_accepted_once(few: World, source: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nas_sync_agent.sync.engine._MOST_PENDING", 8)
    fill(few, source, *"abcde")
    for _turn in range(4):
        few.settle()
    for directory in "abcde":
        few.delete(source, directory)
    few.settle()
    reason = few.status.halted_reason
    assert GONE.format(source.value) in reason and "25 files in the whole tree" in reason
    accept(few)
    for _turn in range(4):
        few.settle()
    assert few.status.halted_reason == "" and few.files(source.other) == {}


def test_what_the_other_side_has_not_is_no_deletion(world: World) -> None:
    """A consumer has taken all of it already: the tester clears his folder, and nobody has any doubt."""
    world.mode, world.limit = Mode.WINDOWS_TO_NAS, DeletionLimit(3, False)
    world.start()
    fill(world, W, "d")
    world.delete(N, "d")
    world.delete(W, "d")
    world.settle()
    assert world.status.halted_reason == "" and world.ledger is not None and world.ledger.files(W) == 0


def test_what_is_kept_is_no_deletion(world: World) -> None:
    """An output server's start brings to the NAS what Windows has, and deletes nothing there."""
    world.limit = DeletionLimit(3, False)
    world.mode, world.deletions = Mode.WINDOWS_TO_NAS, Deletions.KEEP
    world.start()
    fill(world, W, "d")
    world.delete(W, "d")
    world.settle()
    assert world.status.halted_reason == "" and len(world.files(N)) == 5


def test_export_emptied_while_nobody_watched(world: World) -> None:
    """An export that is empty at the first look was lost, not deleted: two files are enough for a doubt."""
    for name in "ab":
        world.write(N, name, name)
    world.settle()
    world.stop()
    for name in "ab":
        world.delete(N, name)
    world.settle()
    assert "2 files in the whole tree" in world.status.halted_reason and len(world.files(W)) == 2
    assert accept(world) == 0
    world.settle()
    assert world.status.halted_reason == "" and world.files(W) == {}
