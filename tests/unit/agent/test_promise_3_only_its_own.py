# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 3: only what the agent has delivered, unchanged since, is deleted or overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from agent_faults import Killed
from agent_world import World
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS


def test_deletion_reaches_what_was_delivered(world: World, source: Side) -> None:
    world.write(source, "d/e/a", "1")
    world.settle()
    world.delete(source, "d")
    world.settle()
    assert world.files(source.other) == {} and world.directories(source.other) == set()


def test_deletion_spares_what_was_changed(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.settle()
    world.write(source.other, "a", "theirs")
    world.delete(source, "a")
    world.settle()
    assert world.files(source.other) == {"a": "theirs"}


def test_deletion_spares_the_same_size_within_the_same_second(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.settle()
    path = world.root(source.other) / "a"
    before = path.stat()
    path.write_text("2")
    moment = before.st_mtime_ns + (1 if world.layer == "windows" or source is W else 1000)
    os.utime(path, ns=(moment, moment))
    world.delete(source, "a")
    world.settle()
    assert world.files(source.other) == {"a": "2"}


def test_deletion_spares_a_directory_with_other_files(world: World, source: Side) -> None:
    world.write(source, "d/a", "1")
    world.settle()
    world.write(source.other, "d/theirs", "2")
    world.delete(source, "d")
    world.settle()
    assert world.files(source.other) == {"d/theirs": "2"}


def test_a_foreign_file_in_the_way(world: World, source: Side) -> None:
    world.write(source.other, "report.csv", "theirs")
    world.write(source, "report.csv", "1")
    world.settle()
    name = f"report.conflict-{source.value}.csv"
    assert world.files(source.other) == {"report.csv": "theirs", name: "1"}
    world.write(source, "report.csv", "22")
    world.settle()
    assert world.files(source.other) == {"report.csv": "theirs", name: "22"}
    assert world.status.snapshot()["conflict_count"] == 2


def test_a_delivered_file_that_was_changed(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.settle()
    world.write(source.other, "a", "theirs")
    world.write(source, "a", "22")
    world.settle()
    assert world.files(source.other) == {"a": "theirs", f"a.conflict-{source.value}": "22"}


def test_the_conflict_name_is_taken_too(world: World, source: Side) -> None:
    world.write(source.other, "a", "theirs")
    world.write(source.other, f"a.conflict-{source.value}", "theirs as well")
    world.write(source, "a", "1")
    world.settle()
    assert world.files(source.other)[f"a.conflict-{source.value}-2"] == "1"


def test_equal_content_is_no_conflict(world: World, source: Side) -> None:
    world.write(source.other, "a", "same")
    world.write(source, "a", "same")
    world.settle()
    assert world.files(source.other) == {"a": "same"}


def test_a_testers_own_file_outlives_its_copy(world: World) -> None:
    """Brought in at the start, deleted over NFS: the tester's original stays."""
    world.write(W, "a", "testers")
    world.restart_pod()
    assert world.files(N) == {"a": "testers"}
    world.write(N, "a", "changed by the service")
    world.settle()
    assert world.files(W) == {"a": "testers", "a.conflict-nas": "changed by the service"}


def test_a_write_between_look_and_exchange(directory: Path, layer: str) -> None:
    world = World(directory, layer, Mode.WINDOWS_TO_NAS)
    world.write(W, "a", "1")
    world.settle()
    world.write(W, "a", "22")

    def write(_side: str, name: str, _what: str) -> None:
        if name == "rename_exchange" and world.read(N, "a") == "1":
            world.write(N, "a", "consumers")

    world.control.fault = write
    world.settle()
    assert world.files(N) == {"a": "consumers", "a.conflict-windows": "22"}
    world.close()


def test_a_write_between_look_and_removal(directory: Path, layer: str) -> None:
    world = World(directory, layer, Mode.WINDOWS_TO_NAS)
    world.write(W, "a", "1")
    world.settle()
    world.delete(W, "a")

    def write(_side: str, name: str, _what: str) -> None:
        if name == "rename" and world.read(N, "a") == "1":
            world.write(N, "a", "consumers")

    world.control.fault = write
    world.settle()
    assert world.files(N) == {"a": "consumers"}
    world.close()


def test_a_write_between_copy_and_rename(world: World, source: Side) -> None:
    world.write(source, "a", "1")

    copied: list[str] = []

    def write(side: str, name: str, what: str) -> None:
        if name == "create":
            copied.append(what)
        elif (side, name) == ("ledger", "committed") and len(copied) == 1:
            copied.append("theirs")
            world.write(source.other, "a", "theirs")

    world.control.fault = write
    world.settle()
    assert world.files(source.other) == {"a": "theirs", f"a.conflict-{source.value}": "1"}


def test_killed_with_a_consumers_write_in_the_stage(directory: Path) -> None:
    """Killed between taking a file away and looking at it: at the next start it is back."""
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
    world.write(W, "a", "1")
    world.settle()
    world.delete(W, "a")

    def write_and_die(_side: str, name: str, what: str) -> None:
        if name == "rename" and what.startswith("old-"):
            world.write(N, "a", "consumers")
        elif name == "stat" and what.startswith("old-"):
            world.control.dead = True
            raise Killed

    world.control.fault = write_and_die
    with pytest.raises(Killed):
        world.settle()
    world.control.fault = None
    world.stop()
    world.settle()
    assert world.files(N) == {"a": "consumers"}
    world.close()
