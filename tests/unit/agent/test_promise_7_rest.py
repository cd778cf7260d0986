# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 7: at rest nothing is written."""

from __future__ import annotations

import pytest
from agent_world import World
from nas_sync_agent.model import Mode, Side


@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS, Mode.TWO_WAY])
def test_no_writes(world: World, mode: Mode) -> None:
    world.mode = mode
    world.start()
    for side in Side:
        world.write(side, f"d/{side.value}", side.value)
        world.write(side, "both", side.value)
        world.write(side, "con", "x")
    world.settle()
    world.settle()
    world.control.changes.clear()
    engine = world.engine
    assert engine
    for _turn in range(5):
        world.pass_time(30)
        engine.rescan()
        world.settle()
    assert world.control.changes == []
