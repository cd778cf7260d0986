# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the NFS server exports by itself is there before it starts, and stays, whatever users do to it in Windows."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest
from agent_world import World, scratch
from hypothesis import given, settings
from hypothesis import strategies as st
from nas_sync_agent.cli import DeletionLimit, parse
from nas_sync_agent.errors import Emptied
from nas_sync_agent.model import Deletions, Mode, Side
from nas_sync_agent.ownership import RootOwnership
from nas_sync_agent.sync import identity

W, N = Side.WINDOWS, Side.NAS
MODES = list(Mode)
SOURCE = {Mode.NAS_TO_WINDOWS: N}


def exporting(world: World, mode: Mode, *paths: str) -> World:
    world.mode, world.exported = mode, paths or ("in1", "deep/in2")
    for path in world.exported:
        (world.windows / path).mkdir(parents=True)
    world.start()
    world.settle()
    return world


def inode(world: World, path: str) -> int:
    return os.stat(world.export / path, follow_symlinks=False).st_ino


@pytest.mark.parametrize("mode", MODES)
def test_directories_are_there_when_the_agent_has_started_open_to_every_user(world: World, mode: Mode) -> None:
    world.mode, world.exported = mode, ("in1", "deep/in2")
    world.start()
    for path in world.exported:
        assert (world.export / path).is_dir()
        assert os.stat(world.export / path).st_mode & 0o7777 == 0o777


@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.TWO_WAY])
@pytest.mark.parametrize("gone", ["in1", "deep/in2", "deep"])
def test_deletion_of_the_directory_takes_what_is_in_it_and_leaves_the_root(world: World, mode: Mode, gone: str) -> None:
    exporting(world, mode)
    inner = {"in1": "in1", "deep": "deep/in2", "deep/in2": "deep/in2"}[gone]
    world.write(W, f"{inner}/sub/file", "1")
    world.settle()
    before = inode(world, inner)
    world.delete(W, gone)
    world.settle()
    assert world.files(N) == {}
    assert inode(world, inner) == before
    world.write(W, f"{inner}/new", "2")
    world.settle()
    assert world.files(N) == {f"{inner}/new": "2"}
    assert inode(world, inner) == before


def test_directory_comes_back_to_windows_where_the_agent_writes_there(world: World) -> None:
    exporting(world, Mode.TWO_WAY)
    world.delete(W, "deep")
    world.settle()
    assert (world.windows / "deep" / "in2").is_dir()


def test_deletion_of_the_directory_in_windows_leaves_what_clients_wrote(world: World) -> None:
    exporting(world, Mode.NAS_TO_WINDOWS)
    world.write(N, "in1/first", "1")
    world.settle()
    before = inode(world, "in1")
    world.delete(W, "in1")
    world.settle()
    assert inode(world, "in1") == before
    world.write(N, "in1/second", "2")
    world.settle()
    assert world.files(N) == {"in1/first": "1", "in1/second": "2"}
    assert world.files(W) == {"in1/second": "2"}, "what a tester removed does not come again"


@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.TWO_WAY])
def test_renamed_directory_is_a_new_one_and_the_root_stays(world: World, mode: Mode) -> None:
    exporting(world, mode)
    world.write(W, "in1/file", "1")
    world.settle()
    before = inode(world, "in1")
    (world.windows / "in1").rename(world.windows / "old")
    world.settle()
    assert world.files(N) == {"old/file": "1"}
    assert inode(world, "in1") == before
    if (world.windows / "in1").is_dir():
        (world.windows / "in1").rmdir()
    (world.windows / "old").rename(world.windows / "in1")
    world.settle()
    assert world.files(N) == {"in1/file": "1"}
    assert inode(world, "in1") == before


@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.TWO_WAY])
def test_file_does_not_take_the_place_of_the_directory(world: World, mode: Mode) -> None:
    exporting(world, mode)
    before = inode(world, "in1")
    world.delete(W, "in1")
    world.write(W, "in1", "no directory")
    world.settle()
    assert inode(world, "in1") == before and (world.export / "in1").is_dir()
    refused = world.status.snapshot()["refused"]
    assert [each["path"] for each in refused] == ["in1"], refused
    assert "exported directory" in refused[0]["reason"]


def test_other_spelling_of_the_name_is_refused_and_told(world: World) -> None:
    """NTFS takes both for one; the NFS server does not."""
    exporting(world, Mode.WINDOWS_TO_NAS)
    world.write(W, "in1/file", "1")
    world.settle()
    (world.windows / "in1").rename(world.windows / "IN1")
    world.settle()
    assert not (world.export / "IN1").exists()
    (refused,) = world.status.snapshot()["refused"]
    assert (refused["path"], refused["reason"]) == ("IN1", "it is exported as 'in1'; give it that name again")
    (world.windows / "IN1").rename(world.windows / "in1")
    world.settle()
    assert world.files(N) == {"in1/file": "1"}
    assert world.status.snapshot()["refused"] == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("force", [False, True])
def test_emptying_leaves_the_directories_on_both_sides(world: World, mode: Mode, force: bool) -> None:
    exporting(world, mode)
    side = SOURCE.get(mode, W)
    world.write(side, "in1/sub/file", "1")
    world.settle()
    before = inode(world, "in1")
    assert world.engine is not None
    world.engine.empty(force=force)
    world.settle()
    assert inode(world, "in1") == before
    assert world.files(N) == {} or (side is W and not force)
    assert (world.windows / "in1").is_dir() and (world.windows / "deep" / "in2").is_dir()


