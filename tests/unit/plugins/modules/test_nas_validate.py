# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_validate: what it refuses, what it returns, and that it removes its files when it is told to end."""

from __future__ import annotations

import json
import os
import signal
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._checks import run as _check_run
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.catalogue import CATALOGUE
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import read_run
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs import rs_client as _rs_client
from ansible_collections.file_simulator.nas.plugins.modules import nas_validate

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from .test_nas_server import free_ports

Run = t.Callable[..., "dict[str, t.Any]"]


@pytest.fixture
def arguments(podman: FakePodman, tmp_path: Path) -> dict[str, t.Any]:
    """Arguments for a server that nobody has started."""
    return {
        "topology": {"servers": [{"name": "nas-output-1", "port": free_ports(1)[0]}]},
        "drive_root": str(tmp_path / "drives"),
        "podman_executable": podman.executable,
        "state_directory": str(tmp_path / "state"),
    }


def test_servers_that_are_not_there_fail_and_the_task_does_not(
    run_module: Run, arguments: dict[str, t.Any], podman: FakePodman
) -> None:
    result = run_module(nas_validate, tags=["ready"], **arguments)
    assert not result["changed"]
    assert result["failed_checks"][0].startswith("ready of nas-output-1: 127.0.0.1:")
    assert "its state is absent" in result["failed_checks"][0]
    assert any(
        line.startswith("containers of nas-output-1: it has no pod; make up") for line in result["failed_checks"]
    )
    assert podman.changes == []
    run = read_run(result["run"])
    assert run.as_dict() == json.loads(json.dumps(result["run"]))
    assert run.versions["podman"] == "4.3.1"
    assert result["run"]["counts"]["failed"] == len(result["failed_checks"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"checks": ["all"]}, "checks: 'all' is unknown; there are ready, "),
        ({"tags": ["slow"]}, "tags: 'slow' is unknown; there are clients, "),
        ({"servers": ["nas-9"]}, "servers: 'nas-9' is not in the topology"),
        ({"limits": {"to_nas": 0}}, "limits.to_nas: 0 is outside 0..3600"),
        ({"limits": {"to_nas": float("nan")}}, "limits.to_nas: nan is outside 0..3600"),
        ({"limits": {"free": "much"}}, "limits.free: 'much' is no amount of memory"),
        ({"limits": {"cpu": "0"}}, "limits.cpu: '0' is no amount of CPU"),
    ],
)
def test_bad_input_is_refused_before_anything_is_asked(
    run_module: Run, arguments: dict[str, t.Any], podman: FakePodman, options: dict[str, t.Any], message: str
) -> None:
    with pytest.raises(ModuleFailed) as failure:
        run_module(nas_validate, **{**arguments, **options})
    assert str(failure.value).startswith(message)
    assert [call for call in podman.calls if call != ["--version"]] == []


def test_without_nfs_rs_it_says_what_to_install(
    run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nas_validate, "NFS_RS_IMPORT_ERROR", "ImportError")
    monkeypatch.setattr(_rs_client, "NFS_RS_IMPORT_ERROR", "ImportError")
    with pytest.raises(ModuleFailed, match="nfs-rs"):
        run_module(nas_validate, **arguments)
    assert run_module(nas_validate, tags=["ready"], **arguments)["run"]["versions"]["nfs-rs"] == ""


def test_check_mode_skips_what_writes(run_module: Run, arguments: dict[str, t.Any]) -> None:
    results = run_module(nas_validate, check=True, disruptive=True, **arguments)["run"]["results"]
    writing = {check.name for check in CATALOGUE if check.writes}
    assert {each["outcome"] for each in results if each["check"] in writing} == {"skipped"}


def test_told_to_end_it_puts_back_what_it_took_away(
    run_module: Run, arguments: dict[str, t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM in the middle of a run: a marker that a check has hidden is back, and no file of a check stays."""
    directory = tmp_path / "drives" / "c" / "simulator-data" / "nas-output-1"
    directory.mkdir(parents=True)
    hidden = directory / ".file-simulator.json.file-simulator-check-12345678"

    def killed_in_the_middle(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        hidden.write_text("marker")
        (directory / "file-simulator-check-12345678-kept").write_text("x")
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("SIGTERM was not heard")

    monkeypatch.setattr(_check_run.Runner, "run", killed_in_the_middle)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises((json.JSONDecodeError, SystemExit)):
        run_module(nas_validate, checks=["ownership"], **arguments)
    assert [path.name for path in directory.iterdir()] == [".file-simulator.json"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_disabled_servers_are_left_out(run_module: Run, arguments: dict[str, t.Any]) -> None:
    arguments["topology"]["servers"][0]["enabled"] = False
    result = run_module(nas_validate, tags=["ready"], **arguments)
    assert result["failed_checks"] == [] and result["run"]["servers"] == []
