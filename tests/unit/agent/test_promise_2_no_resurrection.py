# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 2: what was deleted at the target does not come back until its source changes."""

from __future__ import annotations

from agent_world import World
from nas_sync_agent.model import Side

W, N = Side.WINDOWS, Side.NAS


def test_stays_deleted(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.write(source, "d/b", "2")
    world.settle()
    world.delete(source.other, "a")
    world.delete(source.other, "d")
    world.settle()
    world.start()
    world.settle()
    assert world.files(source.other) == {}


def test_comes_back_changed(world: World, source: Side) -> None:
    world.write(source, "d/a", "1")
    world.settle()
    world.delete(source.other, "d")
    world.settle()
    world.write(source, "d/a", "22")
    world.settle()
    assert world.files(source.other) == {"d/a": "22"}


def test_a_new_time_is_no_change(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.settle()
    world.delete(source.other, "a")
    world.pass_time(100)
    world.write(source, "a", "1")
    world.settle()
    assert world.files(source.other) == {}


def test_over_a_restart_with_the_initial_copy(world: World) -> None:
    """An output server: what a consumer deletes and Windows keeps does not come back with the pod."""
    world.write(W, "testers", "1")
    world.restart_pod()
    world.delete(N, "testers")
    world.settle()
    assert world.files(W) == {"testers": "1"}
    world.restart_pod()
    assert world.files(N) == {}
