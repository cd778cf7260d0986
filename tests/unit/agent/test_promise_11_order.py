# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 11: what was finished earlier comes earlier or together, so that no marker comes before its data."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_world import QUIET, World
from nas_sync_agent.model import Mode, Side
from nas_sync_agent.sync.publisher import Publisher

W, N = Side.WINDOWS, Side.NAS
MARKERS = ("_READY", "_SUCCESS", "z/data.done")


class Watch:
    """Notes at each call that gives content its name in which order files come to a side."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.order: list[str] = []
        world.control.fault = self.look

    def look(self, _side: str, _name: str, _what: str) -> None:
        found = self.world.files(self.world.mode.sources[0].other)
        self.order += sorted(path for path in found if path not in self.order)

    def end(self) -> list[str]:
        self.world.control.fault = None
        self.look("", "", "")
        return self.order


@pytest.fixture(params=[(W, True), (W, False), (N, True)], ids=["windows watched", "windows polled", "nas"])
def source(directory: Path, request: pytest.FixtureRequest) -> Iterator[tuple[World, Side]]:
    """A one-way world at rest, and its source."""
    side, watched = request.param
    mode = Mode.WINDOWS_TO_NAS if side is W else Mode.NAS_TO_WINDOWS
    world = World(directory, "plain" if watched else "windows", mode)
    world.watching = True
    world.start()
    world.settle()
    yield world, side
    world.close()


def settle(world: World) -> None:
    for _turn in range(200):
        world.turn()
        world.pass_time(0.01)
    world.settle()


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("seed", range(10))
def test_marker_after_its_data(source: tuple[World, Side], marker: str, seed: int) -> None:
    """Files in any order of names and depths, one after the other, while the agent does or does not work meanwhile."""
    world, side = source
    chance = random.Random(seed)
    paths = [f"{'d/' * (number % 3)}{chance.choice('AZaz')}{number}" for number in range(8)]
    chance.shuffle(paths)
    apart = 1.001 if world.layer == "windows" else 0.003  # times are whole seconds there
    watch = Watch(world)
    for path in [*paths, marker]:
        world.write(side, path, f"{path} {seed}", takes=apart)
        if chance.random() < 0.3:
            world.turn()
    settle(world)
    assert watch.end()[-1] == marker and sorted(watch.order) == sorted([*paths, marker])


def test_all_in_the_order_of_their_closes(source: tuple[World, Side]) -> None:
    world, side = source
    paths = ["z", "d/e/y", "a", "d/b", "x", "A0"]
    watch = Watch(world)
    for path in paths:
        world.write(side, path, path, takes=1.001)
    settle(world)
    assert watch.end() == paths


@pytest.fixture(params=[W, N])
def told(directory: Path, request: pytest.FixtureRequest) -> Iterator[tuple[World, Side]]:
    """A one-way world at rest whose source is watched."""
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS if request.param is W else Mode.NAS_TO_WINDOWS)
    world.watching = True
    world.start()
    world.settle()
    yield world, request.param
    world.close()


def test_times_that_were_set_do_not_count(told: tuple[World, Side]) -> None:
    """Data copied with their times, which are later than the marker's."""
    world, side = told
    watch = Watch(world)
    for number, path in enumerate(["b", "a", "_READY"]):
        world.write(side, path, path)
        os.utime(world.root(side) / path, (2_000_000_000 - number, 2_000_000_000 - number))
    settle(world)
    assert watch.end() == ["b", "a", "_READY"]


def test_marker_opened_before_the_data_were_closed(told: tuple[World, Side]) -> None:
    world, side = told
    watch = Watch(world)
    with (world.root(side) / "_READY").open("w") as marker:
        marker.write("x")
        marker.flush()
        world.turn()
        world.pass_time(QUIET - 0.02)  # when it is about to be looked at once more
        world.write(side, "data", "x")
    settle(world)
    assert watch.end() == ["data", "_READY"]


