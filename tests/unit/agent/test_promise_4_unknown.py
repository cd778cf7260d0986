# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 4: a side that vanished, emptied or cannot be read is unknown."""

from __future__ import annotations

import os

import pytest
from agent_world import World
from nas_sync_agent.errors import SideUnavailable
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS


def test_unmounted(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.settle()
    world.unmount()
    world.settle()
    assert "marker" in world.status.halted_reason
    assert world.files(N) == {"a": "1"} and world.files(W) == {}
    world.write(N, "b", "2")
    world.settle()
    assert world.files(W) == {}
    world.mount()
    world.settle()
    assert world.status.halted_reason == "" and world.read(W, "a") == world.read(N, "a") == "1"


@pytest.mark.parametrize("damage", ["server", "generation", "garbage", "gone", "fifo", "link"])
def test_marker(world: World, source: Side, damage: str) -> None:
    world.write(source, "a", "1")
    world.settle()
    world.write(source, "b", "2")
    marker = world.windows / ".file-simulator.json"
    if damage == "server":
        world.mark("another")
    elif damage == "generation":
        world.generation = "two"
        world.mark()
    elif damage == "garbage":
        marker.write_text("{")
    elif damage == "fifo":
        marker.unlink()
        os.mkfifo(marker)
    elif damage == "link":
        marker.rename(world.windows / "aside")
        marker.symlink_to("aside")
    else:
        marker.unlink()
    world.settle()
    assert world.status.halted_reason and "b" not in world.files(source.other)
    world.generation = "one"
    marker.unlink(missing_ok=True)
    world.mark()
    world.settle()
    assert world.status.halted_reason == "" and "b" in world.files(source.other)


def test_unmounted_between_scan_and_deletion(world: World) -> None:
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    world.write(W, "a", "1")
    world.settle()
    engine = world.engine
    assert engine
    world.unmount()
    engine._windows.open()
    engine.scan(W, world.now)
    with pytest.raises(SideUnavailable):
        engine.step(world.now)
    assert world.files(N) == {"a": "1"}


def test_export_replaced(world: World) -> None:
    world.write(N, "a", "1")
    world.settle()
    world.export.rename(world.volume / "elsewhere")
    world.export.mkdir()
    world.settle()
    assert world.status.halted_reason and world.files(W) == {"a": "1"}


def test_unreadable_directory(world: World, source: Side) -> None:
    world.write(source, "d/a", "1")
    world.write(source, "b", "2")
    world.settle()

    def fault(side: str, name: str, what: str) -> None:
        if side == source.value and name == "open" and what == "d":
            raise PermissionError(13, "Permission denied")

    world.control.fault = fault
    world.delete(source, "b")
    world.settle()
    assert world.files(source.other) == {"d/a": "1"}


def test_lost_volume_deletes_nothing(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.settle()
    world.lose_volume()
    world.settle()
    assert world.files(W) == {"a": "1"}
