# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine after the other, each brought back for each test to what it was.

MACHINES names Debian's suites. A machine is made once, has this checkout in ``~/nas``, and what ``make up`` installs.
"""

from __future__ import annotations

import os
import subprocess
import typing as t

import pytest

from ..harness.machine.image import image_of
from ..harness.machine.vm import VirtualMachine
from ..harness.ports import reserve
from ..harness.programs import Unavailable
from .cluster import CANNOT_BE_BUILT, CLUSTER, Cluster
from .desk import Desk

_SUITES = os.environ.get("MACHINES", "trixie bookworm").split()


class Snapshots:
    """A desk, and the states that its machine can be brought back to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._said = ""
        desk.machine.save("clean")

    def clean(self) -> Desk:
        """Return the desk with no server yet."""
        seconds = self._desk.machine.load("clean")
        print(f"{seconds:6.0f} s  back to a clean desk", flush=True)
        return self._desk

    def standing(self) -> tuple[Desk, str]:
        """Return the desk with all servers up, and what ``make up`` has said, which runs once."""
        if self._said:
            print(f"{self._desk.machine.load('standing'):6.0f} s  back to where the servers stand", flush=True)
        else:
            self._said = self.clean().make("up", seconds=3600)
            self._desk.machine.save("standing")
        return self._desk, self._said


@pytest.fixture(scope="session", params=_SUITES)
def snapshots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Snapshots]:
    try:
        image = image_of(request.param)
    except Unavailable as reason:
        pytest.skip(f"no machine can be made here: {reason}")
    _name, (port, *_) = reserve("machine")
    with VirtualMachine(image, tmp_path_factory.mktemp(request.param) / "machine", port) as machine:
        print(f"\n{machine.start():6.0f} s  start of a machine with {request.param}", flush=True)
        machine.furnish()
        yield Snapshots(Desk(machine))


@pytest.fixture
def desk(snapshots: Snapshots) -> Desk:
    """A desk where all is installed and no server stands."""
    return snapshots.clean()


@pytest.fixture
def standing(snapshots: Snapshots) -> Desk:
    """A desk after ``make up``."""
    return snapshots.standing()[0]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Cluster]:
    """A cluster whose node is a machine, whatever MACHINES says: a node is a node; one distribution will do."""
    try:
        image = image_of("trixie")
    except Unavailable as reason:
        pytest.skip(f"no machine can be made here: {reason}")
    built = subprocess.run([CLUSTER / "cluster", "build"], check=False, capture_output=True, text=True)
    if built.returncode == CANNOT_BE_BUILT:
        pytest.skip(built.stderr.strip())
    assert built.returncode == 0, built.stderr
    home = tmp_path_factory.mktemp("cluster")
    name, (port, *ports) = reserve("cluster")
    with VirtualMachine(image, home / "machine", port, processors=1) as machine:
        machine.drive = home / "drives" / "c"
        print(f"\n{machine.start():6.0f} s  start of a machine", flush=True)
        machine.furnish()
        with Cluster(machine, home, name, ports) as cluster:
            yield cluster
