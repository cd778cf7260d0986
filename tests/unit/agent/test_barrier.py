# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The barrier ends when all that was there has been worked off, and never before."""

from __future__ import annotations

import errno
import os

from agent_world import QUIET, World
from nas_sync_agent.model import Change, Mode, Side

W, N = Side.WINDOWS, Side.NAS


def left(world: World, barrier: object) -> list[str]:
    return world.engine.barriers.left(barrier)


def test_what_was_there_is_across(world: World, source: Side) -> None:
    for number in range(5):
        world.write(source, f"d/{number}", str(number))
    barrier = world.ask()
    assert set(left(world, barrier)) == {"d", *(f"d/{number}" for number in range(5))}
    assert world.reach(barrier) and world.files(source.other) == world.files(source)


def test_what_comes_later_is_not_waited_for(world: World, source: Side) -> None:
    world.write(source, "a", "1")
    barrier = world.ask()
    world.turn()
    world.pass_time(QUIET + 0.1)
    world.write(source, "b", "2")
    world.turn()
    assert left(world, barrier) == [] and world.files(source.other)["a"] == "1"


def test_nobody_writes_so_nothing_is_waited_for(world: World) -> None:
    """Except where a change within a second would not show: see docs/sync.md."""
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    world.write(W, "d/a", "1")
    world.pass_time(0.1)
    barrier = world.ask(complete=True)
    world.turn()
    at_once = world.layer == "plain"
    assert (left(world, barrier) == [], world.files(N) == {"d/a": "1"}) == (at_once, at_once)
    assert world.reach(barrier) and world.files(N) == {"d/a": "1"}


def test_word_that_was_wrong_is_worth_nothing(world: World) -> None:
    """A file that changes as it is copied waits until it is quiet, whatever was said of it: nobody tells of writers."""
    world.mode, world.layer, world.control.leases = Mode.WINDOWS_TO_NAS, "plain", False
    world.start()
    world.write(W, "a", "half")
    world.pass_time(0.1)
    barrier = world.ask(complete=True)

    def grow(side: str, name: str, _what: str) -> None:
        if side == "nas" and name == "write":
            world.control.fault = None
            world.write(W, "a", "half and half")

    world.control.fault = grow
    world.turn()
    world.pass_time(0.6)
    world.turn()
    assert left(world, barrier) == ["a"] and world.files(N) == {}
    assert world.reach(barrier) and world.files(N) == {"a": "half and half"}


def test_open_file_is_waited_for_and_named(world: World) -> None:
    world.watching = True
    world.start()
    fd = os.open(world.export / "a", os.O_WRONLY | os.O_CREAT)
    os.write(fd, b"half")
    barrier = world.ask(complete=True)
    assert not world.reach(barrier, 30) and left(world, barrier) == ["a"]
    assert "being written" in world.engine.why_waiting("a", world.now)
    os.close(fd)
    assert world.reach(barrier) and world.files(W) == {"a": "half"}


def test_quiet_period_is_named(world: World) -> None:
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    world.write(W, "a", "1")
    barrier = world.ask()
    world.turn()
    world.pass_time(1)
    assert left(world, barrier) == ["a"]
    assert world.engine.why_waiting("a", world.now).startswith("was looked at 1 s ago")


def test_refused_is_worked_off(world: World) -> None:
    world.start()
    world.write(N, "a:b", "1")
    world.write(N, "con/inner", "1")
    assert world.reach(world.ask())
    assert set(world.status.refused()) == {"a:b", "con"}


def test_what_a_refused_directory_contains(world: World) -> None:
    """Its name becomes free: what is in it is across before the barrier ends."""
    world.start()
    world.write(W, "d", "a file of this name")
    world.write(N, "d/a", "1")
    world.settle()
    assert set(world.status.refused()) == {"d"}
    world.delete(W, "d")
    assert world.reach(world.ask()) and world.files(W) == {"d/a": "1"}


def test_what_waits_for_its_directory(world: World, source: Side) -> None:
    """A directory cannot be made for a while: what it contains belongs to what is waited for."""
    world.write(source, "d/e/a", "1")
    side = source.other.value
    failures = 6

    def fail(where: str, name: str, what: str) -> None:
        nonlocal failures
        if where == side and name == "mkdir" and failures:
            failures -= 1
            raise OSError(errno.EIO, "Input/output error")

    world.control.fault = fail
    assert world.reach(world.ask(), 120) and not failures
    assert world.files(source.other) == {"d/e/a": "1"}


def test_what_is_left_out_with_its_directory(world: World, source: Side) -> None:
    """Only the directory cannot be looked at for a while: what it contains is not worked on either, and not forgotten."""
    world.write(source, "d/a", "1")
    failures = 0

    def fail(where: str, name: str, what: str) -> None:
        nonlocal failures
        if where == source.value and name == "stat" and what == "d" and failures < 5:
            failures += 1
            raise OSError(errno.EIO, "Input/output error")

    barrier = world.ask()
    world.control.fault = fail
    assert world.reach(barrier, 120) and failures == 5
    assert world.files(source.other) == {"d/a": "1"}


def test_what_could_not_be_looked_at(world: World, source: Side) -> None:
    """It becomes readable while somebody waits: what was in it is waited for."""
    world.write(source, "d/a", "1")
    failures = 3

    def fail(where: str, name: str, _what: str) -> None:
        nonlocal failures
        if where == source.value and name == "listing" and failures:
            failures -= 1
            raise OSError(errno.EIO, "Input/output error")

    world.control.fault = fail
    barrier = world.ask()
    assert not barrier.is_taken
    assert world.reach(barrier) and world.files(source.other) == {"d/a": "1"}


def test_deleted_directory_is_gone_with_its_contents(world: World, source: Side) -> None:
    for number in range(3):
        world.write(source, f"d/e/{number}", "1")
    world.write(source, "other", "1")
    world.settle()
    world.delete(source, "d")
    assert world.reach(world.ask())
    assert world.files(source.other) == {"other": "1"} and world.directories(source.other) == set()


def test_more_than_may_wait_at_once(world: World, source: Side, monkeypatch: object) -> None:
    monkeypatch.setattr("nas_sync_agent.sync.engine._MOST_PENDING", 10)
    for number in range(35):
        world.write(source, f"d{number % 4}/{number}", "1")
    barrier = world.ask()
    assert not barrier.is_taken
    assert world.reach(barrier, 120) and world.files(source.other) == world.files(source)


def test_heard_of_again_in_work(world: World) -> None:
    """What changes while it is carried across stays until it has been worked off after its last look."""
    world.watching = True
    world.start()
    world.write(N, "a", "1")
    barrier = world.ask()
    world.pass_time(0.1)

    def rewrite() -> None:
        world.on_progress = lambda: None
        world.write(N, "a", "later")
        world.event("a", Change.CLOSED)

    world.on_progress = rewrite
    world.turn(scan=False)
    assert left(world, barrier) == ["a"]
    assert world.reach(barrier) and world.files(W) == {"a": "later"}
