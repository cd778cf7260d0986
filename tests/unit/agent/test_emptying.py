# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both sides and the ledger are made empty: nothing comes back, and nothing of a tester's is lost."""

from __future__ import annotations

import contextlib
import os

import pytest
from agent_faults import Killed
from agent_world import World
from nas_sync_agent.cli import DeletionLimit
from nas_sync_agent.errors import Emptied
from nas_sync_agent.model import Mode, Side

W, N = Side.WINDOWS, Side.NAS
MODES = [Mode.NONE, Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS, Mode.TWO_WAY]


def empty(world: World, *, force: bool = False) -> dict[str, dict[str, object]]:
    engine = world.engine or world.start()
    done = engine.empty(force=force)
    return {
        "removed": {side.value: sorted(done.removed[side]) for side in Side},
        "kept": {side.value: done.kept[side] for side in Side},
    }


@pytest.mark.parametrize("mode", MODES)
def test_delivered_files_go_on_both_sides(world: World, mode: Mode) -> None:
    world.start()
    for number in range(3):
        world.write(N, f"d/e/{number}", str(number))
    world.settle()
    assert len(world.files(W)) == 3
    world.mode = mode
    world.start()
    done = empty(world)
    assert done["kept"] == {"windows": {}, "nas": {}}
    assert done["removed"]["windows"] == done["removed"]["nas"] == ["d", "d/e", "d/e/0", "d/e/1", "d/e/2"]
    world.settle()
    for side in Side:
        assert world.files(side) == {} and world.directories(side) == set()
    assert list(world.ledger.below("")) == [] and world.status.halted_reason == ""


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("force", [False, True])
def test_tester_keeps_his_own(world: World, mode: Mode, force: bool) -> None:
    """Unless he says otherwise; then its name is in the answer."""
    world.start()
    world.write(N, "d/delivered", "1")
    world.write(N, "edited", "1")
    world.settle()
    world.write(W, "d/own", "tester")
    world.write(W, "edited", "tester")
    world.mode = mode
    world.start()
    done = empty(world, force=force)
    assert done["removed"]["nas"] == ["d", "d/delivered", "edited"]
    if force:
        assert done["removed"]["windows"] == ["d", "d/delivered", "d/own", "edited"] and world.files(W) == {}
    else:
        assert done["removed"]["windows"] == ["d/delivered"] and set(done["kept"]["windows"]) == {
            "d",
            "d/own",
            "edited",
        }
        assert world.files(W) == {"d/own": "tester", "edited": "tester"}
    world.settle()
    expected = world.files(W) if W in mode.sources else {}
    assert world.files(N) == expected, "what is kept counts as new"


def test_what_a_consumer_deleted_comes_back_with_the_next_test(world: World) -> None:
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    world.write(W, "order", "1")
    world.settle()
    world.delete(N, "order")
    world.settle()
    assert world.files(N) == {}
    assert empty(world)["kept"]["windows"] == {"order": "it was not delivered, or has changed since"}
    world.settle()
    assert world.files(N) == {"order": "1"}


def test_same_files_again(world: World, source: Side) -> None:
    for _round in range(3):
        world.write(source, "d/a", "same")
        world.settle()
        assert world.files(source.other) == {"d/a": "same"}
        empty(world, force=True)
        world.settle()
        assert world.files(W) == world.files(N) == {}


def test_all_kinds_go_from_the_nas_side(world: World) -> None:
    world.start()
    os.mkfifo(world.export / "fifo")
    (world.export / "link").symlink_to("/etc/passwd")
    (world.export / "to-directory").symlink_to("/etc")
    (world.export / ".nfs0000000000000001").write_text("x")
    (world.export / ".file-simulator.json").write_text("x")
    world.write(N, "a", "1")
    os.link(world.export / "a", world.export / "b")
    world.settle()
    done = empty(world)
    assert len(done["removed"]["nas"]) == 7 and list(world.export.iterdir()) == []
    world.settle()
    assert list((world.state / "stage").iterdir()) == [] and world.status.refused() == {}


def test_marker_stays(world: World) -> None:
    world.start()
    empty(world, force=True)
    world.settle()
    assert world.status.halted_reason == "" and len(list(world.windows.iterdir())) == 1


@pytest.mark.parametrize("written", [False, True])
def test_open_file(world: World, written: bool) -> None:
    """What a client has open is not dropped: what it writes from here on comes back as something new."""
    world.watching = True
    world.start()
    fd = os.open(world.export / "log", os.O_WRONLY | os.O_CREAT)
    os.write(fd, b"old")
    world.hear()
    empty(world)
    assert world.files(N) == {}
    if written:
        world.pass_time(1)
        os.write(fd, b" and new")
    os.close(fd)
    world.settle()
    expected = {"log": "old and new"} if written else {}
    assert world.files(N) == world.files(W) == expected


def test_withheld_deletions_are_settled(world: World) -> None:
    """All of a side is gone and nobody saw it go: to make the other one empty is the word that it is meant."""
    world.mode, world.limit = Mode.WINDOWS_TO_NAS, DeletionLimit(1, False)
    world.start()
    for number in range(5):
        world.write(W, str(number), "1")
    world.settle()
    for number in range(5):
        world.delete(W, str(number))
    with pytest.raises(Emptied):
        world.rescan()
    assert len(empty(world)["removed"]["nas"]) == 5
    world.settle()
    assert world.status.halted_reason == "" and world.files(N) == {}
    assert not any(path.name.startswith(("withheld", "accepted")) for path in world.state.iterdir())


def test_changed_at_the_last_moment(world: World) -> None:
    """A version that came after the look is new, and stays unless it is removed as such."""
    world.start()
    world.write(N, "a", "1")
    world.settle()
    times = 0

    def rewrite(side: str, name: str, _what: str) -> None:
        nonlocal times
        if side == "nas" and name == "rename" and times < 5:
            times += 1
            world.write(N, "a", f"version {times}")

    world.control.fault = rewrite
    done = empty(world)
    assert done["kept"]["nas"] == {"a": "it has changed meanwhile"}
    world.control.fault = None
    world.settle()
    assert world.files(N) == world.files(W) == {"a": "version 3"}


@pytest.mark.parametrize("mode", MODES)
def test_killed_anywhere(world: World, mode: Mode) -> None:
    """Nothing of the tester's is lost, no part appears, and the next call goes on."""
    for call in range(0, 400, 3):
        world.mode = Mode.NAS_TO_WINDOWS
        world.start()
        for number in range(3):
            world.write(N, f"d/{number}", str(number))
        world.settle()
        world.write(W, "d/own", "tester")
        world.mode = mode
        world.start()
        world.settle()
        world.control.die_after = call
        with contextlib.suppress(Killed):
            world.engine.empty(force=False)
        killed = world.control.dead
        world.control.die_after = None
        world.stop()
        world.control.revive()
        world.start()
        world.settle()
        allowed = {"0", "1", "2", "tester"}
        assert set(world.files(W).values()) | set(world.files(N).values()) <= allowed
        assert world.files(W).get("d/own") == "tester"
        done = empty(world)
        assert world.files(W) == {"d/own": "tester"}, (call, done)
        if W not in mode.sources:
            assert world.files(N) == {}, call
        empty(world, force=True)
        world.settle()
        assert world.files(W) == world.files(N) == {}
        if not killed:
            return
    raise AssertionError("it never came to its end")
