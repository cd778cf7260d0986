# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An agent that is killed as it follows renames: at every call, and again as it makes good."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from agent_world import World, scratch
from nas_sync_agent.model import Mode, Side
from nas_sync_agent.sync import ledger_moves
from nas_sync_agent.sync.ledger import Ledger

W, N = Side.WINDOWS, Side.NAS
FILES = {"d/a": "content a", "d/b": "content b", "d/e/c": "content c", "other": "content o"}
Case = Callable[[World, Side], None]
_MOST_CALLS = 2000
_STRIDE = int(os.environ.get("AGENT_CRASH_STRIDE", "11"))
"""Of the calls of a second start one in so many, others each time, see ``test_crashes.py``."""


def rename(world: World, side: Side, old: str, new: str) -> None:
    world.pass_time(0.001)
    (world.root(side) / old).rename(world.root(side) / new)


def directory(world: World, side: Side) -> None:
    rename(world, side, "d", "f")


def files(world: World, side: Side) -> None:
    rename(world, side, "d/a", "d/z")
    rename(world, side, "other", "another")


def both(world: World, side: Side) -> None:
    rename(world, side, "d", "f")
    rename(world, side, "f/a", "f/z")
    world.write(side, "f/b", "second b")


def made(mode: Mode, layer: str, side: Side, case: Case) -> World:
    """A world whose watched source has just had its renames."""
    world = World(Path(tempfile.mkdtemp(dir=scratch())), layer, mode)
    world.watching = True
    world.start()
    for path, content in FILES.items():
        world.write(side, path, content)
    world.settle()
    case(world, side)
    return world


def finish(world: World, side: Side) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Both trees at rest, and after all was changed, and deleted: whose file is whose shows only then."""
    outcomes = []
    for change in (
        lambda _path: None,
        lambda path: world.write(side, path, f"later {path}"),
        world_delete(world, side),
    ):
        for path in sorted(world.files(side)):
            change(path)
        world.settle()
        assert not list((world.state / "stage").iterdir())
        assert world.ledger is not None and not world.ledger.moves()
        outcomes.append((world.files(W), world.files(N)))
    return outcomes


def world_delete(world: World, side: Side) -> Callable[[str], None]:
    return lambda path: world.delete(side, path)


def close(world: World) -> None:
    world.close()
    shutil.rmtree(world.windows.parent)


@pytest.fixture(
    params=[
        (Mode.WINDOWS_TO_NAS, "plain", W),
        (Mode.NAS_TO_WINDOWS, "plain", N),
        (Mode.NAS_TO_WINDOWS, "windows", N),
        (Mode.TWO_WAY, "plain", W),
        (Mode.TWO_WAY, "windows", N),
    ],
    ids=lambda case: f"{case[0].value}-{case[1]}-{case[2].value}",
)
def told(request: pytest.FixtureRequest) -> tuple[Mode, str, Side]:
    """A mode, the file system of the Windows side, and the side on which things are renamed."""
    mode, layer, side = request.param
    return mode, layer, side


@pytest.mark.parametrize(("case", "records"), [(directory, 2), (directory, 2000), (files, 2000), (both, 2000)])
def test_killed_at_every_call(
    told: tuple[Mode, str, Side], case: Case, records: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides end up as if it had not been, also where the records need several transactions."""
    monkeypatch.setattr(ledger_moves, "CHUNK", records)
    undisturbed = made(*told, case)
    expected = finish(undisturbed, told[2])
    assert undisturbed.status.snapshot()["delivered"]["moved"] > 0
    close(undisturbed)
    call, died = 0, True
    while died:
        assert call < _MOST_CALLS
        world = made(*told, case)
        died = world.killed_at(call)
        assert {*world.files(W).values(), *world.files(N).values()} <= {*FILES.values(), "second b"}
        assert finish(world, told[2]) == expected, f"killed at call {call}"
        close(world)
        call += 1
    assert call > 20


def test_killed_again_as_it_makes_good(told: tuple[Mode, str, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_moves, "CHUNK", 2)
    undisturbed = made(*told, directory)
    expected = finish(undisturbed, told[2])
    close(undisturbed)
    kills = 0
    for call in range(_MOST_CALLS):
        world = made(*told, directory)
        died = world.killed_at(call)
        half = died and _has_moves(world)
        close(world)
        if not died:
            break
        again = call % _STRIDE
        while half:
            world = made(*told, directory)
            world.killed_at(call)
            half = world.killed_at(again, "start")
            assert finish(world, told[2]) == expected, f"killed at call {call}, and at call {again} of the next start"
            close(world)
            again += _STRIDE
            kills += 1
    assert kills > 10


def _has_moves(world: World) -> bool:
    """Whether a killed agent was about to move something."""
    ledger = Ledger(str(world.state / "ledger.sqlite"))
    try:
        return bool(ledger.moves())
    finally:
        ledger.close()


@pytest.mark.parametrize("gone", ["d", "other"])
def test_deleted_there_before_the_next_start(told: tuple[Mode, str, Side], gone: str) -> None:
    """Whatever a user of the other side does before the next agent, nothing is lost that he has not deleted."""
    if told[0] is Mode.TWO_WAY:
        pytest.skip("there a deletion is carried over")
    new = {"d": "f", "other": "another"}[gone]
    for call in range(_MOST_CALLS):
        world = made(*told, lambda world, side: rename(world, side, gone, new))
        died = world.killed_at(call)
        for path in (gone, new):
            if (world.root(told[2].other) / path).exists():
                world.delete(told[2].other, path)
        world.write(told[2].other, "theirs", "theirs")
        world.settle()
        assert world.read(told[2].other, "theirs") == "theirs"
        left = {path: content for path, content in world.files(told[2].other).items() if path != "theirs"}
        assert left.items() <= world.files(told[2]).items()
        close(world)
        if not died:
            return
    raise AssertionError("it never ends")
