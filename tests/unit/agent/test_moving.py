# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rename is a rename: what is moved within one side is moved on the other, in one step and whole, without a copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agent_world import QUIET, World
from nas_sync_agent.model import Deletions, Mode, Side

W, N = Side.WINDOWS, Side.NAS
FILES = {"d/a": "a", "d/b": "b", "d/e/c": "c", "other": "o"}
WATCHED = [
    (Mode.WINDOWS_TO_NAS, "plain", W),
    (Mode.NAS_TO_WINDOWS, "plain", N),
    (Mode.NAS_TO_WINDOWS, "windows", N),
    (Mode.TWO_WAY, "plain", W),
    (Mode.TWO_WAY, "plain", N),
    (Mode.TWO_WAY, "windows", N),
]


@pytest.fixture(params=WATCHED, ids=lambda case: f"{case[0].value}-{case[1]}-{case[2].value}")
def told(directory: Path, request: pytest.FixtureRequest) -> Iterator[tuple[World, Side]]:
    """A world whose source is watched, at rest, and that source."""
    mode, layer, side = request.param
    world = World(directory, layer, mode)
    world.watching = True
    world.start()
    for path, content in FILES.items():
        world.write(side, path, content)
    world.settle()
    assert world.files(side.other) == FILES
    yield world, side
    world.close()


class Watch:
    """Notes what the agent does to the other side, and what is to be seen there at each of its calls."""

    def __init__(self, world: World, side: Side) -> None:
        self.world, self.side = world, side
        self.calls: list[str] = []
        self.seen: list[dict[str, str]] = []
        world.control.fault = self.note

    def note(self, side: str, name: str, _what: str) -> None:
        if side == self.side.value:
            self.calls.append(name)
        found = self.world.files(self.side)
        if not self.seen or self.seen[-1] != found:
            self.seen.append(found)

    def end(self) -> None:
        self.world.control.fault = None
        self.note("", "", "")

    def copied(self) -> int:
        """How often something was made, removed, or read."""
        changing = ("create", "write", "unlink", "rmdir", "mkdir")
        # In Windows the marker is read, and where times are whole seconds, so is what is to be moved.
        return sum(self.calls.count(name) for name in (*changing, *(("read",) if self.side is N else ())))

    def renamed(self) -> int:
        return self.calls.count("rename_noreplace" if self.world.layer == "plain" else "rename")


def rename(world: World, side: Side, old: str, new: str) -> None:
    world.pass_time(0.001)
    (world.root(side) / old).rename(world.root(side) / new)


def at_once(world: World) -> None:
    """Turns without a scan and, but for the moment that any change is left alone, without waiting."""
    for _turn in range(3):
        world.turn(scan=False)
        world.pass_time(0.03)


def moved(world: World) -> int:
    return int(world.status.snapshot()["delivered"]["moved"])


def deleted(world: World) -> int:
    return int(world.status.snapshot()["delivered"]["deleted"])


def at_rest(world: World, side: Side) -> None:
    """Both sides are equal, and neither rest nor a full comparison find anything to do."""
    world.settle()
    assert world.files(W) == world.files(N) and world.directories(W) == world.directories(N)
    assert world.engine is not None and not list(world.engine.pending)
    world.control.changes.clear()
    world.rescan()
    world.settle()
    assert world.status.snapshot()["found_by_rescan"] == 0
    assert world.control.changes == []
    assert world.files(W) == world.files(N) == world.files(side)
    world.write(side, "later", "x")
    for path in [path for path in world.files(side) if path != "later"]:
        world.delete(side, path)  # whose files these are shows only now
    world.settle()
    assert world.files(W) == world.files(N) == {"later": "x"}


@pytest.mark.parametrize(("old", "new"), [("d", "f"), ("d/a", "d/z"), ("d/e", "d/g"), ("other", "another")])
def test_one_step(told: tuple[World, Side], old: str, new: str) -> None:
    world, side = told
    before = world.files(side)
    watch = Watch(world, side.other)
    rename(world, side, old, new)
    at_once(world)
    watch.end()
    assert watch.seen == [before, world.files(side)]
    assert watch.copied() == 0 and watch.renamed() == 1
    assert (moved(world), deleted(world)) == (1, 0)
    at_rest(world, side)


