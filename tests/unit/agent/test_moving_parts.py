# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What following renames is made of: chains of them, the decision, the ledger's names, the order on the disks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from agent_world import World
from hypothesis import given
from hypothesis import strategies as st
from nas_sync_agent.model import DIRECTORY, FILE, OTHER, Deletions, Entry, Mode, Move, Record, Side, Stamp
from nas_sync_agent.sync import ledger_moves
from nas_sync_agent.sync.exported import Exported
from nas_sync_agent.sync.ledger import Ledger
from nas_sync_agent.sync.move_plan import Seen, may_go_along, plan_move, was_moved
from nas_sync_agent.sync.recorded import directory_record
from nas_sync_agent.sync.renames import Apart, Rename, Renames

W, N = Side.WINDOWS, Side.NAS
STAMP = Stamp(1, 2, 3)
SEEN = Entry(FILE, 1, 2, 3)
RECORD = Record(FILE, b"x", STAMP, STAMP, frozenset({N}))
DIRECTORY_RECORD = directory_record(frozenset({N}))


@given(pairs=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=12))
def test_chains(pairs: list[tuple[str, str]]) -> None:
    """Whatever is renamed in a row, each that is left says where what had a name at first has gone."""
    renames, names = Renames(), {name: name for name in "abcd"}
    for old, new in pairs:
        if old in names and old != new:
            names[new] = names.pop(old)
            renames.add(Rename(W, old, new, 0))
    expected = {new: old for new, old in names.items() if new != old}
    assert {rename.new: rename.old for rename in renames} == expected
    for rename in renames:
        assert renames.to(W, rename.new) is rename and renames.to(N, rename.new) is None
        assert renames.over(f"{rename.new}/x/y") is not None
        renames.end(rename)
    assert not len(renames) and renames.over("a") is None


@pytest.mark.parametrize(
    ("old", "new", "is_related"),
    [
        ("d", "x", True),
        ("x", "f", True),
        ("d/a", "x", True),
        ("x", "f/a", True),
        ("x", "y", False),
        ("d0", "f0", False),
    ],
)
def test_related(old: str, new: str, is_related: bool) -> None:
    """Two renames of which one has to do with what the other moves are not carried out together."""
    one, other = Rename(W, "d", "f", 0), Rename(W, old, new, 0)
    for first, second in ((one, other), (other, one)):
        apart = Apart()
        assert apart.takes(first) and apart.takes(second) is not is_related


CAN = Seen(None, SEEN, None, RECORD, DIRECTORY_RECORD, taken=False)


def decide(seen: Seen, old: str = "d/a", new: str = "d/b", **other: object) -> Move | None:
    given_: dict[str, object] = {"mode": Mode.WINDOWS_TO_NAS, "deletions": Deletions.PROPAGATE, "exported": Exported()}
    return plan_move(Rename(W, old, new, 0), seen, **{**given_, **other})  # type: ignore[arg-type]


def test_what_can_be_followed() -> None:
    assert decide(CAN) == Move("d/b", "d/a", N, RECORD)
    assert decide(CAN, mode=Mode.TWO_WAY) == Move("d/b", "d/a", N, RECORD)
    theirs = replace(RECORD, delivered=frozenset())
    assert decide(replace(CAN, record=theirs), mode=Mode.TWO_WAY) is not None
    directory = replace(CAN, record=DIRECTORY_RECORD, source_new=Entry(DIRECTORY))
    assert decide(directory) == Move("d/b", "d/a", N, DIRECTORY_RECORD)
    assert decide(replace(CAN, parent=None), new="b") is not None


@pytest.mark.parametrize(
    "other",
    [
        {"record": None},
        {"record": replace(RECORD, delivered=frozenset({W}))},
        {"record": replace(RECORD, nas=None)},
        {"record": replace(RECORD, windows=None)},
        {"source_old": SEEN},
        {"source_new": None},
        {"source_new": SEEN._replace(mtime_ns=9)},
        {"source_new": Entry(DIRECTORY)},
        {"source_new": Entry(OTHER)},
        {"target_new": SEEN},
        {"parent": None},
        {"parent": RECORD},
        {"taken": True},
    ],
)
def test_what_cannot_be_followed(other: dict[str, object]) -> None:
    assert decide(replace(CAN, **other)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ("d/a", "d/b", {"mode": Mode.NAS_TO_WINDOWS}),
        ("d/a", "d/b", {"mode": Mode.NONE}),
        ("d/a", "d/b", {"deletions": Deletions.KEEP}),
        ("d/a", "d/A", {}),
        ("d/a", "d/b", {"exported": Exported(["d/a/x"])}),
        ("d/a", "d/b", {"exported": Exported(["D/B"])}),
        ("d/a", "d/" + "b" * 256, {}),
    ],
)
def test_names_and_modes_that_cannot_be_followed(old: str, new: str, other: dict[str, object]) -> None:
    assert decide(CAN, old, new, **other) is None


