# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 9: one bad file never stops the others; it is tried again."""

from __future__ import annotations

import pytest
from agent_world import World
from nas_sync_agent.model import Mode, Side

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
    assert [item["reason"] for item in world.status.snapshot()["errors"]] == [f"no space left on the {full} side"]
    assert world.files(source.other) == {}, "deletions make room"
    world.control.fault = None
    world.pass_time(60)
    world.settle()
    assert world.status.snapshot()["error_count"] == 0 and world.files(source.other) == {"a": "1"}


def test_what_does_not_fit_is_not_copied(world: World, source: Side) -> None:
    """It is never begun, says what it needs, and stands in nobody's way; it arrives when there is room."""
    full = source.other.value
    world.control.room[full] = (1_000_000, 10_000_000)
    world.write(source, "big", "b" * 900_000)
    world.write(source, "small", "s")
    world.settle()
    assert world.files(source.other) == {"small": "s"}
    (error,) = world.status.snapshot()["errors"]
    assert error == {"path": "big", "reason": f"does not fit: needs 900000 bytes, has 800000 on the {full} side"}
    assert not world.status.halted_reason and world.status.snapshot()["state"] != "halted"
    written = [name for name, _what in world.control.changes if name == "write"]
    world.pass_time(300)
    world.settle()
    assert [name for name, _what in world.control.changes if name == "write"] == written
    world.write(source, "later", "l")
    world.settle()
    assert world.read(source.other, "later") == "l"
    world.control.room[full] = (2_000_000, 10_000_000)
    world.pass_time(60)
    world.settle()
    assert set(world.files(source.other)) == {"big", "small", "later"}
    assert world.status.snapshot()["error_count"] == 0


def test_what_fits_after_it_was_cut(world: World, source: Side) -> None:
    world.control.room[source.other.value] = (1_000, 10_000)
    world.write(source, "big", "b" * 2_000)
    world.settle()
    world.write(source, "big", "b")
    world.event("big")
    world.settle()
    assert world.files(source.other) == {"big": "b"}


def test_where_nothing_tells_how_much_fits(world: World, source: Side) -> None:
    world.control.room[source.other.value] = (0, 0)
    world.write(source, "a", "1")
    world.settle()
    assert world.files(source.other) == {"a": "1"}


def test_a_file_that_grows_while_it_is_read_ends_the_copy(world: World, source: Side) -> None:
    world.write(source, "log", "x" * 10)
    path = world.root(source) / "log"
    reads = [0]

    def fault(side: str, name: str, _what: str) -> None:
        if side == source.value and name == "read" and path.stat().st_size < 50 << 20:
            reads[0] += 1
            with path.open("ab") as stream:
                stream.write(b"x" * (1 << 20))

    world.control.fault = fault
    world.turn()
    world.pass_time(3)
    world.turn()
    assert reads[0] < 10
    world.control.fault = None


@pytest.mark.parametrize("layer", ["windows"])
@pytest.mark.parametrize("content", ["", "longer than the name of what it leads to"])
def test_a_link_that_looks_like_a_file(world: World, content: str) -> None:
    """Minikube's server shows it as a file of the length of its target's name, and opens the target."""
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    world.windows_calls.hides_links = True
    world.root(W).joinpath("link").symlink_to(world.root(W) / "target")
    world.write(W, "target", content)
    world.write(W, "good", "2")
    world.settle()
    assert world.files(N) == {"target": content, "good": "2"}
    errors = world.status.snapshot()["errors"]
    assert [item["path"] for item in errors] == ["link"]
    assert "bytes" in errors[0]["reason"]


@pytest.mark.parametrize("layer", ["windows"])
def test_an_error_that_the_system_cannot_name(world: World) -> None:
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    world.write(W, "a", "1")
    world.windows_calls.locked.add("a")
    world.settle()
    assert [item["reason"] for item in world.status.snapshot()["errors"]] == [
        "the file server has refused it, for a reason that the system cannot name"
    ]