@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.TWO_WAY])
def test_directories_that_stay_do_not_vouch_for_a_content_that_is_lost(world: World, mode: Mode) -> None:
    """A restored disk may have the layout and nothing else; promise 4."""
    exporting(world, mode)
    world.limit = DeletionLimit(1, False)
    world.start()
    for number in range(5):
        world.write(W, f"in1/{number}", str(number))
    world.settle()
    world.stop()
    for number in range(5):
        world.delete(W, f"in1/{number}")
    engine = world.start()
    with pytest.raises(Emptied, match="all is gone from the windows side"):
        engine.scan(W, world.now)
    assert len(world.files(N)) == 5


@pytest.mark.parametrize("deletions", list(Deletions))
def test_initial_copy_leaves_the_root_of_what_is_gone_from_windows(world: World, deletions: Deletions) -> None:
    exporting(world, Mode.WINDOWS_TO_NAS)
    world.write(W, "in1/file", "1")
    world.settle()
    before = inode(world, "in1")
    world.delete(W, "in1")
    world.deletions, world.once = deletions, True
    world.start()
    world.settle()
    assert inode(world, "in1") == before
    assert world.files(N) == ({} if deletions is Deletions.PROPAGATE else {"in1/file": "1"})


def test_what_is_exported_later_becomes_a_root_and_keeps_what_it_has(world: World) -> None:
    exporting(world, Mode.NAS_TO_WINDOWS, "in1")
    world.write(N, "in2/file", "1")
    world.settle()
    os.chmod(world.export / "in2", 0o700)
    os.chmod(world.export / "in1", 0o750)
    before = inode(world, "in2")
    world.exported = ("in1", "in2")
    world.start()
    assert inode(world, "in2") == before and world.files(N) == {"in2/file": "1"}
    modes = {path: os.stat(world.export / path).st_mode & 0o7777 for path in world.exported}
    assert modes == {"in1": 0o750, "in2": 0o777}, "what clients made of an export's root stays"


def test_ownership_of_roots_follows_what_is_asked_for(world: World) -> None:
    exporting(world, Mode.NAS_TO_WINDOWS)
    identity.prepare_volume(str(world.export), str(world.state), RootOwnership(mode=0o2775), world.exported)
    for path in ("", *world.exported):
        assert os.stat(world.export / path).st_mode & 0o7777 == 0o2775


@pytest.mark.parametrize("kind", ["file", "link"])
def test_something_else_in_the_place_of_an_export_is_one_clear_line(world: World, kind: str) -> None:
    world.start()
    if kind == "file":
        (world.export / "in1").write_text("x")
    else:
        (world.export / "in1").symlink_to("/etc")
    world.exported = ("in1",)
    with pytest.raises(OSError, match="'in1' cannot be exported: Not a directory"):
        world.start()


@pytest.mark.parametrize("mode", MODES)
def test_at_rest_nothing_is_written_though_the_directory_is_gone(world: World, mode: Mode) -> None:
    exporting(world, mode)
    world.delete(W, "in1")
    world.settle()
    world.settle()
    before = {path: os.stat(world.export / path).st_mtime_ns for path in world.exported}
    world.settle()
    assert {path: os.stat(world.export / path).st_mtime_ns for path in world.exported} == before


@pytest.mark.parametrize("path", ["", "/in1", "in1/", "a//b", "..", "a/../b", "."])
def test_command_line_refuses_what_is_no_path_below_the_export(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--server", "s", "--mode", "none", "--windows", "/w", "--export", "/e/data", "--state", "/e/.nas"]
    assert parse([*words, "--exported", "in1", "--exported", "deep/in2"]).exported == ("in1", "deep/in2")
    with pytest.raises(SystemExit):
        parse([*words, f"--exported={path}"])
    assert "no path below the export" in capsys.readouterr().err


NAMES = ("in1", "in1/sub", "in1/file", "deep", "deep/in2", "deep/in2/file", "deep/other", "IN1", "old")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["file", "directory", "delete", "rename", "client", "work", "restart"]),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
    ),
    max_size=12,
)


def do(world: World, what: str, one: str, another: str) -> None:
    """A user's step, as far as it is possible."""
    here, there = world.windows / one, world.windows / another
    with contextlib.suppress(OSError):
        if what == "file":
            world.write(W, one, another)
        elif what == "directory":
            here.mkdir(parents=True)
        elif what == "delete":
            world.delete(W, one)
        elif what == "rename":
            here.rename(there)
        elif what == "client" and one.startswith(("in1/", "deep/in2/")):
            world.write(N, one, another)
        elif what == "work":
            world.settle()
        elif what == "restart":
            world.start()


@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS, Mode.TWO_WAY])
@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_roots_are_the_same_whatever_users_do(mode: Mode, steps: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory(dir=scratch()) as directory:
        world = exporting(World(Path(directory)), mode)
        try:
            before = {path: inode(world, path) for path in ("", *world.exported, "deep")}
            for step in steps:
                do(world, *step)
            world.settle()
            assert {path: inode(world, path) for path in before} == before
        finally:
            world.stop()
