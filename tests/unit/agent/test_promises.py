# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ten promises, on a plain file system and on one with Windows' ways."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from agent_faults import Killed
from agent_world import QUIET, World
from nas_sync_agent.errors import Unknown
from nas_sync_agent.model import Deletions, Mode, Side
from nas_sync_agent.options import DeletionLimit
from nas_sync_agent.watcher import Change

W, N = Side.WINDOWS, Side.NAS


@pytest.fixture(params=[Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS])
def source(request: pytest.FixtureRequest, world: World) -> Side:
    """The source of each one-way mode, with the world set to that mode."""
    world.mode = request.param
    world.start()
    return world.mode.sources[0]


class TestPromise1Whole:
    """Each path has its original or its correct final content, never a part."""

    def test_content_appears_at_once(self, world: World, source: Side) -> None:
        world.write(source, "a", "x" * 100_000)
        seen: set[str | None] = set()
        world.control.fault = lambda _side, _name, _what: seen.add(world.read(source.other, "a"))
        world.settle()
        assert seen == {None, "x" * 100_000}

    def test_content_is_replaced_at_once(self, world: World, source: Side) -> None:
        world.write(source, "a", "old")
        world.settle()
        world.write(source, "a", "new" * 1000)
        seen: set[str | None] = set()
        world.control.fault = lambda _side, _name, _what: seen.add(world.read(source.other, "a"))
        world.settle()
        assert seen == {"old", "new" * 1000}

    def test_no_temporary_name_is_visible_to_nfs_clients(self, world: World) -> None:
        world.mode = Mode.WINDOWS_TO_NAS
        world.start()
        world.write(W, "d/a", "x")
        seen: set[str] = set()
        world.control.fault = lambda _side, _name, _what: seen.update(world.files(N, temporary=True))
        world.settle()
        assert seen == {"d/a"}

    def test_source_that_changes_while_it_is_copied(self, world: World, source: Side) -> None:
        world.write(source, "a", "first version")
        calls: list[str] = []

        def change(_side: str, name: str, _what: str) -> None:
            if name == "read" and calls and calls[-1] == "write":
                calls.append("changed")
                world.pass_time(1)
                world.write(source, "a", "other version")
            elif "changed" not in calls:
                calls.append(name)

        world.control.fault = change
        world.settle()
        assert "changed" in calls and world.files(source.other) == {"a": "other version"}

    def test_source_that_is_rewritten_in_place_while_it_is_copied(self, world: World, source: Side) -> None:
        old, new = "x" * 2_500_000, "y" * 2_500_000
        world.write(source, "a", old)
        writes: list[str] = []
        seen: set[str | None] = set()

        def rewrite(_side: str, name: str, what: str) -> None:
            if name == "write":
                writes.append(what)
                if len(writes) == 2:
                    world.pass_time(1)
                    world.write(source, "a", new)
            if name in ("utime", "rename", "commit"):
                seen.add(world.read(source.other, "a"))

        world.control.fault = rewrite
        world.settle()
        assert len(writes) > 2 and seen <= {None, new} and world.read(source.other, "a") == new


