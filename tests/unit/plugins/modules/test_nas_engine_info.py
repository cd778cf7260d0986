# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_engine_info on a machine made of files, whose network nobody may ask without need."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine import environment
from ansible_collections.file_simulator.nas.plugins.modules import nas_engine_info

from ..conftest import ModuleFailed

Run = t.Callable[..., "dict[str, t.Any]"]
URL = "https://downloads.example/minikube"


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the network was asked for; it has everything."""
    urls: list[str] = []
    monkeypatch.setattr(environment, "download_answers", lambda url, _seconds: urls.append(url) or True)
    return urls


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_for: list[str]) -> dict[str, t.Any]:
    """A machine with a driver for Minikube, and nothing else."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MINIKUBE_HOME", raising=False)
    return {
        "state_directory": str(tmp_path / "state"),
        "record": str(tmp_path / "engine.json"),
        "minikube_executable": str(tmp_path / "minikube"),
        "minikube_driver": "kvm2",
        "minikube_url": URL,
    }


def program(tmp_path: Path) -> None:
    (tmp_path / "minikube").write_text("#!/bin/false\n")
    (tmp_path / "minikube").chmod(0o755)


def test_minikube_that_can_be_installed(run_module: Run, arguments: dict[str, t.Any], asked_for: list[str]) -> None:
    result = run_module(nas_engine_info, **arguments)
    assert (result["choice"], result["engine"], result["changed"]) == ("minikube", "kubernetes", False)
    assert result["cluster"]["context"] == "file-simulator"
    assert asked_for == [URL]


def test_minikube_that_is_there(
    run_module: Run, arguments: dict[str, t.Any], asked_for: list[str], tmp_path: Path
) -> None:
    program(tmp_path)
    result = run_module(nas_engine_info, **arguments)
    assert result["line"] == f"Engine: minikube: {tmp_path}/minikube can use the driver kvm2"
    assert asked_for == []


def test_podman_that_runs_stays(
    run_module: Run, arguments: dict[str, t.Any], asked_for: list[str], tmp_path: Path
) -> None:
    program(tmp_path)
    (tmp_path / "state" / "mine" / "nas-input-1").mkdir(parents=True)
    mine = {"topology": {"instance": "mine"}}
    assert run_module(nas_engine_info, **arguments, **mine)["choice"] == "podman"
    assert run_module(nas_engine_info, **arguments)["choice"] == "minikube", "another instance is free"
    assert asked_for == []
    with pytest.raises(ModuleFailed, match="podman runs instance mine, and minikube would answer on the same ports"):
        run_module(nas_engine_info, engine="minikube", **arguments, **mine)


def test_nothing_is_asked_where_nothing_is_to_be_stood_up(
    run_module: Run, arguments: dict[str, t.Any], asked_for: list[str]
) -> None:
    result = run_module(nas_engine_info, running=True, **arguments)
    assert (result["choice"], result["reason"]) == ("podman", "nothing runs instance file-simulator")
    assert asked_for == []


def test_no_url_is_no_download(run_module: Run, arguments: dict[str, t.Any], asked_for: list[str]) -> None:
    assert run_module(nas_engine_info, **{**arguments, "minikube_url": ""})["choice"] == "podman"
    assert asked_for == []


def test_cluster_that_is_remembered(run_module: Run, arguments: dict[str, t.Any], tmp_path: Path) -> None:
    (tmp_path / "config").write_text("contexts: [{name: theirs}]\n")
    cluster = {
        "kubeconfig": str(tmp_path / "config"),
        "context": "theirs",
        "node_address": "127.0.0.1",
        "node_data_root": "/mnt/data",
    }
    (tmp_path / "engine.json").write_text(json.dumps({"choice": "kubernetes", **cluster}))
    for running in (False, True):
        result = run_module(nas_engine_info, running=running, **arguments)
        assert (result["choice"], result["cluster"]) == ("kubernetes", cluster)
    assert run_module(nas_engine_info, node_address="192.0.2.1", **arguments)["cluster"] == {
        **cluster,
        "node_address": "192.0.2.1",
    }


def test_cluster_that_is_named(run_module: Run, arguments: dict[str, t.Any], tmp_path: Path) -> None:
    result = run_module(nas_engine_info, engine="kubernetes", context="theirs", **arguments)
    assert result["cluster"] == {
        "kubeconfig": f"{tmp_path}/.kube/config",
        "context": "theirs",
        "node_address": "",
        "node_data_root": "/mnt/simulator-data",
    }


def test_bad_topology_is_refused(run_module: Run, arguments: dict[str, t.Any]) -> None:
    with pytest.raises(ModuleFailed, match="topology: instance"):
        run_module(nas_engine_info, topology={"instance": "Not A Label"}, **arguments)


@pytest.mark.parametrize("user", [0, 1000])
def test_whether_the_caller_is_root(
    run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch, user: int
) -> None:
    monkeypatch.setattr(nas_engine_info.os, "geteuid", lambda: user)
    assert run_module(nas_engine_info, **arguments)["root"] is (user == 0)
