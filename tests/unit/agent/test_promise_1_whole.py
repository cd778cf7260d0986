# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 1: each path has its original or its correct final content, never a part."""

from __future__ import annotations

from agent_world import World
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS


def test_content_appears_at_once(world: World, source: Side) -> None:
    world.write(source, "a", "x" * 100_000)
    seen: set[str | None] = set()
    world.control.fault = lambda _side, _name, _what: seen.add(world.read(source.other, "a"))
    world.settle()
    assert seen == {None, "x" * 100_000}


def test_content_is_replaced_at_once(world: World, source: Side) -> None:
    world.write(source, "a", "old")
    world.settle()
    world.write(source, "a", "new" * 1000)
    seen: set[str | None] = set()
    world.control.fault = lambda _side, _name, _what: seen.add(world.read(source.other, "a"))
    world.settle()
    assert seen == {"old", "new" * 1000}


def test_no_temporary_name_is_visible_to_nfs_clients(world: World) -> None:
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    world.write(W, "d/a", "x")
    seen: set[str] = set()
    world.control.fault = lambda _side, _name, _what: seen.update(world.files(N, temporary=True))
    world.settle()
    assert seen == {"d/a"}


def test_source_that_changes_while_it_is_copied(world: World, source: Side) -> None:
    world.write(source, "a", "first version")
    calls: list[str] = []

    def change(_side: str, name: str, _what: str) -> None:
        if name == "read" and calls and calls[-1] == "write":
            calls.append("changed")
            world.pass_time(1)
            world.write(source, "a", "other version")
        elif "changed" not in calls:
            calls.append(name)

    world.control.fault = change
    world.settle()
    assert "changed" in calls and world.files(source.other) == {"a": "other version"}


def test_source_that_is_rewritten_in_place_while_it_is_copied(world: World, source: Side) -> None:
    old, new = "x" * 2_500_000, "y" * 2_500_000
    world.write(source, "a", old)
    writes: list[str] = []
    seen: set[str | None] = set()

    def rewrite(_side: str, name: str, what: str) -> None:
        if name == "write":
            writes.append(what)
            if len(writes) == 2:
                world.pass_time(1)
                world.write(source, "a", new)
        if name in ("utime", "rename", "commit"):
            seen.add(world.read(source.other, "a"))

    world.control.fault = rewrite
    world.settle()
    assert len(writes) > 2 and seen <= {None, new} and world.read(source.other, "a") == new
