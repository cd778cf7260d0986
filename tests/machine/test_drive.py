# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drive C: over 9p: detected, missing, unmounted while in use, dead, frozen and back; nothing is lost by any of it."""

from __future__ import annotations

import tempfile
import time
import typing as t
from pathlib import Path

import pytest

from ..harness.machine.drive_server import DriveServer
from ..harness.machine.vm import DRIVE_TAG
from ..harness.ports import reserve
from ..harness.programs import Unavailable
from .conftest import Snapshots
from .desk import INPUT, OUTPUT, Desk
from .drive import NAME, OPTIONS, UP, Drive
from .latency import measure_latencies

_WSL = rf"{OPTIONS},aname=drvfs;path=C:\;uid=1000;gid=1000;symlinkroot=/mnt/,trans=virtio"


@pytest.fixture(scope="session")
def stood(snapshots: Snapshots) -> t.Iterator[Drive]:
    """The drive after ``make up``. Its far side serves a directory that the machine's users can reach."""
    _name, (port, *_) = reserve("drive")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        for part in (Path(directory), Path(directory) / "c"):
            part.mkdir(exist_ok=True)
            part.chmod(0o777)
        try:
            server = DriveServer(Path(directory) / "c", port)
        except Unavailable as reason:
            pytest.skip(str(reason))
        with server:
            drive = Drive(Desk(snapshots.clean().machine), server)
            drive.stand()
            yield drive


@pytest.fixture
def drive(stood: Drive) -> Drive:
    stood.desk.machine.load("drive")
    stood.again()
    return stood


def test_drive_is_detected_and_its_bare_mount_point_refused(desk: Desk) -> None:
    """By the kernel's table, as WSL's mounts show there; what serves the drive here is the emulator."""
    machine = desk.machine
    machine.run(NAME)
    refused = machine.try_("cd nas && make up ARGS='--tags layout,provision,deploy'", seconds=900)
    assert refused.returncode and "drive C: is not mounted at /mnt/c" in refused.stdout, refused.stdout[-3000:]
    machine.run("test ! -e /mnt/c/simulator-data")
    machine.run(f"sudo mkdir -p /mnt/c && sudo mount -t 9p -o '{_WSL}' {DRIVE_TAG} /mnt/c && sudo chown tester: /mnt/c")
    machine.run("cd nas && make up ARGS='--tags layout'")
    assert machine.run("ls /mnt/c/simulator-data | wc -l; sudo umount /mnt/c") == "7\n"


def test_files_go_both_ways(drive: Drive) -> None:
    """Over 9p, and then with the Windows directories on the machine's own disk: one run, so the two can be compared."""
    through = [measure_latencies(drive.desk, server) for server in (INPUT, OUTPUT)]
    drive.be_local()
    local = [measure_latencies(drive.desk, server) for server in (INPUT, OUTPUT)]
    for way, nine, own in zip(("to the NAS", "to Windows"), through, local, strict=True):
        print(f"{nine / own:6.2f} times as long over 9p {way}", flush=True)


def test_drive_that_has_died(drive: Drive) -> None:
    drive.write(40)
    time.sleep(15)
    drive.server.kill()
    drive.halted("Input/output error")
    before = drive.names(INPUT)
    drive.refused("its drive is dead (Input/output error)")
    assert drive.names(INPUT) == before
    drive.wait_for_writers()

    drive.server.start()
    drive.unmount()
    drive.mount()
    drive.desk.make(UP)
    drive.nothing_is_lost()
    drive.goes_on()


def test_drive_that_has_frozen(drive: Drive) -> None:
    drive.write(40)
    time.sleep(15)
    drive.server.freeze()
    try:
        drive.halted("does not answer")
        drive.refused("its drive has not answered for 10 s")
        status = drive.desk.machine.try_("cd nas && make status", seconds=600)
        assert "is not there, or does not answer" in status.stdout and "halted" in status.stdout, status.stdout
    finally:
        drive.server.thaw()
    drive.wait_for_writers()
    drive.nothing_is_lost()
    drive.goes_on()


def test_drive_that_was_unmounted_while_in_use(drive: Drive) -> None:
    """Running servers have it yet. Only what begins now sees that it is gone, and lays nothing out in its place."""
    drive.write(20)
    drive.wait_for_writers()
    drive.nothing_is_lost()
    drive.unmount()
    before = drive.names(INPUT)
    drive.refused("drive C: is not mounted at /mnt/c")
    drive.desk.machine.run("test ! -e /mnt/c/simulator-data")
    assert drive.names(INPUT) == before
    drive.mount()
    drive.desk.make(UP)
    drive.nothing_is_lost()
    drive.goes_on()


def test_drive_that_is_missing_as_the_machine_starts(drive: Drive) -> None:
    """The servers' units wait for it. Nothing is laid out in its place, and nobody has to start anything."""
    drive.write(20)
    drive.wait_for_writers()
    drive.restart_without_it()
    drive.refused("drive C: is not mounted at /mnt/c")
    assert drive.units() == ["activating", "activating"]
    drive.desk.machine.run("test ! -e /mnt/c/simulator-data")
    drive.mount()
    drive.until_started()
    drive.nothing_is_lost()
    drive.goes_on()
