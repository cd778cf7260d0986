# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that has a file open goes on writing it, whatever the agent does at its name: nothing it writes is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agent_world import World
from nas_sync_agent.model import Change, Mode, Side

W, N = Side.WINDOWS, Side.NAS
THEIRS = "what a client writes"


class OpenFile:
    """A client's descriptor, opened before the agent begins its work."""

    def __init__(self, world: World, path: str) -> None:
        self._world = world
        self._fd = os.open(world.export / path, os.O_WRONLY)
        self.wrote = False

    def write(self, content: str = THEIRS) -> None:
        self.wrote = True
        os.pwrite(self._fd, content.encode(), 0)
        os.truncate(self._fd, len(content))

    def close(self) -> None:
        os.close(self._fd)


def overwrite(world: World) -> None:
    world.write(W, "d/a", "the tester's second version")


def delete(world: World) -> None:
    world.delete(W, "d/a")


def delete_the_directory(world: World) -> None:
    world.delete(W, "d")


CHANGES = [overwrite, delete, delete_the_directory]
CALLS = 200
"""The agent's work in these tests needs fewer."""


@pytest.fixture(params=[Mode.WINDOWS_TO_NAS, Mode.TWO_WAY])
def replacing(directory: Path, layer: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world in which ``d/a`` was delivered from the Windows directory."""
    world = World(directory, layer, request.param)
    world.watching = True
    world.start()
    world.write(W, "d/a", "the tester's")
    world.settle()
    yield world
    world.close()


def at_call(world: World, call: int, act: Callable[[], None]) -> None:
    """Act before the agent's n-th call from now on."""
    left = call

    def fault(_side: str, _name: str, _what: str) -> None:
        nonlocal left
        left -= 1
        if left == -1:
            act()

    world.control.fault = fault


def expect_kept(world: World) -> None:
    """The client's content is somewhere on the NAS side, and where both sides are sources on Windows too."""
    assert THEIRS in world.files(N).values()
    assert not list((world.state / "stage").iterdir())
    if world.mode is Mode.TWO_WAY:
        assert world.files(W) == world.files(N)
        world.rescan()
        world.settle()
        assert world.status.snapshot()["found_by_rescan"] == 0
    assert world.files(N, temporary=True) == world.files(N)


@pytest.mark.parametrize("change", CHANGES)
def test_written_at_every_step_and_closed_at_once(replacing: World, change: Callable[[World], None]) -> None:
    for call in range(CALLS):
        world = replacing
        world.control.fault = None
        world.write(W, "d/a", f"the tester's, before call {call}")
        world.settle()
        for path in [path for path in world.files(N) if path != "d/a"]:
            world.delete(W, path) if (world.windows / path).exists() else world.delete(N, path)
        world.settle()
        client = OpenFile(world, "d/a")

        def write(client: OpenFile = client) -> None:
            client.write()
            client.close()

        change(world)
        at_call(world, call, write)
        world.settle()
        world.control.fault = None
        if not client.wrote:
            client.close()
            assert call > 10
            return
        world.settle()
        expect_kept(world)
    pytest.fail(f"{CALLS} calls do not cover the agent's work")


@pytest.mark.parametrize("change", CHANGES)
def test_written_long_after_it_was_taken_away(replacing: World, change: Callable[[World], None]) -> None:
    client = OpenFile(replacing, "d/a")
    change(replacing)
    replacing.settle()
    assert replacing.engine is not None and replacing.engine.next_due() is not None
    client.write("half")
    replacing.settle()
    client.write()
    client.close()
    replacing.settle()
    expect_kept(replacing)
    assert "half" not in replacing.files(W).values()
    assert replacing.engine.next_due() is None


@pytest.mark.parametrize("change", CHANGES)
def test_open_and_never_written(replacing: World, change: Callable[[World], None]) -> None:
    """What a client has open without writing it is replaced and removed like everything else."""
    client = OpenFile(replacing, "d/a")
    change(replacing)
    replacing.settle()
    assert replacing.files(N) == replacing.files(W)
    client.close()
    replacing.settle()
    assert replacing.files(N) == replacing.files(W)
    assert not list((replacing.state / "stage").iterdir())


@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize("change", CHANGES)
def test_the_agent_ends_meanwhile(replacing: World, change: Callable[[World], None], killed: bool) -> None:
    client = OpenFile(replacing, "d/a")
    change(replacing)
    replacing.settle()
    replacing.stop()
    if killed:
        client.write()
        client.close()
    replacing.start()
    replacing.settle()
    if not killed:
        client.write()
        client.close()
    replacing.settle()
    expect_kept(replacing)


def test_killed_at_every_step_while_a_client_writes(replacing: World) -> None:
    for call in range(CALLS):
        replacing.write(W, "d/a", f"the tester's, before kill {call}")
        replacing.settle()
        client = OpenFile(replacing, "d/a")
        overwrite(replacing)
        died = replacing.killed_at(call)
        client.write()
        client.close()
        replacing.settle()
        expect_kept(replacing)
        replacing.delete(W, "d")
        replacing.settle()
        for path in replacing.files(N):
            replacing.delete(N, path)
        replacing.settle()
        if not died:
            return
    pytest.fail(f"{CALLS} calls do not cover the agent's work")


@pytest.mark.parametrize("steps", range(6))
def test_replaced_again_while_it_is_put_back(directory: Path, steps: int) -> None:
    """A client replaces the name at each of the agent's calls after another has written there at the last moment."""
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
    world.write(W, "a", "1")
    world.settle()
    world.write(W, "a", "22")
    seen: list[str] = []

    def write(_side: str, name: str, _what: str) -> None:
        if name == "rename_exchange" and not seen:
            world.write(N, "a", "consumers")
            seen.append(name)
        elif seen:
            seen.append(name)
            if len(seen) == steps + 2:
                world.write(N, ".part", "the consumers' next")
                (world.export / ".part").rename(world.export / "a")

    world.control.fault = write
    world.settle()
    files = world.files(N)
    assert "the consumers' next" in files.values() and files["a"] in ("the consumers' next", "consumers")
    assert files["a.conflict-windows"] == "22"
    world.close()


class TestLateClose:
    """NFS-Ganesha closes some descriptors of its own late: a close is no word on who else writes the file."""

    def test_file_that_is_still_written_waits(self, watched: World) -> None:
        with (watched.export / "a").open("w") as client:
            client.write("half")
            client.flush()
            watched.hear()
            (watched.export / "a").open("a").close()
            watched.settle()
            assert watched.files(W) == {}
            client.write(" and half")
        watched.settle()
        assert watched.files(W) == {"a": "half and half"}

    def test_close_while_it_waits_already(self, watched: World) -> None:
        with (watched.export / "a").open("w") as client:
            client.write("half")
            client.flush()
            watched.settle()
            for _time in range(3):
                watched.event("a", Change.CLOSED)
                watched.settle()
                assert watched.files(W) == {}
        watched.settle()
        assert watched.files(W) == {"a": "half"}

    def test_found_by_a_scan(self, world: World) -> None:
        """Open before the agent started: nobody has told of it, and the quiet period is over."""
        world.watching = True
        world.start()
        world.write(N, "a", "half")
        with (world.export / "a").open("a"):
            world.stop()
            world.start()
            world.settle()
            assert world.files(W) == {}
        world.settle()
        assert world.files(W) == {"a": "half"}

    def test_nobody_tells_of_changes(self, world: World) -> None:
        """The export is polled: the limit of inotify watches is reached."""
        world.start()
        world.write(N, "a", "half")
        with (world.export / "a").open("a"):
            world.settle()
            assert world.files(W) == {}
        world.settle()
        assert world.files(W) == {"a": "half"}

    def test_second_name_of_a_file_that_is_written(self, watched: World) -> None:
        with (watched.export / "a").open("w") as client:
            client.write("half")
            client.flush()
            (watched.export / "b").hardlink_to(watched.export / "a")
            watched.settle()
            assert watched.files(W) == {}
            client.write(" and half")
        watched.settle()
        assert watched.read(W, "a") == "half and half"

    def test_not_for_ever(self, watched: World) -> None:
        """A client that keeps a file open and is silent for the time between two rescans has completed it."""
        with (watched.export / "a").open("w") as client:
            client.write("all of it")
            client.flush()
            watched.settle()
            assert watched.files(W) == {}
            watched.pass_time(601)
            watched.settle()
            assert watched.files(W) == {"a": "all of it"}


@pytest.fixture
def watched(world: World) -> World:
    world.watching = True
    world.start()
    return world
