# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens on the NAS side while a batch is carried out is carried across too, told by events alone."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from agent_world import World
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS
FILES = ("a", "d/a", "d/b", "d/e/a", "z")
STEPS = 7
"""The actions for these files and their directories are as many."""


def write(world: World) -> None:
    world.write(N, "d/a", "second")


def write_and_delete(world: World) -> None:
    world.write(N, "new", "x")
    world.delete(N, "new")


def delete(world: World) -> None:
    world.delete(N, "d/a")


def delete_the_directory(world: World) -> None:
    world.delete(N, "d")


def replace_the_directory(world: World) -> None:
    world.delete(N, "d")
    world.write(N, "d/e/a", "another")
    (world.export / "d" / "empty").mkdir()


def rename_away(world: World) -> None:
    world.pass_time(0.001)
    (world.export / "d" / "a").rename(world.export / "moved")


def rename_onto(world: World) -> None:
    world.write(N, "d/.part", "renamed onto it")
    (world.export / "d" / ".part").rename(world.export / "d" / "a")


def rename_onto_another(world: World) -> None:
    (world.export / "a").rename(world.export / "z")


def rename_the_directory(world: World) -> None:
    world.pass_time(0.001)
    (world.export / "d").rename(world.export / "f")


def rename_and_replace_the_directory(world: World) -> None:
    (world.export / "d").rename(world.export / "f")
    world.write(N, "d/a", "in the new directory")
    world.write(N, "d/g/a", "in the new directory, too")


def become_a_directory(world: World) -> None:
    world.delete(N, "d/a")
    world.write(N, "d/a/inner", "x")


def become_a_file(world: World) -> None:
    world.delete(N, "d")
    world.write(N, "d", "a file now")


CHANGES = [
    write,
    write_and_delete,
    delete,
    delete_the_directory,
    replace_the_directory,
    rename_away,
    rename_onto,
    rename_onto_another,
    rename_the_directory,
    rename_and_replace_the_directory,
    become_a_directory,
    become_a_file,
]


@pytest.fixture
def watched(world: World) -> World:
    """Some files on the NAS side that are new to a watching agent."""
    world.watching = True
    world.start()
    for path in FILES:
        world.write(N, path, f"first of {path}")
    return world


def during_work(world: World, step: int, change: Callable[[World], None]) -> int:
    """Settle, with a change at a step of the first batch; the number of steps in all."""
    steps = 0

    def on_progress() -> None:
        nonlocal steps
        if steps == step:
            change(world)
        steps += 1

    world.on_progress = on_progress
    world.settle()
    return steps


def expect_equal_sides(world: World) -> None:
    assert world.files(W) == world.files(N) and world.directories(W) == world.directories(N)
    assert world.engine is not None and not list(world.engine.pending)
    world.rescan()
    world.settle()
    assert world.status.snapshot()["found_by_rescan"] == 0
    assert world.files(W) == world.files(N)


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("change", CHANGES)
def test_change_while_files_are_delivered(watched: World, change: Callable[[World], None], step: int) -> None:
    assert during_work(watched, step, change) > step
    expect_equal_sides(watched)


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("change", [write, rename_onto, become_a_directory, replace_the_directory])
def test_change_while_files_are_replaced(watched: World, change: Callable[[World], None], step: int) -> None:
    watched.settle()
    for path in FILES:
        watched.write(N, path, f"other content of {path}")
    during_work(watched, step, change)
    expect_equal_sides(watched)


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("again", [None, "first of d/a", "other"])
def test_change_while_files_are_removed(watched: World, again: str | None, step: int) -> None:
    watched.settle()
    watched.delete(N, "d")
    watched.delete(N, "z")

    def change(world: World) -> None:
        if again is None:
            world.delete(N, "a")
        else:
            world.write(N, "d/a", again)
            world.write(N, "z", again)

    during_work(watched, step, change)
    expect_equal_sides(watched)


@pytest.mark.parametrize("step", range(STEPS))
def test_change_while_windows_refuses(watched: World, step: int) -> None:
    """An error of the other side, and a change at the same time: it is tried again, with the new content."""

    def fault(side: str, name: str, what: str) -> None:
        if side == "windows" and name == "create":
            watched.control.fault = None
            raise OSError(5, "Input/output error", what)

    watched.control.fault = fault
    during_work(watched, step, rename_onto)
    watched.settle()
    expect_equal_sides(watched)


def test_a_file_that_is_opened_during_the_batch_is_not_delivered(watched: World) -> None:
    """Promise 6: opened and half written after the batch was looked at, and left so."""
    held: list[int] = []

    def change(world: World) -> None:
        world.pass_time(1)
        held.append(os.open(world.export / "z", os.O_WRONLY | os.O_TRUNC))
        os.write(held[0], b"half")

    during_work(watched, 0, change)
    assert watched.read(W, "z") != "half"
    os.write(held[0], b" and half")
    os.close(held[0])
    watched.settle()
    assert watched.read(W, "z") == "half and half"


def test_many_changes_of_one_name(watched: World) -> None:
    """A name that is replaced at every step of every batch ends with its last content."""
    count = 0

    def on_progress() -> None:
        nonlocal count
        if count < 50:
            count += 1
            watched.write(N, ".part", f"version {count}")
            (watched.export / ".part").rename(watched.export / "d" / "a")

    watched.on_progress = on_progress
    watched.settle(60)
    assert count == 50 and watched.read(W, "d/a") == "version 50"
    expect_equal_sides(watched)


def test_two_way(directory: object, watched: World) -> None:
    watched.stop()
    watched.mode = Mode.TWO_WAY
    watched.start()
    for path in FILES:
        watched.write(W, f"windows/{path}", f"first of {path}")
    during_work(watched, 3, rename_and_replace_the_directory)
    expect_equal_sides(watched)


def test_a_file_that_is_opened_while_the_batch_is_looked_at_is_not_delivered(watched: World) -> None:
    """Promise 6: its new content was seen, but not yet that somebody has it open."""
    held: list[int] = []

    def fault(side: str, name: str, what: str) -> None:
        if (side, name, what) == ("nas", "stat", "a") and not held:
            held.append(os.open(watched.export / "z", os.O_WRONLY | os.O_TRUNC))
            os.write(held[0], b"half")

    watched.turn()
    watched.control.fault = fault
    seen: list[str | None] = []
    watched.on_progress = lambda: seen.append(watched.read(W, "z"))
    watched.settle()
    assert held and "half" not in seen and watched.read(W, "z") is None
    os.write(held[0], b" and half")
    os.close(held[0])
    watched.settle()
    assert watched.read(W, "z") == "half and half"
