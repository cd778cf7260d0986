# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 9 at the edges: no name, number or depth that a file system can give ends the agent."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from agent_world import World
from nas_sync_agent.model import DIRECTORY, FILE, Intent, Mode, Record, Side, Stamp
from nas_sync_agent.names import is_temporary
from nas_sync_agent.sync.ledger import Ledger

W, N = Side.WINDOWS, Side.NAS
SECOND = 1_000_000_000

STAMPS = {
    "the year 1601": Stamp(1, -11_644_473_600 * SECOND, 1),
    "before 1970": Stamp(1, -1, 1),
    "the year 2300": Stamp(1, 10_413_792_000 * SECOND, 1),
    "the last second of 64 bits": Stamp(1, (2**63 - 1) * SECOND, 1),
    "an inode number of 64 bits": Stamp(1, 1, 2**64 - 1),
    "a size of 63 bits": Stamp(2**63 - 1, 1, 1),
}
NAMES = ("\udcff\udcfe", "\udced\udca0\udc80", "new\nline", "\x01", "\U0001f600", "e\u0301", "#9", "0")


@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
def test_ledger_takes_every_number(directory: Path, stamp: Stamp) -> None:
    record = Record(FILE, b"digest", stamp, stamp, frozenset({N}))
    intent = Intent("d/b", W, "d/t", stamp, (("d/b", record),))
    ledger = Ledger(str(directory / "ledger"))
    ledger.put("d/a", record)
    ledger.begin(intent)
    assert ledger.get("d/a") == record and ledger.intents() == [intent]
    assert list(ledger.children("d", W)) == [("a", FILE, stamp)]
    ledger.close()


@pytest.mark.parametrize("name", NAMES)
def test_ledger_takes_every_name(directory: Path, name: str) -> None:
    record = Record(DIRECTORY, b"", Stamp(0, 0, 0), Stamp(0, 0, 0), frozenset({N}))
    inner = f"{name}/{name}"
    intent = Intent(inner, W, f"{name}/t", Stamp(1, 2, 3), ((inner, record),))
    ledger = Ledger(str(directory / "ledger"))
    for path in (name, inner, name + "0"):
        ledger.put(path, record)
    ledger.begin(intent)
    assert ledger.get(name) == ledger.get(inner) == record and ledger.intents() == [intent]
    assert list(ledger.below(name)) == [inner]
    assert [found for found, _kind, _stamp in ledger.children(name, W)] == [name]
    assert set(ledger.namesakes([name, inner]).values()) == {name, inner}
    ledger.end(intent, done=True)
    ledger.drop(inner)
    assert ledger.intents() == [] and ledger.get(inner) is None and ledger.get(name) == record
    ledger.close()


@pytest.mark.parametrize("seconds", [10_413_792_000, -1, -11_644_473_600])
def test_times(world: World, source: Side, seconds: int) -> None:
    world.write(source, "old", "1")
    world.write(source, "d/neighbour", "2")
    os.utime(world.root(source) / "old", ns=(seconds * SECOND, seconds * SECOND))
    world.settle()
    assert world.files(source.other) == {"old": "1", "d/neighbour": "2"}
    world.turn()
    assert world.engine and not len(world.engine.pending)


def test_names_that_are_not_utf_8(world: World, source: Side) -> None:
    for name in ("\udcff", "d/\udcfe", "\udcff\udcff/inner/a", "good", "d/good"):
        world.write(source, name, "x")
    world.settle()
    assert set(world.files(source.other)) == {"good", "d/good"}
    refused = {item["reason"] for item in world.status.snapshot()["refused"]}
    assert refused == {"the name is not valid UTF-8"}


@pytest.mark.parametrize("layer", ["plain"])
def test_a_deep_tree(world: World, source: Side) -> None:
    depth = 1100
    world.write(source, "neighbour", "x")
    fd = os.open(world.root(source), os.O_RDONLY)
    for _level in range(depth):
        os.mkdir("d", dir_fd=fd)
        inner = os.open("d", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    os.close(os.open("leaf", os.O_WRONLY | os.O_CREAT, 0o666, dir_fd=fd))
    os.close(fd)
    world.settle()
    assert world.read(source.other, "neighbour") == "x"
    assert world.read(source.other, "d/" * depth + "leaf") == ""
    engine = world.start()  # and at the next start it is known
    engine.scan(source, world.now)
    world.settle()
    assert not world.status.snapshot()["error_count"]
    os.unlink(world.root(source) / ("d/" * depth + "leaf"))
    world.settle()
    assert world.read(source.other, "d/" * depth + "leaf") is None


@pytest.mark.parametrize("layer", ["plain"])
def test_a_tree_too_deep_to_be_named(world: World, source: Side) -> None:
    """Its paths would be longer than any program can hand to the kernel: refused where that begins."""
    world.write(source, "neighbour", "x")
    name = "n" * 250
    fd = os.open(world.root(source), os.O_RDONLY)
    for _level in range(40):
        os.mkdir(name, dir_fd=fd)
        inner = os.open(name, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    os.close(fd)
    world.settle()
    assert world.files(source.other) == {"neighbour": "x"}
    (refused,) = world.status.snapshot()["refused"]
    assert "path is longer" in refused["reason"] and len(refused["path"]) < 4096


@pytest.mark.parametrize("error", [ValueError("odd"), OverflowError("odd"), RecursionError("odd"), KeyError("odd")])
@pytest.mark.parametrize("call", ["open", "stat", "read", "write", "mkdir"])
def test_one_door(world: World, source: Side, call: str, error: Exception) -> None:
    """Whatever one path raises, at whatever call, its neighbours arrive, and so does the path later."""
    opened = [""]

    def fault(_side: str, name: str, what: str) -> None:
        if name == "open":
            opened[0] = what
        what = opened[0] if name in ("read", "write") else what
        if name == call and (what in ("bad", "baddir") or is_temporary(what)):
            raise error

    world.write(source, "bad", "1")
    world.write(source, "baddir/a", "2")
    world.write(source, "good", "3")
    world.control.fault = fault
    world.settle()
    world.control.fault = None
    world.write(source, "better", "4")
    world.pass_time(70)
    world.settle()
    assert world.files(source.other) == {"bad": "1", "baddir/a": "2", "good": "3", "better": "4"}
    assert world.status.snapshot()["error_count"] == 0


def test_the_door_lets_the_ledgers_errors_through(world: World, source: Side) -> None:
    """Without a ledger nothing may be done: that is no matter of one path."""

    def fault(side: str, name: str, _what: str) -> None:
        if name == "stat" and side == source.value:
            raise sqlite3.OperationalError("disk I/O error")

    world.write(source, "a", "1")
    world.control.fault = fault
    with pytest.raises(sqlite3.OperationalError):
        world.settle()
    world.control.fault = None


def test_one_file_that_cannot_be_flushed(world: World) -> None:
    """A batch is flushed as one; what one file raises there is that file's alone."""
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    for number in range(5):
        world.write(W, f"f{number}", "x" * (number + 1))

    class Stubborn(Exception):
        pass

    real = world.trees[1].flush

    def flush(temporaries: list[str]) -> None:
        real(temporaries)
        if any(os.stat(world.state / "stage" / name).st_size == 3 for name in temporaries):
            raise Stubborn

    world.trees[1].flush = flush  # type: ignore[method-assign]
    world.settle()
    assert set(world.files(N)) == {"f0", "f1", "f3", "f4"}
    assert [item["path"] for item in world.status.snapshot()["errors"]] == ["f2"]