@pytest.mark.parametrize(("old", "new"), [("d/e", "f"), ("d/a", "z"), ("other", "d/e/o")])
def test_into_another_directory(told: tuple[World, Side], old: str, new: str) -> None:
    """Minikube's server renames inside a directory only: there it is copied, and there for a moment under both names or none."""
    world, side = told
    rename(world, side, old, new)
    at_once(world)
    expected = 0 if (world.layer, side) == ("windows", N) else 1
    assert moved(world) == expected
    if expected:
        assert world.files(side.other) == world.files(side)
    at_rest(world, side)


def test_into_a_directory_that_is_new(told: tuple[World, Side]) -> None:
    world, side = told
    if world.layer == "windows":
        pytest.skip("cannot rename to another directory")
    (world.root(side) / "n" / "m").mkdir(parents=True)
    world.hear()  # what comes before that is found, not heard of
    rename(world, side, "d", "n/m/d")
    at_once(world)
    assert moved(world) == 1 and world.files(side.other) == world.files(side)
    at_rest(world, side)


def test_a_chain(told: tuple[World, Side]) -> None:
    world, side = told
    before = world.files(side)
    watch = Watch(world, side.other)
    for old, new in (("d", "f"), ("f", "g"), ("other", "o1"), ("o1", "o2"), ("g", "h")):
        rename(world, side, old, new)
    at_once(world)
    watch.end()
    assert (moved(world), deleted(world), watch.copied()) == (2, 0, 0)
    assert watch.seen[0] == before and watch.seen[-1] == world.files(side)
    at_rest(world, side)


def test_a_chain_in_steps(told: tuple[World, Side]) -> None:
    world, side = told
    for old, new in (("d", "f"), ("f/a", "f/z"), ("f", "g"), ("g", "d")):
        rename(world, side, old, new)
        at_once(world)
        assert world.files(side.other) == world.files(side)
    assert (moved(world), deleted(world)) == (4, 0)
    at_rest(world, side)


def test_inside_of_what_was_renamed(told: tuple[World, Side]) -> None:
    world, side = told
    rename(world, side, "d", "f")
    rename(world, side, "f/a", "f/z")
    rename(world, side, "f/e", "f/y")
    at_once(world)
    assert (moved(world), deleted(world)) == (3, 0) and world.files(side.other) == world.files(side)
    at_rest(world, side)


def there_and_back(world: World, side: Side) -> None:
    rename(world, side, "d", "f")
    rename(world, side, "f", "d")


def swap(world: World, side: Side) -> None:
    world.write(side, "f/a", "of f")
    world.settle()
    rename(world, side, "d", "t")
    rename(world, side, "f", "d")
    rename(world, side, "t", "f")


def swap_files(world: World, side: Side) -> None:
    rename(world, side, "other", "t")
    rename(world, side, "d/a", "other")
    rename(world, side, "t", "d/a")


def out_and_back(world: World, side: Side) -> None:
    outside = world.root(side).parent / "outside"
    (world.root(side) / "d").rename(outside)
    (outside / "a").unlink()
    outside.rename(world.root(side) / "d")


def out_and_back_elsewhere(world: World, side: Side) -> None:
    outside = world.root(side).parent / "outside"
    (world.root(side) / "d").rename(outside)
    outside.rename(world.root(side) / "f")


def onto_a_file(world: World, side: Side) -> None:
    (world.root(side) / "d" / "a").replace(world.root(side) / "other")


def onto_an_empty_directory(world: World, side: Side) -> None:
    (world.root(side) / "f").mkdir()
    world.settle()
    rename(world, side, "d", "f")


def and_written(world: World, side: Side) -> None:
    rename(world, side, "d", "f")
    world.write(side, "f/a", "written since")
    world.write(side, "f/new", "new")
    world.delete(side, "f/b")


def and_the_old_name_again(world: World, side: Side) -> None:
    rename(world, side, "d", "f")
    world.write(side, "d/a", "another")
    rename(world, side, "other", "o")
    world.write(side, "other", "another")


