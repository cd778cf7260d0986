# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that becomes a directory, and the other way round."""

from __future__ import annotations

from agent_world import World
from nas_sync_agent.model import Side


def test_file_becomes_directory(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    world.settle()
    world.delete(source, "a")
    world.write(source, "a/b", "2")
    world.settle()
    assert world.files(source.other) == {"a/b": "2"}


def test_directory_becomes_file(world: World, source: Side) -> None:
    world.write(source, "a/b/c", "1")
    world.settle()
    world.delete(source, "a")
    world.write(source, "a", "2")
    world.settle()
    assert world.files(source.other) == {"a": "2"}
