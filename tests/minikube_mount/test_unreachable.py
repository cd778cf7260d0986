# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Promise 4 where minikube's file server dies, freezes, or serves again: nothing is concluded from what is not there."""

from __future__ import annotations

import time

import pytest

from ..harness.small_machine.machine import Failed
from .desk import INPUT, OUTPUT, TWO_WAY, Desk


def test_a_server_that_died_is_unknown_and_nothing_is_lost(desk: Desk) -> None:
    for name in (INPUT, TWO_WAY):
        desk.put_on_windows(name, "before", b"there before")
        desk.wait_nas(name, "before", b"there before")
    before = {name: desk.machine.run("tree", path=desk.nas(name)) for name in (INPUT, TWO_WAY)}
    desk.mount.kill()
    for name in (INPUT, OUTPUT, TWO_WAY):
        status = desk.wait_status(name, lambda status: status["state"] == "halted")
        assert "/windows" in status["halted_reason"] or "Windows" in status["halted_reason"], status
    assert desk.ask(OUTPUT, "/ask?nonce=1", within=120)["state"] == "unknown"
    for name in (OUTPUT, TWO_WAY):
        desk.put_on_nas(name, "meanwhile", b"written while nobody could take it")
    for name in (INPUT, TWO_WAY):
        desk.windows(name, "on Windows meanwhile").write_bytes(b"a tester's")
        desk.windows(name, "before").unlink()
    time.sleep(3)
    found = {name: desk.machine.run("tree", path=desk.nas(name)) for name in (INPUT, TWO_WAY)}
    found[TWO_WAY].pop("meanwhile")
    assert found == before

    # The mount that the pods have is dead for good; minikube's new one is another.
    desk.mount_again()
    for name in (INPUT, OUTPUT, TWO_WAY):
        assert desk.ask(name)["state"] == "halted"
        desk.stop(name)
    desk.start()
    desk.wait_windows(OUTPUT, "meanwhile", b"written while nobody could take it")
    desk.wait_windows(TWO_WAY, "meanwhile", b"written while nobody could take it")
    for name in (INPUT, TWO_WAY):
        desk.wait_nas(name, "on Windows meanwhile", b"a tester's")
        assert "before" not in desk.wait_equal(name)


def test_a_server_that_is_frozen_holds_up_sync_alone(desk: Desk) -> None:
    """The kernel's client waits for it without a limit; the agent's status is served all the same."""
    desk.mount.freeze()
    try:
        desk.put_on_nas(OUTPUT, "waits", b"for the server")
        time.sleep(5)
        desk.ask(OUTPUT)
        assert not desk.windows(OUTPUT, "waits").exists()
    finally:
        desk.mount.thaw()
    desk.wait_windows(OUTPUT, "waits", b"for the server")
    desk.wait_equal(OUTPUT)


def test_no_part_is_left_when_the_server_dies_in_the_middle(desk: Desk) -> None:
    sha256 = desk.machine.run("put", path=desk.nas(OUTPUT, "torn.bin"), size=48 << 20, within=120)
    deadline = time.monotonic() + 90
    while not list(desk.windows(OUTPUT).glob(".~nas-sync-*")):
        assert time.monotonic() < deadline, "it does not begin"
        time.sleep(0.01)
    desk.mount.kill()
    assert not desk.windows(OUTPUT, "torn.bin").exists()
    desk.wait_status(OUTPUT, lambda status: status["state"] == "halted")
    desk.mount_again()
    for name in (INPUT, OUTPUT, TWO_WAY):
        desk.stop(name)
    desk.start()
    desk.wait_windows(OUTPUT, "torn.bin", sha256)
    assert not list(desk.windows(OUTPUT).glob(".~nas-sync-*"))
    for name in (INPUT, OUTPUT, TWO_WAY):
        desk.wait_equal(name)


def test_an_empty_directory_in_place_of_the_mount_is_refused(desk: Desk) -> None:
    """A pod that starts while nothing is mounted: its initial copy ends in an error, the export stays what it was."""
    desk.put_on_windows(INPUT, "stays", b"what the node does not see")
    desk.wait_nas(INPUT, "stays", b"what the node does not see")
    desk.stop(INPUT)
    desk.machine.run("make_directory", path="/not mounted")
    with pytest.raises(Failed, match="does not start"):
        desk.start(INPUT, windows="/not mounted")
    desk.start(INPUT)
    desk.wait_nas(INPUT, "stays", b"what the node does not see")
    desk.wait_equal(INPUT)
