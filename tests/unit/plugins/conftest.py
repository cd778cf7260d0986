# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A podman that runs nothing, and modules that run in this process."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import minikube as _minikube
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import podman as _podman
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import lifecycle as _minikube_cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import mount as _minikube_mount

from ... import module_runner
from .fake_minikube import FakeMinikube
from .fake_podman import FakePodman

ModuleFailed = module_runner.ModuleFailed


@pytest.fixture
def run_module() -> t.Callable[..., dict[str, t.Any]]:
    """See module_runner.run_module."""
    return module_runner.run_module


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePodman:
    """A podman that runs nothing, on a machine that needs no adaptation, for a caller that is root."""
    executable = tmp_path / "podman"
    executable.write_text("#!/bin/false\n")
    executable.chmod(0o755)
    fake = FakePodman(str(executable), str(tmp_path / "volumes"))
    monkeypatch.setattr(_podman.os, "geteuid", lambda: 0)
    monkeypatch.setattr(_podman, "adaptation", lambda machine: "")
    monkeypatch.setattr(AnsibleModule, "run_command", lambda self, command, **options: fake.run(command, **options))
    return fake


@pytest.fixture
def minikube(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMinikube:
    """A minikube that runs nothing, alone on PATH; nothing waits."""
    programs = tmp_path / "programs"
    programs.mkdir()
    executable = programs / "minikube"
    executable.write_text("#!/bin/false\n")
    executable.chmod(0o755)
    fake = FakeMinikube(str(executable))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(_minikube, "_INSTALLED", str(programs))
    monkeypatch.setattr(_minikube_mount, "_PATIENCE", 0.1)
    monkeypatch.setattr(_minikube_cluster, "port_holder", lambda _address, _port: "")
    monkeypatch.setattr(AnsibleModule, "run_command", lambda self, command, **options: fake.run(command, **options))
    return fake
