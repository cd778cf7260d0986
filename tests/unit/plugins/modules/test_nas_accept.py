# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_accept against a podman and a cluster that run nothing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import nas_accept, nas_server

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments

__all__ = ["arguments"]

NONE = {"accepted": False, "withheld": ""}
SOME = {"accepted": True, "withheld": "all is gone from the windows side"}
EXPECTED = [{"server": "nas-input-1", **SOME}, {"server": "nas-output-1", **NONE}]


def test_podman(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    given = {name: arguments[name] for name in ("topology", "podman_executable", "drive_root")}
    given["servers"] = ["nas-input-1", "nas-output-1"]
    podman.left["nas-input-1"], podman.left["nas-output-1"] = SOME, NONE
    before = len(podman.calls)
    result = run_module(nas_accept, **given)
    assert (result["changed"], result["accepted"]) == (True, EXPECTED)
    agent = "file-simulator.nas-input-1.sync-agent"
    words = ["exec", agent, "python3", "-m", "nas_sync_agent", "accept", "--state", "/export/.nas"]
    assert words in podman.calls[before:]
    podman.left["nas-input-1"] = NONE
    assert not run_module(nas_accept, **given)["changed"]


def test_cluster(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> None:
    given = {key: in_cluster[key] for key in ("engine", "kubeconfig", "context", "topology", "drive_root")}
    with pytest.raises(ModuleFailed, match="server nas-input-1: it has no pod"):
        run_module(nas_accept, **given)
    run_module(nas_server, **in_cluster)
    kubernetes.accepted = {"nas-input-1": SOME, "nas-output-1": NONE}
    result = run_module(nas_accept, **given)
    assert (result["changed"], result["accepted"]) == (True, EXPECTED)
    kubernetes.silent.add("nas-input-1")
    with pytest.raises(ModuleFailed, match="server nas-input-1: its sync agent does not answer"):
        run_module(nas_accept, **given)
