# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which things reach the disks, so that a power failure leaves no part and no ledger that knows too much."""

from __future__ import annotations

import errno
import os

import pytest
from agent_faults import Killed
from agent_world import World
from nas_sync_agent.model import Mode, Side
from nas_sync_agent.sync.ledger import Ledger

W, N = Side.WINDOWS, Side.NAS
RENAMES = ("rename", "rename_noreplace", "rename_exchange")
SYNCS = ("fsync", "syncfs")


def calls(world: World) -> list[tuple[str, str]]:
    """Note from now on which side is asked for what."""
    noted: list[tuple[str, str]] = []
    world.control.fault = lambda side, name, _what: noted.append((side, name))
    return noted


def named(noted: list[tuple[str, str]], side: Side) -> int:
    """When content got its name."""
    return next(number for number, (where, name) in enumerate(noted) if where == side.value and name in RENAMES)


@pytest.mark.parametrize("files", [1, 20])
def test_content_is_on_the_disk_before_it_has_its_name(world: World, source: Side, files: int) -> None:
    if world.layer == "windows" and files > 1:
        pytest.skip("one by one, as the first")
    noted = calls(world)
    for number in range(files):
        world.write(source, f"a{number}", "x")
    world.settle()
    side = source.other.value
    assert [name for where, name in noted[: named(noted, source.other)] if where == side and name in SYNCS]


@pytest.mark.parametrize("files", [1, 20])
def test_names_are_on_both_disks_before_the_ledger_has_them(world: World, source: Side, files: int) -> None:
    """A ledger that is ahead takes what a disk has lost for a deletion."""
    for number in range(files):
        world.write(source, f"a{number}", "x")
    noted = calls(world)
    world.settle()
    last = max(number for number, (_side, name) in enumerate(noted) if name in RENAMES)
    committed = noted.index(("ledger", "commit"), last)
    synced = {side for side, name in noted[last:committed] if name in SYNCS}
    assert synced == ({"nas"} if world.layer == "windows" else {"nas", "windows"})


def test_windows_directory_whose_host_cannot_sync(world: World) -> None:
    """Minikube's 9p server has no fsync; that is asked once, and files get there all the same."""
    if world.layer != "windows":
        pytest.skip("a local file system that cannot sync has lost data")
    asked: list[str] = []

    def refuse(side: str, name: str, _what: str) -> None:
        if side == "windows" and name in SYNCS:
            asked.append(name)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    world.control.fault = refuse
    for number in range(3):
        world.write(N, f"a{number}", "x")
        world.settle()
    assert len(world.files(W)) == 3 and asked == ["fsync"]


def test_local_disk_that_cannot_sync_gets_no_name(world: World) -> None:
    """Content that is not on the disk is not delivered."""
    if world.layer == "windows":
        pytest.skip("there it is the host's")

    def refuse(side: str, name: str, _what: str) -> None:
        if side == "windows" and name in SYNCS:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    world.control.fault = refuse
    world.write(N, "a", "x")
    world.start()
    world.settle()
    assert not world.files(W)
    world.control.fault = None
    world.settle()
    assert world.files(W) == {"a": "x"}


def test_names_of_a_killed_run_are_on_the_disk_before_the_ledger_has_them(world: World, source: Side) -> None:
    """What was renamed just before a kill is recorded by the next start."""
    if world.layer == "windows" and source is N:
        pytest.skip("its host's")
    world.write(source, "a", "x")
    world.start()

    def kill(_side: str, name: str, _what: str) -> None:
        world.control.dead = world.control.dead or name in RENAMES

    world.control.fault = kill
    with pytest.raises(Killed):
        world.settle()
    noted = calls(world)
    world.start()
    committed = noted.index(("ledger", "commit"))
    assert (source.other.value, "fsync") in noted[:committed] or (source.other.value, "syncfs") in noted[:committed]


def test_intents_are_on_the_disk_before_content_has_its_name(
    world: World, source: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger that lags does not know its own delivery again: the old version stays, the next gets a conflict name."""
    noted = calls(world)
    monkeypatch.setattr(Ledger, "sync", lambda _self: noted.append(("ledger", "sync")))
    world.write(source, "a", "x")
    world.settle()
    before = noted[: named(noted, source.other)]
    assert before[-1 - before[::-1].index(("ledger", "sync")) :].count(("ledger", "commit")) == 0


def test_a_removal_is_on_the_disk_before_the_ledger_forgets_the_file(world: World) -> None:
    world.mode = Mode.WINDOWS_TO_NAS
    world.write(W, "a", "x")
    world.settle()
    world.delete(W, "a")
    noted = calls(world)
    world.settle()
    taken = next(number for number, (side, name) in enumerate(noted) if side == "nas" and name == "rename")
    assert ("nas", "fsync") in noted[taken : noted.index(("ledger", "commit"), taken)]
    assert not world.files(N)


class TestHostThatLosesNames:
    """A Windows host cannot be asked which names it has on its disk, and loses its power with the machine."""

    @pytest.fixture
    def host(self, world: World) -> World:
        """A world whose two sides agree on one file of the NAS."""
        if world.layer != "windows":
            pytest.skip("a local file system is synced")
        world.machine_start = "one"
        world.mode = Mode.TWO_WAY
        world.write(N, "a", "old")
        world.settle()
        world.write(N, "a", "stable")
        world.settle()
        return world

    def test_a_lost_file_is_delivered_again(self, host: World) -> None:
        host.stop()
        host.delete(W, "a")
        host.machine_start = "two"
        host.settle()
        assert host.files(N) == host.files(W) == {"a": "stable"}

    def test_an_old_version_that_came_back_replaces_nothing(self, host: World) -> None:
        host.stop()
        host.write(W, "a", "old")
        host.machine_start = "two"
        host.settle()
        assert "stable" in host.files(N).values() and "stable" in host.files(W).values()

    def test_a_tester_s_deletion_counts_without_a_new_start_of_the_machine(self, host: World) -> None:
        host.stop()
        host.delete(W, "a")
        host.settle()
        assert host.files(N) == host.files(W) == {}

    def test_and_a_while_after_the_delivery(self, host: World) -> None:
        host.pass_time(61)
        host.write(N, "b", "x")
        host.settle()
        host.stop()
        host.delete(W, "a")
        host.machine_start = "two"
        host.settle()
        assert host.files(N) == host.files(W) == {"b": "x"}