def and_deleted(world: World, side: Side) -> None:
    rename(world, side, "d", "f")
    world.delete(side, "f")


def and_replaced(world: World, side: Side) -> None:
    rename(world, side, "d", "f")
    world.delete(side, "f")
    world.write(side, "f/b", "another")


def before_it_was_delivered(world: World, side: Side) -> None:
    world.write(side, "n/a", "new")
    rename(world, side, "n", "m")
    world.write(side, "p", "new")
    rename(world, side, "p", "q")


def what_was_written_before(world: World, side: Side) -> None:
    world.write(side, "d/a", "second")
    world.write(side, "d/new", "new")
    rename(world, side, "d", "f")


def the_other_case(world: World, side: Side) -> None:
    rename(world, side, "d", "D")
    rename(world, side, "other", "OTHER")


def become_a_file(world: World, side: Side) -> None:
    rename(world, side, "d", "f")
    rename(world, side, "other", "d")


CASES: list[Callable[[World, Side], None]] = [
    there_and_back,
    swap,
    swap_files,
    out_and_back,
    out_and_back_elsewhere,
    onto_a_file,
    onto_an_empty_directory,
    and_written,
    and_the_old_name_again,
    and_deleted,
    and_replaced,
    before_it_was_delivered,
    what_was_written_before,
    the_other_case,
    become_a_file,
]


@pytest.mark.parametrize("case", CASES)
def test_whatever_else_there_is(told: tuple[World, Side], case: Callable[[World, Side], None]) -> None:
    """Followed or not, both sides are equal in the end."""
    world, side = told
    case(world, side)
    at_rest(world, side)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("case", CASES)
def test_while_the_agent_works(told: tuple[World, Side], case: Callable[[World, Side], None], turns: int) -> None:
    """The same as the agent goes through the renames that came just before."""
    world, side = told
    rename(world, side, "d/b", "d/x")
    rename(world, side, "d/e", "d/y")
    for _turn in range(turns):
        world.turn(scan=False)
        world.pass_time(0.015)
    rename(world, side, "d/x", "d/b")
    rename(world, side, "d/y", "d/e")
    case(world, side)
    at_rest(world, side)


def test_a_stranger_s_file_stays(told: tuple[World, Side]) -> None:
    """Promise 3: a directory in which the other side has something of its own is not moved there."""
    world, side = told
    if world.mode is Mode.TWO_WAY:
        pytest.skip("there it is carried over")
    world.write(side.other, "d/e/theirs", "theirs")
    rename(world, side, "d", "f")
    at_once(world)
    assert moved(world) == 0 and world.read(side.other, "d/e/theirs") == "theirs"
    world.settle()
    assert world.files(side.other) == {**world.files(side), "d/e/theirs": "theirs"}


@pytest.mark.parametrize("kind", ["directory", "link"])
def test_neither_is_anything_else_of_theirs(told: tuple[World, Side], kind: str) -> None:
    world, side = told
    if world.mode is Mode.TWO_WAY:
        pytest.skip("there it is carried over")
    theirs = world.root(side.other) / "d" / "e" / "theirs"
    theirs.mkdir() if kind == "directory" else theirs.symlink_to("elsewhere")
    rename(world, side, "d", "f")
    world.settle()
    assert moved(world) == 0 and os.path.lexists(theirs)


def test_what_they_have_changed_stays(told: tuple[World, Side]) -> None:
    world, side = told
    world.pass_time(1)
    for path in ("d/e/c", "other"):
        world.write(side.other, path, "changed")
    rename(world, side, "d", "f")
    rename(world, side, "other", "o")
    at_once(world)
    assert moved(world) == 0
    world.settle()
    assert {path: world.read(side.other, path) for path in ("d/e/c", "other")} == dict.fromkeys(
        ("d/e/c", "other"), "changed"
    )


def test_a_name_that_is_taken_there(told: tuple[World, Side]) -> None:
    world, side = told
    world.write(side.other, "f", "theirs")
    world.write(side.other, "o", "theirs")
    rename(world, side, "d", "f")
    rename(world, side, "other", "o")
    at_once(world)
    assert moved(world) == 0
    world.settle()
    assert "theirs" in world.files(side.other).values()
    assert {"a", "b", "c", "o"} <= {*world.files(side.other).values(), *world.files(side).values()}


