# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows directory that was deleted and is made anew: what it has lost is no deletion."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from agent_world import World
from nas_sync_agent.model import Deletions, Mode, Side
from nas_sync_agent.names import MARKER
from nas_sync_agent.sync.comparison import compare
from nas_sync_agent.sync.readonly_ledger import ReadOnlyLedger

W, N = Side.WINDOWS, Side.NAS


def delete_and_restore(world: World, restored: str = "1") -> None:
    """The directory goes while no agent looks, and is laid out again with the generation that it had."""
    shutil.rmtree(world.windows)
    world.windows.mkdir()
    marker = {"format": 1, "server": "server", "generation": world.generation, "restored": restored}
    (world.windows / MARKER).write_text(json.dumps(marker))


def restart_pod(world: World, mode: Mode, deletions: Deletions) -> None:
    """The initial copy to the NAS, then the agent."""
    world.mode, world.deletions, world.once = Mode.WINDOWS_TO_NAS, deletions, True
    world.start()
    world.settle()
    world.mode, world.deletions, world.once = mode, Deletions.PROPAGATE, False
    world.start()
    world.settle()


@pytest.mark.parametrize("mode", [Mode.NAS_TO_WINDOWS, Mode.TWO_WAY])
@pytest.mark.parametrize("deletions", Deletions)
@pytest.mark.parametrize("running", [True, False])
def test_what_is_on_the_nas_comes_back(tmp_path: Path, mode: Mode, deletions: Deletions, running: bool) -> None:
    world = World(tmp_path, mode=mode)
    files = {"a": "1", "d/e/b": "2", "d/c": "3"}
    for path, content in files.items():
        world.write(N, path, content)
    world.settle()
    assert world.files(W) == files
    delete_and_restore(world)
    if running:
        world.settle()
    else:
        world.write(N, "later", "4")
        files["later"] = "4"
        restart_pod(world, mode, deletions)
    world.settle()
    assert world.status.halted_reason == ""
    assert world.files(W) == world.files(N) == files
    world.delete(W, "a")
    world.settle()
    assert ("a" in world.files(N)) == (mode is Mode.NAS_TO_WINDOWS) and "a" not in world.files(W)


def test_of_both_ways_what_testers_wrote_comes_back_too(tmp_path: Path) -> None:
    world = World(tmp_path, mode=Mode.TWO_WAY)
    world.write(W, "d/of-a-tester", "1")
    world.settle()
    delete_and_restore(world)
    restart_pod(world, Mode.TWO_WAY, Deletions.PROPAGATE)
    assert world.files(W) == world.files(N) == {"d/of-a-tester": "1"}


@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.NONE])
def test_input_keeps_what_it_was_given(tmp_path: Path, mode: Mode) -> None:
    world = World(tmp_path, mode=Mode.WINDOWS_TO_NAS)
    for path in ("a", "d/b"):
        world.write(W, path, path)
    world.settle()
    world.write(N, "of-a-client", "x")
    delete_and_restore(world)
    restart_pod(world, mode, Deletions.PROPAGATE)
    assert world.files(N) == {"a": "a", "d/b": "d/b", "of-a-client": "x"} and world.files(W) == {}
    # What comes again under a name that the NAS still has is its next version, no conflict.
    world.write(W, "a", "another version")
    restart_pod(world, mode, Deletions.PROPAGATE)
    assert world.files(N) == {"a": "another version", "d/b": "d/b", "of-a-client": "x"}
    world.delete(W, "a")
    restart_pod(world, mode, Deletions.PROPAGATE)
    assert world.files(N) == {"d/b": "d/b", "of-a-client": "x"}


def test_what_is_in_it_already_is_not_written_again(tmp_path: Path) -> None:
    world = World(tmp_path, mode=Mode.NAS_TO_WINDOWS)
    for path in ("back", "missing"):
        world.write(N, path, path)
    world.settle()
    kept = tmp_path / "kept"
    shutil.copy2(world.windows / "back", kept)
    delete_and_restore(world)
    shutil.copy2(kept, world.windows / "back")
    before = (world.windows / "back").stat().st_ino
    restart_pod(world, Mode.NAS_TO_WINDOWS, Deletions.KEEP)
    assert (world.windows / "back").stat().st_ino == before
    assert world.files(W) == {"back": "back", "missing": "missing"}


def test_old_directory_that_is_back_is_no_deletion_either(tmp_path: Path) -> None:
    """It was renamed, not deleted: the tester renames it back."""
    world = World(tmp_path, mode=Mode.TWO_WAY)
    world.write(N, "old", "1")
    world.settle()
    shutil.copytree(world.windows, world.hidden)
    delete_and_restore(world)
    restart_pod(world, Mode.TWO_WAY, Deletions.PROPAGATE)
    world.write(N, "new", "2")
    world.settle()
    shutil.rmtree(world.windows)
    world.hidden.rename(world.windows)
    restart_pod(world, Mode.TWO_WAY, Deletions.PROPAGATE)
    assert world.files(W) == world.files(N) == {"old": "1", "new": "2"}


def test_second_time(tmp_path: Path) -> None:
    world = World(tmp_path, mode=Mode.NAS_TO_WINDOWS)
    world.write(N, "a", "1")
    world.settle()
    for restored in ("1", "2"):
        delete_and_restore(world, restored)
        restart_pod(world, Mode.NAS_TO_WINDOWS, Deletions.KEEP)
        assert world.files(W) == world.files(N) == {"a": "1"}


def test_killed_at_any_call(tmp_path: Path) -> None:
    for call in range(1, 400):
        world = World(tmp_path / str(call), mode=Mode.TWO_WAY) if not (tmp_path / str(call)).mkdir() else None
        assert world is not None
        for path in ("a", "d/b"):
            world.write(N, path, path)
        world.settle()
        delete_and_restore(world)
        killed = world.killed_at(call, "start")
        world.settle()
        assert world.files(W) == world.files(N) == {"a": "a", "d/b": "d/b"}
        world.close()
        if not killed:
            return
    raise AssertionError("it never came to an end")


def test_nobody_says_that_nothing_waits_before_an_agent_has_looked(tmp_path: Path) -> None:
    world = World(tmp_path, mode=Mode.NAS_TO_WINDOWS)
    world.write(N, "a", "1")
    world.settle()
    options = world.options()
    world.stop()
    delete_and_restore(world)
    found = compare(options, ReadOnlyLedger(str(world.state / "ledger.sqlite")))
    assert "made anew" in found.unknown
