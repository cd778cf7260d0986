# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 9: one bad file never stops the others; it is tried again."""

from __future__ import annotations

import pytest
from agent_world import World
from nas_sync_agent.model import Side

W, N = Side.WINDOWS, Side.NAS


def test_source_cannot_be_read(world: World, source: Side) -> None:
    def fault(side: str, name: str, what: str) -> None:
        if side == source.value and name == "open" and what == "bad":
            raise OSError(5, "Input/output error")

    world.control.fault = fault
    world.write(source, "bad", "1")
    world.write(source, "good", "2")
    world.settle()
    assert world.files(source.other) == {"good": "2"}
    assert [item["path"] for item in world.status.snapshot()["errors"]] == ["bad"]
    world.control.fault = None
    world.pass_time(60)
    world.settle()
    assert world.files(source.other) == {"good": "2", "bad": "1"}
    assert world.status.snapshot()["error_count"] == 0


@pytest.mark.parametrize("layer", ["windows"])
def test_locked_on_windows(world: World) -> None:
    world.write(N, "a", "1")
    world.settle()
    world.windows_calls.locked.add("a")
    world.write(N, "a", "22")
    world.write(N, "b", "3")
    world.settle()
    assert world.files(W) == {"a": "1", "b": "3"}
    world.windows_calls.locked.clear()
    world.pass_time(60)
    world.settle()
    assert world.files(W) == {"a": "22", "b": "3"}


def test_no_room(world: World, source: Side) -> None:
    full = source.other.value

    def fault(side: str, name: str, _what: str) -> None:
        if side == full and name == "write":
            raise OSError(28, "No space left on device")

    world.write(source, "gone", "0")
    world.settle()
    world.control.fault = fault
    world.write(source, "a", "1")
    world.delete(source, "gone")
    world.settle()
    assert f"no space left on the {full} side" in world.status.halted_reason
    assert world.files(source.other) == {}, "deletions make room"
    world.control.fault = None
    world.pass_time(10)
    world.settle()
    assert world.status.halted_reason == "" and world.files(source.other) == {"a": "1"}
