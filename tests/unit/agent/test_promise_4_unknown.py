# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 4: a side that vanished, emptied or cannot be read is unknown."""

from __future__ import annotations

import os

import pytest
from agent_world import World
from nas_sync_agent.__main__ import main
from nas_sync_agent.cli import DeletionLimit
from nas_sync_agent.errors import Unknown
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
    with pytest.raises(Unknown):
        engine.step(world.now)
    assert world.files(N) == {"a": "1"}


def test_export_emptied_while_nobody_watched(world: World) -> None:
    for name in "abc":
        world.write(N, name, name)
    world.settle()
    world.stop()
    for name in "abc":
        world.delete(N, name)
    world.settle()
    assert "the export is empty" in world.status.halted_reason and len(world.files(W)) == 3


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


def test_too_many_deletions(world: World, source: Side) -> None:
    world.limit = DeletionLimit(50, True)
    world.start()
    for number in range(10):
        world.write(source, f"f{number}", "x")
    world.settle()
    for number in range(6):
        world.delete(source, f"f{number}")
    world.settle()
    assert "6 files would be deleted" in world.status.halted_reason
    assert len(world.files(source.other)) == 10
    world.write(source, "f0", "x again")
    for _turn in range(5):
        world.settle()
    assert world.status.halted_reason == "" and len(world.files(source.other)) == 5


def test_lost_volume_deletes_nothing(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.settle()
    world.lose_volume()
    world.settle()
    assert world.files(W) == {"a": "1"}


def test_withheld_deletions_are_accepted_by_one_command(world: World, source: Side) -> None:
    """Without a restart, once: the next that are too many are withheld again."""
    world.limit = DeletionLimit(3, False)
    world.start()
    for directory in ("d", "e"):
        for number in range(5):
            world.write(source, f"{directory}/{number}", "x")
    world.settle()
    world.delete(source, "d")
    world.settle()
    assert "5 files would be deleted" in world.status.halted_reason and "'d'" in world.status.halted_reason
    assert len(world.files(source.other)) == 10, "a halt is a halt"
    assert main(["accept", "--state", str(world.state)]) == 0
    world.pass_time(10)
    world.settle()
    assert world.status.halted_reason == "" and set(world.files(source.other)) == {f"e/{number}" for number in range(5)}
    world.delete(source, "e")
    world.settle()
    assert "5 files would be deleted" in world.status.halted_reason and len(world.files(source.other)) == 5


def test_nothing_is_accepted_in_advance(world: World, source: Side) -> None:
    world.limit = DeletionLimit(3, False)
    world.start()
    for number in range(5):
        world.write(source, f"d/{number}", "x")
    main(["accept", "--state", str(world.state)])
    world.settle()
    world.delete(source, "d")
    world.settle()
    assert "5 files would be deleted" in world.status.halted_reason and len(world.files(source.other)) == 5
