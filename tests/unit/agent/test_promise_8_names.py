# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 8: a name that the other side cannot hold is reported and skipped."""

from __future__ import annotations

import os
from pathlib import Path

from agent_world import World
from nas_sync_agent.model import Side

W, N = Side.WINDOWS, Side.NAS


NAMES = (
    "con",
    "Aux.txt",
    "a:b",
    "what?",
    "ends.",
    "ends ",
    "tab\there",
    "com1.log",
    "\udcff\udcfe",
    "x" * 250 + "é" * 3,
)


def test_refused_towards_windows(world: World) -> None:
    world.start()
    names = [name for name in NAMES if len(os.fsencode(name)) <= 255]
    for name in names:
        world.write(N, name, "x")
        world.write(N, f"dir/{name}", "x")
    world.write(N, "good", "x")
    world.settle()
    assert set(world.files(W)) == {"good"} | ({"x" * 250 + "é" * 3} & set(names))
    snapshot = world.status.snapshot()
    assert snapshot["refused_count"] == 2 * len(names)
    assert all(item["reason"] and item["side"] == "nas" for item in snapshot["refused"])
    for name in names:
        world.delete(N, name)
        world.delete(N, f"dir/{name}")
    world.settle()
    assert world.status.snapshot()["refused_count"] == 0


def test_what_a_refused_directory_contains(world: World) -> None:
    world.start()
    world.write(N, "nul/inside/a", "x")
    world.settle()
    assert world.files(W) == {}
    assert [item["path"] for item in world.status.snapshot()["refused"]] == ["nul"]


def test_case_collision(world: World) -> None:
    world.start()
    world.write(N, "readme", "1")
    world.settle()
    world.write(N, "README", "2")
    world.write(N, "Readme/x", "3")
    world.settle()
    assert world.files(W) == {"readme": "1"}
    assert world.status.snapshot()["refused_count"] == 2
    world.delete(N, "readme")
    world.settle()
    engine = world.engine
    assert engine
    engine.rescan()
    world.settle()
    assert world.files(W) in ({"README": "2"}, {"Readme/x": "3"})


def test_change_of_case_is_a_rename(world: World) -> None:
    world.start()
    world.write(N, "readme", "1")
    world.settle()
    (world.export / "readme").rename(world.export / "README")
    world.settle()
    assert world.files(W) == {"README": "1"}


def test_special_files_are_never_followed(world: World, source: Side, directory: Path) -> None:
    (directory / "secret").write_text("secret")
    (directory / "outside").mkdir()
    (directory / "outside" / "secret").write_text("secret")
    root = world.root(source)
    (root / "link").symlink_to(directory / "secret")
    (root / "linked").symlink_to(directory / "outside")
    os.mkfifo(root / "fifo")
    world.write(source, "good", "x")
    world.settle()
    assert world.files(source.other) == {"good": "x"}
    assert {item["path"] for item in world.status.snapshot()["refused"]} == {"link", "linked", "fifo"}


def test_a_link_at_the_target_is_not_written_through(world: World, source: Side, directory: Path) -> None:
    (directory / "outside").mkdir()
    (directory / "secret").write_text("secret")
    (world.root(source.other) / "d").symlink_to(directory / "outside")
    (world.root(source.other) / "a").symlink_to(directory / "secret")
    world.write(source, "d/a", "x")
    world.write(source, "a", "x")
    world.settle()
    assert list((directory / "outside").iterdir()) == [] and (directory / "secret").read_text() == "secret"
