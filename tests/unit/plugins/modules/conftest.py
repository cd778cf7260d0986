# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster and a Minikube that run nothing, and arguments for modules that use it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import minikube_profile as profile_parameters
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import (
    preparation as _kubernetes_prepare,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import status as _kubernetes_report
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import waiting as _kubernetes_wait
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer, ProbeError
from ansible_collections.file_simulator.nas.plugins.modules import minikube_profile, windows_directory

from ..fake_kubernetes import FakeKubernetes
from ..fake_kubernetes_api import write_kubeconfig
from ..fake_minikube import FakeMinikube

Run = t.Callable[..., "dict[str, t.Any]"]


def no_answer(*where: t.Any, **_how: t.Any) -> Answer:
    raise ProbeError(f"{where} did not answer")


@pytest.fixture
def kubernetes(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[FakeKubernetes]:
    """A cluster whose servers answer at once, and clocks that do not make a test wait."""
    fake = FakeKubernetes()
    monkeypatch.setattr(_kubernetes_wait, "_PAUSE", 0.01)
    monkeypatch.setattr(_kubernetes_wait, "_PERMANENT_SECONDS", 0.05)
    monkeypatch.setattr(_kubernetes_prepare, "probe", no_answer)
    monkeypatch.setattr(_kubernetes_report, "wait_for_nfs", lambda *_where: Answer((1, 1), 0.0))
    monkeypatch.setattr(_kubernetes_report, "ask", lambda service, _timeout: Answer((service.port, 1), 0.0))
    yield fake
    fake.close()


@pytest.fixture
def in_cluster(kubernetes: FakeKubernetes, tmp_path: Path, run_module: Run) -> dict[str, t.Any]:
    """Arguments for a laid-out topology of two servers, in a cluster that has nothing yet."""
    servers = [{"name": "nas-input-1", "port": 32150}, {"name": "nas-output-1", "port": 32154}]
    layout = {"drive_root": str(tmp_path / "drives"), "registry": str(tmp_path / "registry.json")}
    run_module(windows_directory, topology={"servers": [*servers, {"name": "nas-backup", "port": 32153}]}, **layout)
    return {
        "engine": "kubernetes",
        "kubeconfig": write_kubeconfig(tmp_path / "kubeconfig", {"here": kubernetes.url}),
        "context": "here",
        "topology": {"servers": servers},
        "image": "localhost/file-simulator/nas:test",
        "drive_root": layout["drive_root"],
        "wait_timeout": 1,
    }


@pytest.fixture
def minikube_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    monkeypatch.setattr(profile_parameters, "machine_memory", lambda: 16000)
    return {"drive_root": str(tmp_path / "drives"), "kubeconfig": str(tmp_path / "kubeconfig")}


@pytest.fixture
def minikube_running(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], tmp_path: Path
) -> dict[str, t.Any]:
    """A profile that runs, as minikube_profile returned it."""
    run_module(windows_directory, drive_root=minikube_place["drive_root"], registry=str(tmp_path / "registry.json"))
    result: dict[str, t.Any] = run_module(minikube_profile, **minikube_place)
    return result