def test_what_they_change_in_the_very_moment_stays_theirs(told: tuple[World, Side]) -> None:
    """Where nobody but this machine changes a tree, it is looked at once more when it has its new name."""
    world, side = told
    if world.mode is Mode.TWO_WAY or (world.layer, side) == ("windows", N):
        pytest.skip("there it is carried over, or such a moment is promise 3's exception")
    seen: list[str] = []

    def change(where: str, name: str, _what: str) -> None:
        if where == side.other.value and name == "rename_noreplace" and not seen:
            seen.append(name)
            world.write(side.other, "d/e/theirs", "theirs")
            world.write(side.other, "d/a", "changed")

    world.control.fault = change
    rename(world, side, "d", "f")
    at_once(world)
    world.control.fault = None
    assert seen and world.read(side.other, "d/e/theirs") == "theirs" and world.read(side.other, "d/a") == "changed"
    world.settle()
    assert world.files(side.other) == {**world.files(side), "d/e/theirs": "theirs", "d/a": "changed"}


def test_deletions_that_are_kept(told: tuple[World, Side]) -> None:
    """Where what is deleted at the source stays, so does what is renamed there."""
    world, side = told
    world.stop()
    world.deletions = Deletions.KEEP
    world.start()
    rename(world, side, "d", "f")
    world.settle()
    assert world.files(side.other) == {**world.files(side), **FILES} and moved(world) == 0


def test_an_exported_directory_stays(directory: Path) -> None:
    world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
    world.watching, world.exported = True, ("d/e",)
    world.start()
    for path, content in FILES.items():
        world.write(W, path, content)
    world.settle()
    inode = (world.export / "d" / "e").stat().st_ino
    rename(world, W, "d", "f")
    world.settle()
    assert (world.export / "d" / "e").stat().st_ino == inode and moved(world) == 0
    assert {path: content for path, content in world.files(N).items() if not path.startswith("d/")} == world.files(W)
    world.close()


def test_a_file_inside_that_is_still_written(told: tuple[World, Side]) -> None:
    """Promise 6: the directory goes, with what was complete; the part does not."""
    world, side = told
    with (world.root(side) / "d" / "a").open("w") as file, (world.root(side) / "d" / "n").open("w") as new:
        file.write("half")
        file.flush()
        new.write("half")
        new.flush()
        os.utime(world.root(side) / "d" / "a", ns=(world.wall_ns(), world.wall_ns()))
        at_once(world)
        rename(world, side, "d", "f")
        at_once(world)
        assert moved(world) == 1
        assert world.files(side.other) == {"f/a": "a", "f/b": "b", "f/e/c": "c", "other": "o"}
        for _turn in range(4):
            world.turn(scan=False)
            world.pass_time(QUIET)
        assert "half" not in world.files(side.other).values()
        file.write(" and half")
        new.write(" and half")
    at_rest(world, side)


def test_what_the_other_side_deleted_is_the_source_s_again(told: tuple[World, Side]) -> None:
    """Promise 2's exception holds as for every rename: a new name is a change."""
    world, side = told
    if world.mode is Mode.TWO_WAY:
        pytest.skip("there it is carried over")
    world.delete(side.other, "d/a")
    world.settle()
    rename(world, side, "d", "f")
    world.settle()
    assert world.files(side.other) == world.files(side)


@pytest.mark.parametrize("marker", ["_READY", "_READY/done"])
def test_no_marker_before_its_data(told: tuple[World, Side], marker: str) -> None:
    """Promise 11: one that was delivered under another name, and is renamed when the data are complete."""
    world, side = told
    parts = marker.split("/")
    world.write(side, "/".join(["_READY.tmp", *parts[1:]]), "ready")
    world.settle()
    watch = Watch(world, side.other)
    for number in range(5):
        world.write(side, f"z/data{number}", f"data{number}")
        if number % 2:
            world.turn(scan=False)
    rename(world, side, "_READY.tmp", "_READY")
    world.settle()
    watch.end()
    assert all(len(seen) == len(FILES) + 6 for seen in watch.seen if marker in seen)
    assert moved(world) == 1
    at_rest(world, side)


