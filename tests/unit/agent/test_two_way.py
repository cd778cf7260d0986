# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of either side, and of both."""

from __future__ import annotations

import pytest
from agent_world import World
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS


@pytest.fixture(autouse=True)
def _mode(world: World) -> None:
    world.mode = Mode.TWO_WAY
    world.start()


@pytest.mark.parametrize("side", list(Side))
def test_changes_and_deletions_go_across(world: World, side: Side) -> None:
    world.write(side, "d/a", "1")
    world.settle()
    world.write(side.other, "d/a", "22")
    world.settle()
    assert world.files(side) == {"d/a": "22"}
    world.delete(side, "d")
    world.settle()
    assert world.files(side.other) == {} and world.directories(side.other) == set()


def test_both_changed(world: World) -> None:
    world.write(W, "a.txt", "0")
    world.settle()
    world.write(W, "a.txt", "windows")
    world.write(N, "a.txt", "nas")
    world.settle()
    expected = {"a.txt": "windows", "a.conflict-nas.txt": "nas"}
    assert world.files(W) == world.files(N) == expected


def test_deletion_loses_against_change(world: World) -> None:
    for side in Side:
        world.write(side, side.value, "0")
    world.settle()
    for side in Side:
        world.delete(side, side.value)
        world.write(side.other, side.value, "changed")
    world.settle()
    assert world.files(W) == world.files(N) == {"windows": "changed", "nas": "changed"}
