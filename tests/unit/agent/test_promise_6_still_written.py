# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 6: a file still being written is not delivered."""

from __future__ import annotations

from agent_world import QUIET, World
from nas_sync_agent.model import Change, Side

W, N = Side.WINDOWS, Side.NAS


def test_nas_file_waits_for_its_close(world: World) -> None:
    world.start()
    world.write(N, "a", "half")
    world.event("a", Change.WRITING)
    for _turn in range(30):
        world.pass_time(3)
        world.turn()
    assert world.files(W) == {}
    world.write(N, "a", "half and half")
    world.event("a", Change.CLOSED)
    world.pass_time(0.1)
    world.turn(scan=False)
    assert world.files(W) == {"a": "half and half"}


def test_renamed_while_it_is_written(world: World) -> None:
    engine = world.start()
    world.write(N, "a", "half")
    world.event("a", Change.WRITING)
    (world.export / "a").rename(world.export / "b")
    engine.events.moved("a", "b")
    world.event("a", Change.TOUCHED)
    world.event("b", Change.TOUCHED)
    world.settle()
    assert world.files(W) == {}
    world.event("b", Change.CLOSED)
    world.settle()
    assert world.files(W) == {"b": "half"}


def test_quiet_period(world: World, source: Side) -> None:
    world.close_events = world.control.leases = False
    world.start()
    for length in range(1, 6):
        world.write(source, "a", "x" * length)
        if source is N:
            world.event("a", Change.WRITING)
        world.turn()
        world.pass_time(QUIET * 0.7)
        world.turn()
        assert world.files(source.other) == {}
    world.settle()
    assert world.files(source.other) == {"a": "xxxxx"}