def test_data_that_are_renamed_into_place(told: tuple[World, Side]) -> None:
    """An old marker that is renamed into place again is as new as that."""
    world, side = told
    root = world.root(side)
    watch = Watch(world)
    world.write(side, "_READY", "old")
    world.write(side, ".data", "x")
    (root / ".data").rename(root / "data")
    world.write(side, ".ready", "new")
    (root / ".ready").rename(root / "_READY")
    settle(world)
    assert watch.end() == ["data", "_READY"] and world.read(side.other, "_READY") == "new"


def test_data_that_the_server_closes_late(directory: Path) -> None:
    """NFS-Ganesha keeps a descriptor for a while after the client's close; the marker's is closed at once."""
    world = World(directory, "plain", Mode.NAS_TO_WINDOWS)
    world.watching = True
    world.start()
    watch = Watch(world)
    kept = os.open(world.export / "data", os.O_WRONLY | os.O_CREAT)
    world.write(N, "data", "x")
    world.turn()
    world.write(N, "_READY", "x")
    for _turn in range(10):
        world.turn()
        world.pass_time(0.05)
    assert world.files(W) == {}
    os.close(kept)
    settle(world)
    assert watch.end() == ["data", "_READY"]
    world.close()


def test_what_is_open_holds_up_nothing(told: tuple[World, Side]) -> None:
    world, side = told
    with (world.root(side) / "log").open("w") as log:
        log.write("x")
        log.flush()
        world.turn()
        world.write(side, "b", "x")
        for _turn in range(4):
            world.pass_time(0.03)
            world.turn()
        assert world.files(side.other) == {"b": "x"}


def test_one_bad_file_holds_up_nothing_for_long(told: tuple[World, Side]) -> None:
    """It goes ahead of it in the batch in which it has failed, and of each next try."""
    world, side = told

    def fault(_side: str, name: str, what: str) -> None:
        if name == "open" and what == "bad":
            raise OSError(5, "Input/output error")

    world.control.fault = fault
    world.write(side, "bad", "x")
    world.write(side, "good", "x")
    for number in itertools.count():
        world.pass_time(0.05)
        world.turn()
        if world.files(side.other) == {"good": "x"}:
            break
        assert number < 100
    world.control.fault = None
    world.settle(40)
    assert world.files(side.other) == {"bad": "x", "good": "x"}


def test_files_that_keep_coming_hold_up_nothing_for_long(directory: Path) -> None:
    """Polled, by their times: older ones come again and again, each of which has to be quiet."""
    world = World(directory, "windows", Mode.WINDOWS_TO_NAS)
    world.start()
    world.write(W, "new", "x")
    for number in range(20):
        world.write(W, f"old-{number}", "x")
        os.utime(world.windows / f"old-{number}", (1_600_000_000 + number, 1_600_000_000 + number))
        world.turn()
        world.pass_time(0.5)
    assert "new" in world.files(N)
    world.close()


def test_more_than_one_turn_takes(source: tuple[World, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nas_sync_agent.sync.engine._CHUNK", 3)
    world, side = source
    watch = Watch(world)
    paths = [f"{name}{number}" for number in range(5) for name in ("d/z", "a")]
    for path in [*paths, "_READY"]:
        world.write(side, path, path, takes=1.001)
    settle(world)
    assert watch.end() == [*paths, "_READY"]


def test_what_was_held_up_goes_in_one_batch(told: tuple[World, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    """And not one by one, each with syncs of its own."""
    world, side = told
    kept = os.open(world.root(side) / "data", os.O_WRONLY | os.O_CREAT)
    world.write(side, "data", "x")
    world.turn()
    for number in range(30):
        world.write(side, f"{number:02}", "x")
    for _turn in range(5):
        world.turn()
        world.pass_time(0.05)
    assert world.files(side.other) == {}
    os.close(kept)
    batches: list[int] = []
    publish = Publisher.publish
    monkeypatch.setattr(Publisher, "publish", lambda self, batch: (batches.append(len(batch)), publish(self, batch))[1])
    watch = Watch(world)
    settle(world)
    assert watch.end() == ["data", *(f"{number:02}" for number in range(30))]
    assert max(batches) >= 29