class TestPromise2NoResurrection:
    """What was deleted at the target does not come back until its source changes."""

    def test_stays_deleted(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")
        world.write(source, "d/b", "2")
        world.settle()
        world.delete(source.other, "a")
        world.delete(source.other, "d")
        world.settle()
        world.start()
        world.settle()
        assert world.files(source.other) == {}

    def test_comes_back_changed(self, world: World, source: Side) -> None:
        world.write(source, "d/a", "1")
        world.settle()
        world.delete(source.other, "d")
        world.settle()
        world.write(source, "d/a", "22")
        world.settle()
        assert world.files(source.other) == {"d/a": "22"}

    def test_a_new_time_is_no_change(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")
        world.settle()
        world.delete(source.other, "a")
        world.pass_time(100)
        world.write(source, "a", "1")
        world.settle()
        assert world.files(source.other) == {}

    def test_over_a_restart_with_the_initial_copy(self, world: World) -> None:
        """An output server: what a consumer deletes and Windows keeps does not come back with the pod."""
        world.write(W, "testers", "1")
        self._once(world, Deletions.KEEP)
        world.delete(N, "testers")
        world.settle()
        assert world.files(W) == {"testers": "1"}
        self._once(world, Deletions.KEEP)
        assert world.files(N) == {}

    @staticmethod
    def _once(world: World, deletions: Deletions) -> None:
        world.mode, world.deletions, world.once = Mode.WINDOWS_TO_NAS, deletions, True
        world.start()
        world.settle()
        world.mode, world.deletions, world.once = Mode.NAS_TO_WINDOWS, Deletions.PROPAGATE, False
        world.start()
        world.settle()


class TestPromise3OnlyItsOwn:
    """Only what the agent has delivered, unchanged since, is deleted or overwritten."""

    def test_deletion_reaches_what_was_delivered(self, world: World, source: Side) -> None:
        world.write(source, "d/e/a", "1")
        world.settle()
        world.delete(source, "d")
        world.settle()
        assert world.files(source.other) == {} and world.directories(source.other) == set()

    def test_deletion_spares_what_was_changed(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")
        world.settle()
        world.write(source.other, "a", "theirs")
        world.delete(source, "a")
        world.settle()
        assert world.files(source.other) == {"a": "theirs"}

    def test_deletion_spares_the_same_size_within_the_same_second(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")
        world.settle()
        path = world.root(source.other) / "a"
        before = path.stat()
        path.write_text("2")
        moment = before.st_mtime_ns + (1 if world.layer == "windows" or source is W else 1000)
        os.utime(path, ns=(moment, moment))
        world.delete(source, "a")
        world.settle()
        assert world.files(source.other) == {"a": "2"}

    def test_deletion_spares_a_directory_with_other_files(self, world: World, source: Side) -> None:
        world.write(source, "d/a", "1")
        world.settle()
        world.write(source.other, "d/theirs", "2")
        world.delete(source, "d")
        world.settle()
        assert world.files(source.other) == {"d/theirs": "2"}

    def test_a_foreign_file_in_the_way(self, world: World, source: Side) -> None:
        world.write(source.other, "report.csv", "theirs")
        world.write(source, "report.csv", "1")
        world.settle()
        name = f"report.conflict-{source.value}.csv"
        assert world.files(source.other) == {"report.csv": "theirs", name: "1"}
        world.write(source, "report.csv", "22")
        world.settle()
        assert world.files(source.other) == {"report.csv": "theirs", name: "22"}
        assert world.status.snapshot()["conflict_count"] == 2

    def test_a_delivered_file_that_was_changed(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")
        world.settle()
        world.write(source.other, "a", "theirs")
        world.write(source, "a", "22")
        world.settle()
        assert world.files(source.other) == {"a": "theirs", f"a.conflict-{source.value}": "22"}

    def test_the_conflict_name_is_taken_too(self, world: World, source: Side) -> None:
        world.write(source.other, "a", "theirs")
        world.write(source.other, f"a.conflict-{source.value}", "theirs as well")
        world.write(source, "a", "1")
        world.settle()
        assert world.files(source.other)[f"a.conflict-{source.value}-2"] == "1"

    def test_equal_content_is_no_conflict(self, world: World, source: Side) -> None:
        world.write(source.other, "a", "same")
        world.write(source, "a", "same")
        world.settle()
        assert world.files(source.other) == {"a": "same"}

    def test_a_testers_own_file_outlives_its_copy(self, world: World) -> None:
        """Brought in at the start, deleted over NFS: the tester's original stays."""
        world.write(W, "a", "testers")
        TestPromise2NoResurrection._once(world, Deletions.KEEP)
        assert world.files(N) == {"a": "testers"}
        world.write(N, "a", "changed by the service")
        world.settle()
        assert world.files(W) == {"a": "testers", "a.conflict-nas": "changed by the service"}

    def test_a_write_between_look_and_exchange(self, directory: Path, layer: str) -> None:
        world = World(directory, layer, Mode.WINDOWS_TO_NAS)
        world.write(W, "a", "1")
        world.settle()
        world.write(W, "a", "22")

        def write(_side: str, name: str, _what: str) -> None:
            if name == "rename_exchange" and world.read(N, "a") == "1":
                world.write(N, "a", "consumers")

        world.control.fault = write
        world.settle()
        assert world.files(N) == {"a": "consumers", "a.conflict-windows": "22"}
        world.close()

    def test_a_write_between_look_and_removal(self, directory: Path, layer: str) -> None:
        world = World(directory, layer, Mode.WINDOWS_TO_NAS)
        world.write(W, "a", "1")
        world.settle()
        world.delete(W, "a")

        def write(_side: str, name: str, _what: str) -> None:
            if name == "rename" and world.read(N, "a") == "1":
                world.write(N, "a", "consumers")

        world.control.fault = write
        world.settle()
        assert world.files(N) == {"a": "consumers"}
        world.close()

    def test_a_write_between_copy_and_rename(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")

        copied: list[str] = []

        def write(side: str, name: str, what: str) -> None:
            if name == "create":
                copied.append(what)
            elif (side, name) == ("ledger", "committed") and len(copied) == 1:
                copied.append("theirs")
                world.write(source.other, "a", "theirs")

        world.control.fault = write
        world.settle()
        assert world.files(source.other) == {"a": "theirs", f"a.conflict-{source.value}": "1"}

    def test_killed_with_a_consumers_write_in_the_stage(self, directory: Path) -> None:
        """Killed between taking a file away and looking at it: at the next start it is back."""
        world = World(directory, "plain", Mode.WINDOWS_TO_NAS)
        world.write(W, "a", "1")
        world.settle()
        world.delete(W, "a")

        def write_and_die(_side: str, name: str, what: str) -> None:
            if name == "rename" and what.startswith("old-"):
                world.write(N, "a", "consumers")
            elif name == "stat" and what.startswith("old-"):
                world.control.dead = True
                raise Killed

        world.control.fault = write_and_die
        with pytest.raises(Killed):
            world.settle()
        world.control.fault = None
        world.stop()
        world.settle()
        assert world.files(N) == {"a": "consumers"}
        world.close()


class TestPromise4Unknown:
    """A side that vanished, emptied or cannot be read is unknown."""

    def test_unmounted(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")
        world.settle()
        world.unmount()
        world.settle()
        assert "marker" in world.status.halted_reason
        assert world.files(N) == {"a": "1"} and world.files(W) == {}
        world.write(N, "b", "2")
        world.settle()
        assert world.files(W) == {}
        world.mount()
        world.settle()
        assert world.status.halted_reason == "" and world.read(W, "a") == world.read(N, "a") == "1"

    @pytest.mark.parametrize("damage", ["server", "generation", "garbage", "gone"])
    def test_marker(self, world: World, source: Side, damage: str) -> None:
        world.write(source, "a", "1")
        world.settle()
        world.write(source, "b", "2")
        marker = world.windows / ".file-simulator.json"
        if damage == "server":
            world.mark("another")
        elif damage == "generation":
            world.generation = "two"
            world.mark()
        elif damage == "garbage":
            marker.write_text("{")
        else:
            marker.unlink()
        world.settle()
        assert world.status.halted_reason and "b" not in world.files(source.other)
        world.generation = "one"
        world.mark()
        world.settle()
        assert world.status.halted_reason == "" and "b" in world.files(source.other)

    def test_unmounted_between_scan_and_deletion(self, world: World) -> None:
        world.mode = Mode.WINDOWS_TO_NAS
        world.start()
        world.write(W, "a", "1")
        world.settle()
        engine = world.engine
        assert engine
        world.unmount()
        engine._windows.open()
        engine.scan(W, world.now)
        with pytest.raises(Unknown):
            engine.step(world.now)
        assert world.files(N) == {"a": "1"}

    def test_export_emptied_while_nobody_watched(self, world: World) -> None:
        for name in "abc":
            world.write(N, name, name)
        world.settle()
        world.stop()
        for name in "abc":
            world.delete(N, name)
        world.settle()
        assert "the export is empty" in world.status.halted_reason and len(world.files(W)) == 3

    def test_export_replaced(self, world: World) -> None:
        world.write(N, "a", "1")
        world.settle()
        world.export.rename(world.volume / "elsewhere")
        world.export.mkdir()
        world.settle()
        assert world.status.halted_reason and world.files(W) == {"a": "1"}

    def test_unreadable_directory(self, world: World, source: Side) -> None:
        world.write(source, "d/a", "1")
        world.write(source, "b", "2")
        world.settle()

        def fault(side: str, name: str, what: str) -> None:
            if side == source.value and name == "open" and what == "d":
                raise PermissionError(13, "Permission denied")

        world.control.fault = fault
        world.delete(source, "b")
        world.settle()
        assert world.files(source.other) == {"d/a": "1"}

    def test_too_many_deletions(self, world: World, source: Side) -> None:
        world.limit = DeletionLimit(50, True)
        world.start()
        for number in range(10):
            world.write(source, f"f{number}", "x")
        world.settle()
        for number in range(6):
            world.delete(source, f"f{number}")
        world.settle()
        assert "6 files would be deleted" in world.status.halted_reason
        assert len(world.files(source.other)) == 10
        world.write(source, "f0", "x again")
        for _turn in range(5):
            world.settle()
        assert world.status.halted_reason == "" and len(world.files(source.other)) == 5

    def test_lost_volume_deletes_nothing(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")
        world.settle()
        world.lose_volume()
        world.settle()
        assert world.files(W) == {"a": "1"}


class TestPromise6StillWritten:
    """A file still being written is not delivered."""

    def test_nas_file_waits_for_its_close(self, world: World) -> None:
        world.start()
        world.write(N, "a", "half")
        world.event("a", Change.WRITING)
        for _turn in range(30):
            world.pass_time(3)
            world.turn()
        assert world.files(W) == {}
        world.write(N, "a", "half and half")
        world.event("a", Change.CLOSED)
        world.pass_time(0.1)
        world.turn(scan=False)
        assert world.files(W) == {"a": "half and half"}

    def test_renamed_while_it_is_written(self, world: World) -> None:
        engine = world.start()
        world.write(N, "a", "half")
        world.event("a", Change.WRITING)
        (world.export / "a").rename(world.export / "b")
        engine.moved("a", "b")
        world.event("a", Change.TOUCHED)
        world.event("b", Change.TOUCHED)
        world.settle()
        assert world.files(W) == {}
        world.event("b", Change.CLOSED)
        world.settle()
        assert world.files(W) == {"b": "half"}

    def test_quiet_period(self, world: World, source: Side) -> None:
        world.close_events = False
        world.start()
        for length in range(1, 6):
            world.write(source, "a", "x" * length)
            if source is N:
                world.event("a", Change.WRITING)
            world.turn()
            world.pass_time(QUIET * 0.7)
            world.turn()
            assert world.files(source.other) == {}
        world.settle()
        assert world.files(source.other) == {"a": "xxxxx"}


class TestPromise7Rest:
    """At rest nothing is written."""

    @pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS, Mode.TWO_WAY])
    def test_no_writes(self, world: World, mode: Mode) -> None:
        world.mode = mode
        world.start()
        for side in Side:
            world.write(side, f"d/{side.value}", side.value)
            world.write(side, "both", side.value)
            world.write(side, "con", "x")
        world.settle()
        world.settle()
        world.control.changes.clear()
        engine = world.engine
        assert engine
        for _turn in range(5):
            world.pass_time(30)
            engine.rescan()
            world.settle()
        assert world.control.changes == []


class TestPromise8Names:
    """A name that the other side cannot hold is reported and skipped."""

    NAMES = (
        "con",
        "Aux.txt",
        "a:b",
        "what?",
        "ends.",
        "ends ",
        "tab\there",
        "com1.log",
        "\udcff\udcfe",
        "x" * 250 + "é" * 3,
    )

    def test_refused_towards_windows(self, world: World) -> None:
        world.start()
        names = [name for name in self.NAMES if len(os.fsencode(name)) <= 255]
        for name in names:
            world.write(N, name, "x")
            world.write(N, f"dir/{name}", "x")
        world.write(N, "good", "x")
        world.settle()
        assert set(world.files(W)) == {"good"} | ({"x" * 250 + "é" * 3} & set(names))
        snapshot = world.status.snapshot()
        assert snapshot["refused_count"] == 2 * len(names)
        assert all(item["reason"] and item["side"] == "nas" for item in snapshot["refused"])
        for name in names:
            world.delete(N, name)
            world.delete(N, f"dir/{name}")
        world.settle()
        assert world.status.snapshot()["refused_count"] == 0

    def test_what_a_refused_directory_contains(self, world: World) -> None:
        world.start()
        world.write(N, "nul/inside/a", "x")
        world.settle()
        assert world.files(W) == {}
        assert [item["path"] for item in world.status.snapshot()["refused"]] == ["nul"]

    def test_case_collision(self, world: World) -> None:
        world.start()
        world.write(N, "readme", "1")
        world.settle()
        world.write(N, "README", "2")
        world.write(N, "Readme/x", "3")
        world.settle()
        assert world.files(W) == {"readme": "1"}
        assert world.status.snapshot()["refused_count"] == 2
        world.delete(N, "readme")
        world.settle()
        engine = world.engine
        assert engine
        engine.rescan()
        world.settle()
        assert world.files(W) in ({"README": "2"}, {"Readme/x": "3"})

    def test_change_of_case_is_a_rename(self, world: World) -> None:
        world.start()
        world.write(N, "readme", "1")
        world.settle()
        (world.export / "readme").rename(world.export / "README")
        world.settle()
        assert world.files(W) == {"README": "1"}

    def test_special_files_are_never_followed(self, world: World, source: Side, directory: Path) -> None:
        (directory / "secret").write_text("secret")
        (directory / "outside").mkdir()
        (directory / "outside" / "secret").write_text("secret")
        root = world.root(source)
        (root / "link").symlink_to(directory / "secret")
        (root / "linked").symlink_to(directory / "outside")
        os.mkfifo(root / "fifo")
        world.write(source, "good", "x")
        world.settle()
        assert world.files(source.other) == {"good": "x"}
        assert {item["path"] for item in world.status.snapshot()["refused"]} == {"link", "linked", "fifo"}

    def test_a_link_at_the_target_is_not_written_through(self, world: World, source: Side, directory: Path) -> None:
        (directory / "outside").mkdir()
        (directory / "secret").write_text("secret")
        (world.root(source.other) / "d").symlink_to(directory / "outside")
        (world.root(source.other) / "a").symlink_to(directory / "secret")
        world.write(source, "d/a", "x")
        world.write(source, "a", "x")
        world.settle()
        assert list((directory / "outside").iterdir()) == [] and (directory / "secret").read_text() == "secret"


class TestPromise9OneBadFile:
    """One bad file never stops the others; it is tried again."""

    def test_source_cannot_be_read(self, world: World, source: Side) -> None:
        def fault(side: str, name: str, what: str) -> None:
            if side == source.value and name == "open" and what == "bad":
                raise OSError(5, "Input/output error")

        world.control.fault = fault
        world.write(source, "bad", "1")
        world.write(source, "good", "2")
        world.settle()
        assert world.files(source.other) == {"good": "2"}
        assert [item["path"] for item in world.status.snapshot()["errors"]] == ["bad"]
        world.control.fault = None
        world.pass_time(60)
        world.settle()
        assert world.files(source.other) == {"good": "2", "bad": "1"}
        assert world.status.snapshot()["error_count"] == 0

    @pytest.mark.parametrize("layer", ["windows"])
    def test_locked_on_windows(self, world: World) -> None:
        world.write(N, "a", "1")
        world.settle()
        world.windows_calls.locked.add("a")
        world.write(N, "a", "22")
        world.write(N, "b", "3")
        world.settle()
        assert world.files(W) == {"a": "1", "b": "3"}
        world.windows_calls.locked.clear()
        world.pass_time(60)
        world.settle()
        assert world.files(W) == {"a": "22", "b": "3"}

    def test_no_room(self, world: World, source: Side) -> None:
        full = source.other.value

        def fault(side: str, name: str, _what: str) -> None:
            if side == full and name == "write":
                raise OSError(28, "No space left on device")

        world.write(source, "gone", "0")
        world.settle()
        world.control.fault = fault
        world.write(source, "a", "1")
        world.delete(source, "gone")
        world.settle()
        assert f"no space left on the {full} side" in world.status.halted_reason
        assert world.files(source.other) == {}, "deletions make room"
        world.control.fault = None
        world.pass_time(10)
        world.settle()
        assert world.status.halted_reason == "" and world.files(source.other) == {"a": "1"}


class TestKinds:
    """A file that becomes a directory, and the other way round."""

    def test_file_becomes_directory(self, world: World, source: Side) -> None:
        world.write(source, "a", "1")
        world.settle()
        world.delete(source, "a")
        world.write(source, "a/b", "2")
        world.settle()
        assert world.files(source.other) == {"a/b": "2"}

    def test_directory_becomes_file(self, world: World, source: Side) -> None:
        world.write(source, "a/b/c", "1")
        world.settle()
        world.delete(source, "a")
        world.write(source, "a", "2")
        world.settle()
        assert world.files(source.other) == {"a": "2"}


class TestTwoWay:
    """Changes of either side, and of both."""

    @pytest.fixture(autouse=True)
    def _mode(self, world: World) -> None:
        world.mode = Mode.TWO_WAY
        world.start()

    @pytest.mark.parametrize("side", list(Side))
    def test_changes_and_deletions_go_across(self, world: World, side: Side) -> None:
        world.write(side, "d/a", "1")
        world.settle()
        world.write(side.other, "d/a", "22")
        world.settle()
        assert world.files(side) == {"d/a": "22"}
        world.delete(side, "d")
        world.settle()
        assert world.files(side.other) == {} and world.directories(side.other) == set()

    def test_both_changed(self, world: World) -> None:
        world.write(W, "a.txt", "0")
        world.settle()
        world.write(W, "a.txt", "windows")
        world.write(N, "a.txt", "nas")
        world.settle()
        expected = {"a.txt": "windows", "a.conflict-nas.txt": "nas"}
        assert world.files(W) == world.files(N) == expected

    def test_deletion_loses_against_change(self, world: World) -> None:
        for side in Side:
            world.write(side, side.value, "0")
        world.settle()
        for side in Side:
            world.delete(side, side.value)
            world.write(side.other, side.value, "changed")
        world.settle()
        assert world.files(W) == world.files(N) == {"windows": "changed", "nas": "changed"}