def test_what_may_go_along() -> None:
    move = Move("f", "d", N, DIRECTORY_RECORD)
    records = {"a": RECORD, "e": DIRECTORY_RECORD}
    entries: dict[str, Entry | None] = {"a": SEEN, "e": Entry(DIRECTORY)}
    one_way = Mode.WINDOWS_TO_NAS

    def may(entries: dict[str, Entry | None], records: dict[str, Record], move: Move = move) -> bool:
        return may_go_along(entries, records, move, "d/x", one_way)

    assert may(entries, records)
    assert not may({**entries, "theirs": SEEN}, records)
    assert not may({"a": SEEN}, records)
    assert not may({**entries, "a": None}, records)
    assert not may({**entries, "a": Entry(OTHER)}, records)
    assert not may(entries, {**records, "a": replace(RECORD, delivered=frozenset())})
    assert not may(entries, records, replace(move, path="f" * 3990 + "/" * 10))


def test_what_was_done() -> None:
    assert was_moved(None, SEEN, RECORD, N) and not was_moved(SEEN, None, RECORD, N)
    assert not was_moved(SEEN, SEEN, RECORD, N) and was_moved(SEEN._replace(inode=9), SEEN, RECORD, N)
    assert not was_moved(None, SEEN._replace(inode=9), RECORD, N)
    assert was_moved(None, Entry(DIRECTORY), DIRECTORY_RECORD, N)
    assert not was_moved(Entry(DIRECTORY), Entry(DIRECTORY), DIRECTORY_RECORD, N)


@pytest.mark.parametrize("chunk", [1, 2, 3, 2000])
@pytest.mark.parametrize(("old", "new"), [("d", "f"), ("d", "x/y/d"), ("d/e", "e"), ("d\udcff", "\udcfed")])
def test_records_get_new_names(
    directory: Path, old: str, new: str, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the path and of all below, no others, in however many transactions."""
    monkeypatch.setattr(ledger_moves, "CHUNK", chunk)
    ledger = Ledger(str(directory / "ledger.sqlite"))
    tops = ["d", "d/e", "d\udcff", "d0", "d.", "D", "x"]
    paths = [*tops, *(f"{top}/{name}" for top in tops for name in ("a", "b\udc80", "e/c"))]
    records = {path: replace(RECORD, digest=path.encode(errors="surrogateescape")) for path in paths}
    for path, record in records.items():
        ledger.put(path, record)
    ledger.note_unsynced([f"{old}/a", "d0/a"], 1, 0)
    ledger.begin_move(N, old, new)
    ledger.commit()
    assert ledger.moves() == [(N, old, new)]
    ledger.end_move(N, old, new, done=True)
    ledger.commit()

    def renamed(path: str) -> str:
        return new + path[len(old) :] if path == old or path.startswith(old + "/") else path

    assert dict(ledger.records()) == {renamed(path): record for path, record in records.items()}
    assert ledger.moves() == [] and set(ledger.unsynced()) == {f"{new}/a", renamed("d0/a")}
    for path in records:
        assert renamed(path) in ledger.namesakes([renamed(path)]).values()
    ledger.close()


def test_what_did_not_happen_changes_no_record(directory: Path) -> None:
    ledger = Ledger(str(directory / "ledger.sqlite"))
    ledger.put("d", RECORD)
    ledger.begin_move(W, "d", "f")
    ledger.end_move(W, "d", "f", done=False)
    assert dict(ledger.records()) == {"d": RECORD} and not ledger.moves()
    ledger.close()


@pytest.mark.parametrize("files", [1, 20])
def test_the_order_in_which_a_rename_reaches_the_disks(
    directory: Path, files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is about to happen, then the names of both sides, then the records."""
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
    world.watching = True
    world.start()
    for number in range(files):
        world.write(W, f"a{number}", "x")
    world.settle()
    noted: list[tuple[str, str]] = []
    world.control.fault = lambda side, name, _what: noted.append((side, name))
    monkeypatch.setattr(Ledger, "sync", lambda _self: noted.append(("ledger", "sync")))
    for number in range(files):
        (world.windows / f"a{number}").rename(world.windows / f"b{number}")
    for _turn in range(2):
        world.turn(scan=False)
        world.pass_time(0.03)
    first = noted.index(("nas", "rename_noreplace"))
    last = len(noted) - 1 - noted[::-1].index(("nas", "rename_noreplace"))
    assert ("ledger", "sync") in noted[:first]
    synced = noted[last : noted.index(("ledger", "commit"), last)]
    assert {side for side, name in synced if name in ("fsync", "syncfs")} == {"nas", "windows"}
    assert world.files(N) == {f"b{number}": "x" for number in range(files)}
    world.close()


def test_a_disk_that_does_not_rename_leaves_it_to_the_ordinary_way(directory: Path) -> None:
    """Whatever is wrong with a rename, the files get there."""
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
    world.watching = True
    world.start()
    world.write(W, "d/a", "x")
    world.settle()

    def refuse(side: str, name: str, what: str) -> None:
        if (side, name, what) == ("nas", "rename_noreplace", "f"):
            raise OSError(5, "Input/output error")

    world.control.fault = refuse
    (world.windows / "d").rename(world.windows / "f")
    world.settle()
    assert world.files(N) == {"f/a": "x"} and world.ledger is not None and not world.ledger.moves()
    assert not world.status.snapshot()["errors"]
    world.close()
