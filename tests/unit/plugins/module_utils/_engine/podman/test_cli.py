# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of podman: each ends in time, and each failure is one line."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import cli
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman


def _program(tmp_path: Path, text: str) -> Podman:
    executable = tmp_path / "podman"
    executable.write_text(f"#!/bin/sh\n{text}\n")
    executable.chmod(0o755)

    def run(command: list[str], **_options: t.Any) -> tuple[int, str, str]:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return Podman(run, str(executable), {})


def test_a_call_that_hangs_ends_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_LIMIT", 1)
    podman = _program(tmp_path, "sleep 20")
    with pytest.raises(
        SimulatorError, match=r"list volumes: podman volume ls did not end within 1 s .*remove /run/libpod/alive"
    ) as told:
        podman.call(["volume", "ls"], "list volumes")
    assert "\n" not in told.value.message
    with pytest.raises(SimulatorError, match="did not end"):
        podman.succeeds(["pod", "exists", "a"])


def test_what_is_slow_does_not_hang() -> None:
    """Calls for seven servers side by side take turns: 36 s for the last of them on an emulated machine, and once over 120."""
    assert min(cli._LIMIT, *cli._LIMITS.values()) >= 600


def test_absence_and_failure_differ(tmp_path: Path) -> None:
    assert not _program(tmp_path, "exit 1").succeeds(["pod", "exists", "a"])
    with pytest.raises(SimulatorError, match="pod exists a: podman: database is locked"):
        _program(tmp_path, "echo 'Error: database is locked' >&2; exit 125").succeeds(["pod", "exists", "a"])


def test_warnings_are_not_the_containers_words(tmp_path: Path) -> None:
    podman = _program(tmp_path, """echo started; echo 'time="x" level=warning msg="cgroups-v1"' >&2""")
    assert podman.log_tail("a", 5) == "started"


def test_a_volume_that_another_run_removes_meanwhile_does_not_fail_the_list(tmp_path: Path) -> None:
    """Podman has read its name by then; a failure of another kind, and one that stays, are said."""
    gone = "no volume with name other.export found in database: no such volume"
    count = tmp_path / "count"
    podman = _program(
        tmp_path,
        f"""echo x >> {count}; [ $(wc -l < {count}) -gt 2 ] || {{ echo 'Error: {gone}' >&2; exit 125; }}
        echo '[{{"Name": "v", "Mountpoint": "/v"}}]'""",
    )
    assert podman.mountpoints() == {"v": "/v"}
    with pytest.raises(SimulatorError, match="list volumes: podman: no volume with name other"):
        _program(tmp_path, f"echo 'Error: {gone}' >&2; exit 125").mountpoints()
    count.unlink()
    with pytest.raises(SimulatorError, match="list volumes: podman: database is locked"):
        _program(tmp_path, f"echo x >> {count}; echo 'Error: database is locked' >&2; exit 125").mountpoints()
    assert count.read_text() == "x\n"
