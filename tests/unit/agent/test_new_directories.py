# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes with a new directory, before it is watched: the kernel's word on its writers is enough, where it gives one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_world import QUIET, World
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS


@pytest.fixture(params=[(N, Mode.NAS_TO_WINDOWS), (W, Mode.WINDOWS_TO_NAS), (N, Mode.TWO_WAY), (W, Mode.TWO_WAY)])
def told(directory: Path, request: pytest.FixtureRequest) -> Iterator[tuple[World, Side]]:
    """A world at rest whose sources are watched, and the side where something comes."""
    side, mode = request.param
    world = World(directory, "plain", mode)
    world.watching = True
    world.start()
    yield world, side
    world.close()


def appear(world: World, side: Side) -> int:
    """A directory with a file that is complete and one of which a part is written; what that is written through."""
    outside = world.volume / "outside"
    (outside / "d").mkdir(parents=True)
    (outside / "whole").write_text("whole")
    (outside / "d" / "open").write_text("half")
    for path in ("whole", "d/open"):
        os.utime(outside / path, ns=(world.wall_ns(), world.wall_ns()))
    fd = os.open(outside / "d" / "open", os.O_WRONLY | os.O_APPEND)
    outside.rename(world.root(side) / "new")
    return fd


def turn(world: World) -> None:
    for _turn in range(4):
        world.pass_time(0.05)
        world.turn()


def test_complete_at_once_and_open_not_at_all(told: tuple[World, Side]) -> None:
    world, side = told
    fd = appear(world, side)
    turn(world)
    assert world.files(side.other) == {"new/whole": "whole"}
    for _second in range(30):
        world.pass_time(1)
        world.turn()
    assert world.files(side.other) == {"new/whole": "whole"}
    os.write(fd, b" and half")
    os.utime(fd, ns=(world.wall_ns(), world.wall_ns()))
    os.close(fd)
    turn(world)
    assert world.files(side.other) == {"new/whole": "whole", "new/d/open": "half and half"}


def test_where_the_kernel_does_not_tell_the_quiet_period_decides(told: tuple[World, Side]) -> None:
    world, side = told
    world.control.leases = False
    os.close(appear(world, side))
    turn(world)
    assert world.files(side.other) == {}
    world.pass_time(QUIET)
    turn(world)
    assert world.files(side.other) == {"new/whole": "whole", "new/d/open": "half"}


def test_what_the_first_scan_of_an_export_finds_has_to_be_quiet(directory: Path) -> None:
    """Its server may have been started with the agent: a client that goes on writing has not opened the file again yet."""
    world = World(directory, "plain", Mode.NAS_TO_WINDOWS)
    world.watching = True
    world.write(N, "d/a", "half")
    world.start()
    turn(world)
    assert world.files(W) == {}
    world.pass_time(QUIET)
    turn(world)
    assert world.files(W) == {"d/a": "half"}
    world.close()


def test_a_file_that_becomes_a_directory(told: tuple[World, Side]) -> None:
    """The file has to go first, and what the directory contains is complete before that."""
    world, side = told
    world.write(side, "d/a", "a file")
    world.settle()
    world.delete(side, "d/a")
    world.write(side, "d/a/b/inner", "x")
    world.write(side, "d/a/inner", "x")
    world.settle()
    assert world.files(side.other) == {"d/a/b/inner": "x", "d/a/inner": "x"}
