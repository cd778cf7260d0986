# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of which no event told, and which a scan finds, is counted: the events of this machine cannot be relied on."""

from __future__ import annotations

from agent_world import World
from nas_sync_agent.daemon.metrics import metrics
from nas_sync_agent.model import Change, Side

W, N = Side.WINDOWS, Side.NAS


def test_a_missed_change_is_counted(world: World) -> None:
    world.watching = True
    engine = world.start()
    world.settle()
    deaf = world.watchers.pop(N)
    world.write(N, "a", "x")
    world.write(N, "con", "x")
    deaf._report = lambda _path, _change: None
    world.watchers[N] = deaf
    world.rescan()
    world.settle()
    assert world.files(W) == {"a": "x"}
    world.rescan()
    world.settle()
    assert world.status.snapshot()["found_by_rescan"] == 1
    assert "nas_sync_found_by_rescan_total{" in metrics(world.status.snapshot()) and engine


def test_a_change_that_is_told_late_is_not_counted(world: World) -> None:
    """What happens during a rescan is told only afterwards."""
    world.watching = True
    engine = world.start()
    world.write(N, "a", "x")
    world.settle()
    world.delete(N, "a")
    world.write(N, "d/b", "x")
    engine.rescan()
    engine.scan(N, world.now, told=True)
    world.settle()
    assert world.files(W) == {"d/b": "x"} and world.status.snapshot()["found_by_rescan"] == 0
    world.event("d/b", Change.TOUCHED)
    world.settle()
