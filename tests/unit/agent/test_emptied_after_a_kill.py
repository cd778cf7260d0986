# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent is killed as it gives content its name in Windows; before it runs again, a tester deletes what is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from agent_world import LAYERS, World
from nas_sync_agent.model import Mode, Side

MODES = (Mode.NAS_TO_WINDOWS, Mode.TWO_WAY)
WAYS = ("the directory", "all that is in it")


def delete(world: World, way: str) -> None:
    """As Explorer does it: also what waits there for its name, which it shows like any other file."""
    directory = world.windows / "d"
    if way == "the directory":
        shutil.rmtree(directory)
    else:
        for entry in directory.iterdir():
            entry.unlink()


def versions(world: World) -> set[str]:
    """Every content that is left under a name."""
    return {content for side in Side for content in world.files(side).values()}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("earlier", [True, False], ids=["replaced", "new"])
def test_what_no_tester_has_seen_is_not_deleted(
    tmp_path: Path, layer: str, mode: Mode, way: str, earlier: bool
) -> None:
    """Whether the content was there is not known then: it is delivered once more, rather than deleted on the NAS."""
    kills = 0
    for call in range(20, 200):
        directory = tmp_path / str(call)
        directory.mkdir()
        world = World(directory, layer, mode)
        world.start()
        if earlier:
            world.write(Side.NAS, "d/a", "old")
            world.settle()
            world.pass_time(10)
        world.write(Side.NAS, "d/a", "new version")
        killed = world.killed_at(call)
        shown = world.read(Side.WINDOWS, "d/a")
        if (world.windows / "d").is_dir():
            kills += killed
            delete(world, way)
            world.settle(40)
            world.rescan()
            world.settle(40)
            if shown != "new version":
                assert "new version" in versions(world), f"lost at call {call}"
                assert world.read(Side.WINDOWS, "d/a") == "new version", f"never came at call {call}"
        world.close()
        if not killed:
            break
    else:
        raise AssertionError("the agent is never done")
    assert kills > 5


@pytest.mark.parametrize("layer", LAYERS)
def test_a_testers_own_file_in_its_place_is_no_version_of_it(tmp_path: Path, layer: str) -> None:
    for call in range(20, 200):
        directory = tmp_path / str(call)
        directory.mkdir()
        world = World(directory, layer, Mode.TWO_WAY)
        world.start()
        world.write(Side.NAS, "d/a", "of a service")
        killed = world.killed_at(call)
        if (world.windows / "d").is_dir() and world.read(Side.WINDOWS, "d/a") is None:
            delete(world, "all that is in it")
            world.pass_time(5)
            world.write(Side.WINDOWS, "d/a", "a tester's own")
            world.settle(40)
            assert versions(world) == {"of a service", "a tester's own"}, f"lost at call {call}"
        world.close()
        if not killed:
            break
    else:
        raise AssertionError("the agent is never done")
