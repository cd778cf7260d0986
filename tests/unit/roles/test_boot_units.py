# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The systemd units that start servers with the machine and stop them in order, as systemd reads them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ...harness.boot_unit import commands, rendered, unit_of

SERVER = "nas-output-1"


def test_systemd_understands_it(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / f"file-simulator-desk@{SERVER}.service"
    unit.write_text(rendered("server.service.j2", "desk", settings=True))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit)], capture_output=True, text=True
    )
    # Programs may be missing here.
    complaints = [line for line in done.stderr.splitlines() if unit.name in line and "is not executable" not in line]
    assert complaints == []


def test_the_server_stops_before_its_agent() -> None:
    pod = f"desk.{SERVER}"
    server, rest = commands(unit_of("desk", SERVER), "ExecStop")
    assert server[1:3] == ["podman", "stop"] and server[-1] == f"{pod}.nfs-server"
    assert rest[1:4] == ["podman", "pod", "stop"] and rest[-1] == pod


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param("RemainAfterExit=yes", id="only what is active is stopped in its order"),
        pytest.param("Restart=on-failure", id="a drive that is missing may come"),
        pytest.param("StartLimitIntervalSec=0", id="as often as it takes"),
        pytest.param("TimeoutStartSec=infinity", id="an initial copy takes what it takes"),
        pytest.param("TimeoutStopSec=600", id="slow machines stop servers in their order, too"),
        pytest.param("UnsetEnvironment=INVOCATION_ID", id="containers outlive the command that has started them"),
        pytest.param("After=local-fs.target -.mount mnt-c.mount", id="drives are mounted longer than servers run"),
        pytest.param("WantedBy=multi-user.target", id="with the machine"),
    ],
)
def test_setting(setting: str) -> None:
    assert setting in unit_of("desk", SERVER).splitlines()


def test_no_mount_is_required() -> None:
    """A unit that fails for what it requires is not tried again."""
    lines = [line for line in unit_of("desk", SERVER).splitlines() if not line.startswith("#")]
    assert not any(line.startswith(("Requires", "BindsTo")) for line in lines)


def test_settings_of_podman_are_used_where_there_are_any() -> None:
    assert "CONTAINERS_CONF" not in unit_of("desk", SERVER)
    (start,) = commands(unit_of("desk", SERVER, settings=True), "ExecStart")
    assert start[1] == "CONTAINERS_CONF=/var/lib/file-simulator/containers.conf"


def test_containers_stay_until_the_units_have_stopped() -> None:
    lines = rendered("scopes.conf.j2", "desk", ("nas-1", "nas-2")).splitlines()
    assert lines[-2:] == ["[Unit]", "Before=file-simulator-desk@nas-1.service file-simulator-desk@nas-2.service"]