def test_a_refused_name_inside_is_refused_under_its_new_path(told: tuple[World, Side]) -> None:
    world, side = told
    if side is W:
        pytest.skip("the NAS holds every name")
    world.write(side, "d/con", "x")
    world.settle()
    rename(world, side, "d", "f")
    at_once(world)
    assert moved(world) == 1
    world.settle()
    assert [item["path"] for item in world.status.snapshot()["refused"]] == ["f/con"]


def test_a_rename_to_a_refused_name(told: tuple[World, Side]) -> None:
    world, side = told
    if side is W:
        pytest.skip("the NAS holds every name")
    rename(world, side, "d", "con")
    world.settle()
    assert moved(world) == 0 and world.files(W) == {"other": "o"}


def test_many_files_each(told: tuple[World, Side]) -> None:
    """Renames of files one by one are followed in batches."""
    world, side = told
    for number in range(30):
        world.write(side, f"m/{number}", f"{number}")
    world.settle()
    for number in range(30):
        rename(world, side, f"m/{number}", f"m/new-{number}")
    at_once(world)
    assert (moved(world), deleted(world)) == (30, 0) and world.files(side.other) == world.files(side)
    at_rest(world, side)


def test_a_barrier_waits_for_it(told: tuple[World, Side]) -> None:
    world, side = told
    rename(world, side, "d", "f")
    rename(world, side, "other", "o")
    barrier = world.ask()
    assert world.reach(barrier) and world.files(side.other) == world.files(side)
    assert moved(world) == 2


class TestFound:
    """What nobody told of is found by a scan, on a side whose inode numbers identify files."""

    @pytest.fixture(params=WATCHED, ids=lambda case: f"{case[0].value}-{case[1]}-{case[2].value}")
    def found(self, directory: Path, request: pytest.FixtureRequest) -> Iterator[tuple[World, Side]]:
        """A world that watches nothing, at rest, and its source."""
        mode, layer, side = request.param
        world = World(directory, layer, mode)
        world.start()
        for path, content in FILES.items():
            world.write(side, path, content)
        world.settle()
        yield world, side
        world.close()

    @pytest.mark.parametrize("stopped", [True, False])
    @pytest.mark.parametrize(("old", "new"), [("d", "f"), ("d/a", "d/z"), ("d/e", "d/g"), ("other", "another")])
    def test_one_step(self, found: tuple[World, Side], old: str, new: str, stopped: bool) -> None:
        world, side = found
        if stopped:
            world.stop()
        rename(world, side, old, new)
        world.start() if stopped else None
        watch = Watch(world, side.other)
        world.turn()
        watch.end()
        assert (moved(world), deleted(world), watch.copied()) == (1, 0, 0)
        assert world.files(side.other) == world.files(side)
        at_rest(world, side)

    @pytest.mark.parametrize("case", CASES)
    def test_whatever_else_there_is(self, found: tuple[World, Side], case: Callable[[World, Side], None]) -> None:
        world, side = found
        world.turn()
        case(world, side)
        at_rest(world, side)

    def test_what_was_made_anew_is_not_what_was_renamed(self, found: tuple[World, Side]) -> None:
        """One file of it is in the new directory, another one is only called alike."""
        world, side = found
        world.stop()
        (world.root(side) / "f").mkdir()
        rename(world, side, "d/a", "f/a")
        world.write(side, "f/b", "x")
        world.delete(side, "d")
        world.start()
        watch = Watch(world, side.other)
        world.settle()
        watch.end()
        assert all(seen.get("f/b", "x") == "x" for seen in watch.seen)
        at_rest(world, side)

    def test_into_a_directory_that_is_new(self, found: tuple[World, Side]) -> None:
        world, side = found
        if world.layer == "windows":
            pytest.skip("cannot rename to another directory")
        (world.root(side) / "n" / "m").mkdir(parents=True)
        rename(world, side, "d", "n/m/d")
        world.turn()
        world.turn()
        assert (moved(world), deleted(world)) == (1, 0)
        at_rest(world, side)
