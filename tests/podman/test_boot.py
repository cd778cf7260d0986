# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the unit does that starts a server with the machine, without systemd: its commands, one after the other."""

from __future__ import annotations

import subprocess
import time
import typing as t

import pytest

from ..harness.boot_unit import commands, unit_of
from ..validation.servers import podman
from .simulator import INSTANCE, SERVER, Simulator

POD = f"{INSTANCE}.{SERVER}"


def run(*settings: str, status: int = 0) -> str:
    """Run the commands of the unit's settings; return what they say. All of them are to end with ``status``."""
    said = ""
    for command in commands(unit_of(INSTANCE, SERVER, settings=True), *settings):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == status, done.stderr
        said += done.stdout
    return said


def until_ready(simulator: Simulator) -> None:
    deadline = time.monotonic() + 30
    while simulator.report()["state"] != "ready":
        assert time.monotonic() < deadline, podman("pod", "ps", "--filter", f"name={POD}")
        time.sleep(0.2)


@pytest.fixture
def stopped(simulator: Simulator) -> t.Iterator[Simulator]:
    simulator.apply()
    run("ExecStop")
    assert simulator.report()["state"] == "stopped"
    yield simulator
    simulator.apply()


def test_servers_start_behind_their_rules(stopped: Simulator) -> None:
    table = ["nft", "list", "table", "inet", f"file_simulator_{INSTANCE}"]
    before = subprocess.run(table, check=True, capture_output=True, text=True).stdout
    subprocess.run(["nft", "delete", "table", "inet", f"file_simulator_{INSTANCE}"], check=True)
    run("ExecStartPre", "ExecStart")
    assert subprocess.run(table, check=True, capture_output=True, text=True).stdout == before
    until_ready(stopped)


def test_one_that_runs_is_left_alone(simulator: Simulator) -> None:
    """The unit is started while its server runs, so that it is stopped in its order as the machine goes down."""
    simulator.apply()
    shown = ["inspect", "--format", "{{.State.StartedAt}}"]
    containers = [f"{POD}.{name}" for name in ("sync-windows-data", "sync-agent", "nfs-server")]
    before = podman(*shown, *containers)
    assert run("ExecStart") == ""
    assert podman(*shown, *containers) == before


def test_nothing_but_the_unit_starts_them(stopped: Simulator) -> None:
    """podman-restart.service does this with the machine, without the initial copy; it is enabled on Debian 12."""
    podman(
        "start", "--all", "--filter", "restart-policy=always", "--filter", f"label=file-simulator.instance={INSTANCE}"
    )
    assert stopped.report()["state"] == "stopped"


def test_server_whose_drive_is_missing_starts_once_it_is_there(stopped: Simulator) -> None:
    away = stopped.windows.with_name("away")
    stopped.windows.rename(away)
    try:
        stopped.windows.mkdir()  # a mount point without its mount
        assert str(stopped.windows) in run("ExecStart", status=1)
        assert stopped.report()["state"] == "stopped"
    finally:
        stopped.windows.rmdir()
        away.rename(stopped.windows)
    run("ExecStart")
    until_ready(stopped)


def test_server_with_another_directory_in_its_place_is_not_started(stopped: Simulator) -> None:
    """The initial copy refuses it by its marker, and the rest of the pod is stopped again."""
    marker = stopped.windows / ".file-simulator.json"
    kept = marker.read_text()
    marker.write_text(kept.replace(SERVER, "nas-output-2"))
    try:
        run("ExecStart", status=1)
        assert stopped.report()["state"] == "stopped"
    finally:
        marker.write_text(kept)
    run("ExecStart")
    until_ready(stopped)
