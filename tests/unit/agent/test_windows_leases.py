# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 6 in a Windows directory on a local file system: the kernel tells whether anybody has a file open."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agent_world import QUIET, World
from nas_sync_agent.errors import Changed
from nas_sync_agent.model import FILE, Change, Entry, Mode, Side
from nas_sync_agent.trees import file_systems
from nas_sync_agent.trees.syscalls import Syscalls
from nas_sync_agent.trees.windows import WindowsTree

W, N = Side.WINDOWS, Side.NAS
EXT4, FUSE, NINE_P, OVERLAY = 0xEF53, 0x65735546, 0x01021997, 0x794C7630


@pytest.fixture(params=[Mode.WINDOWS_TO_NAS, Mode.TWO_WAY])
def local(directory: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world whose Windows directory is on a local file system, and watched."""
    world = World(directory, "plain", request.param)
    world.watching = True
    world.start()
    yield world
    world.close()


def turn(world: World, seconds: float = 0.05) -> None:
    """One turn by what was heard alone, after the kernel's clock has moved on."""
    world.pass_time(seconds)
    world.turn()
    world.pass_time(seconds)
    world.turn()


def open_for_writing(world: World, path: str, content: str) -> int:
    """A descriptor of a file of which a part was written."""
    world.write(W, path, content)
    return os.open(world.windows / path, os.O_WRONLY | os.O_APPEND)


def close(world: World, fd: int, content: str) -> None:
    """The rest is written."""
    os.write(fd, content.encode())
    world.pass_time(0.001)
    os.utime(fd, ns=(world.wall_ns(), world.wall_ns()))
    os.close(fd)


def test_what_is_closed_needs_no_quiet_period(local: World) -> None:
    local.write(W, "d/a", "1")
    turn(local)
    assert local.files(N) == {"d/a": "1"}
    local.delete(W, "d/a")
    turn(local)
    assert local.files(N) == {}


def test_open_file_waits_for_its_close(local: World) -> None:
    fd = open_for_writing(local, "a", "half")
    for _second in range(60):
        turn(local, 0.5)
    assert local.files(N) == {}
    assert local.engine is not None and local.engine.why_waiting("a", local.now) == "it is being written"
    close(local, fd, " and half")
    turn(local)
    assert local.files(N) == {"a": "half and half"}


def test_closed_without_a_word(local: World) -> None:
    """No event tells of the close: the file comes at the next look all the same."""
    fd = open_for_writing(local, "a", "half")
    turn(local)
    local.watchers.pop(W).close()
    close(local, fd, " and half")
    turn(local, QUIET)
    assert local.files(N) == {"a": "half and half"}


def test_silent_writer_is_not_waited_for_forever(local: World) -> None:
    fd = open_for_writing(local, "a", "half")
    turn(local)
    turn(local, 290)
    assert local.files(N) == {}
    turn(local, 11)
    assert local.files(N) == {"a": "half"}
    close(local, fd, " and half")
    turn(local)
    assert local.files(N) == {"a": "half and half"}


def test_where_no_lease_is_to_be_had_the_quiet_period_decides(local: World) -> None:
    local.control.leases = False
    local.write(W, "a", "1")
    turn(local)
    assert local.files(N) == {}
    turn(local, QUIET)
    assert local.files(N) == {"a": "1"}


def test_word_of_nobody_writing_is_not_believed_against_the_kernel(local: World) -> None:
    fd = open_for_writing(local, "a", "half")
    local.pass_time(0.1)
    barrier = local.ask(complete=True)
    assert not local.reach(barrier, 10) and local.files(N) == {}
    close(local, fd, " and half")
    assert local.reach(barrier) and local.files(N) == {"a": "half and half"}


def test_what_is_open_at_the_start_is_left_out_and_told(directory: Path) -> None:
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
    world.start()
    world.once = True
    fd = open_for_writing(world, "a", "half")
    world.pass_time(3600)
    world.settle()
    assert world.files(N) == {}
    os.close(fd)
    world.settle()
    assert world.files(N) == {"a": "half"}
    world.close()


def turn_with(world: World, happen: Callable[[], None], call: int) -> None:
    """One turn of the agent, in which something happens once, before the call of that number."""
    left = call

    def count(_side: str, _name: str, _what: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            world.control.fault = None
            happen()

    world.control.fault = count
    turn(world)
    world.control.fault = None


@pytest.mark.parametrize("call", range(30))
def test_replaced_between_any_two_calls(directory: Path, call: int) -> None:
    """Another version comes in place of the one that was looked at, with a writer that is not ready: no part is taken."""
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
    world.watching = True
    world.start()
    world.write(W, "a", "first")
    world.pass_time(1)
    opened: list[int] = []

    def replace() -> None:
        world.write(W, ".new", "half")
        opened.append(os.open(world.windows / ".new", os.O_WRONLY | os.O_APPEND))
        (world.windows / ".new").rename(world.windows / "a")

    turn_with(world, replace, call)
    turn(world, 1)
    turn(world, 1)
    assert world.files(N) in ({}, {"a": "first"}) and opened
    close(world, opened[0], " and half")
    turn(world, 1)
    assert world.files(N) == {"a": "half and half"}
    world.close()


@pytest.mark.parametrize("call", range(30))
def test_written_between_any_two_calls(directory: Path, call: int) -> None:
    """Somebody begins to write in place after the kernel was asked: what is copied is whole, or nothing is."""
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
    world.watching = True
    world.start()
    world.write(W, "a", "first")
    world.pass_time(1)
    opened: list[int] = []
    turn_with(world, lambda: opened.append(open_for_writing(world, "a", "half")), call)
    turn(world, 1)
    turn(world, 1)
    assert world.files(N) in ({}, {"a": "first"}) and opened
    close(world, opened[0], " and half")
    turn(world, 1)
    assert world.files(N) == {"a": "half and half"}
    world.close()


def test_a_batch_under_way_is_not_taken_for_leftovers(directory: Path) -> None:
    """A directory that appears in Windows while files for it are being brought there is looked through: they stay."""
    world = World(directory, "plain", Mode.TWO_WAY)
    world.watching = True
    world.start()
    for path in ("d/a", "d/b", "d/c"):
        world.write(N, path, path)
    world.control.changes.clear()
    told: list[str] = []

    def appear() -> None:
        under_way = [path for path in world.files(W, temporary=True) if path not in world.files(W)]
        if under_way and len(told) < 3:
            told.extend(under_way)
            world.event("d", Change.DIRECTORY, W)

    world.on_progress = appear
    world.settle()
    assert told
    assert world.files(W) == {path: path for path in ("d/a", "d/b", "d/c")}
    assert [name for name, _what in world.control.changes].count("create") == 3, "one was made anew"
    world.close()


class Elsewhere(Syscalls):
    """The root is on ext4, and every file on something else that is mounted inside."""

    def __init__(self, root: int, inside: int) -> None:
        self.numbers = [root, inside]

    def file_system(self, _fd: int) -> int:
        return self.numbers.pop(0)

    def fstat(self, fd: int) -> os.stat_result:
        found = super().fstat(fd)
        values = list(found)
        values[stat.ST_DEV] += not stat.S_ISDIR(found.st_mode)
        return os.stat_result(values, {"st_mtime_ns": found.st_mtime_ns})


@pytest.mark.parametrize(("root", "inside", "told"), [(EXT4, EXT4, False), (EXT4, FUSE, None), (NINE_P, EXT4, None)])
def test_mounted_inside(directory: Path, root: int, inside: int, told: bool | None) -> None:
    """A lease through FUSE says nothing, whatever the directory around it is on."""
    (directory / "a").write_text("x")
    tree = WindowsTree(str(directory), Elsewhere(root, inside))
    tree.open()
    entry = tree.look("a")
    assert entry is not None
    assert tree.has_writer("a", entry) is told
    tree.close()


def test_another_file_than_the_one_that_was_seen(directory: Path) -> None:
    (directory / "a").write_text("x")
    tree = WindowsTree(str(directory))
    tree.open()
    for path in ("a", "gone"):
        with pytest.raises(Changed):
            tree.has_writer(path, Entry(FILE, 2))
    tree.close()


@pytest.mark.parametrize(
    ("number", "name", "local"),
    [
        *[(EXT4, "ext4", True), (0x01021994, "tmpfs", True), (0x9123683E, "btrfs", True), (0x58465342, "xfs", True)],
        *[(FUSE, "fuse", False), (NINE_P, "9p", False), (OVERLAY, "overlayfs", False), (0x6969, "nfs", False)],
        *[(0xFF534D42, "cifs", False), (0, "0x0", False), (0x1234, "0x1234", False)],
    ],
)
def test_kinds_of_file_systems(number: int, name: str, local: bool) -> None:
    assert file_systems.is_local(number) is local and file_systems.name(number) == name
