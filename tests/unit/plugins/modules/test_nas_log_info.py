# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_log_info against a podman and a cluster that run nothing."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.modules import nas_log_info, nas_server

from ..fake_kubernetes import FakeKubernetes
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments

__all__ = ["arguments"]

_GANESHA = "27/11/2026 19:42:30 : epoch 6b09dd26 : nas : nfs-ganesha-1[main] main :MAIN :WARN :No realm\n"
_AGENT = "2026-11-27T19:42:29.522Z INFO delivered 'a\udcff' to nas, 1 bytes\n"
_SERVER = "2026-11-27 19:42:30  nfs-server"


def test_podman(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    given = {name: arguments[name] for name in ("topology", "podman_executable", "drive_root")}
    found = run_module(nas_log_info, **given)
    assert found["table"][0] == "nas-input-1: nothing was logged"
    run_module(nas_server, **arguments)
    podman.logs["file-simulator.nas-input-1.nfs-server"] = _GANESHA
    podman.logs["file-simulator.nas-input-1.sync-agent"] = _AGENT
    before = len(podman.calls)
    found = run_module(nas_log_info, **given, servers=["nas-input-1"], lines=7)
    (server,) = found["servers"]
    assert (found["changed"], server["name"]) == (False, "nas-input-1")
    assert server["containers"]["nfs-server"] == [_GANESHA.strip()]
    assert [line.split("  ")[::2] for line in server["merged"]] == [
        ["2026-11-27 19:42:29", r"delivered 'a\udcff' to nas, 1 bytes"],
        ["2026-11-27 19:42:30", "WARN MAIN: No realm"],
    ]
    assert found["table"] == ["nas-input-1: nfs-server, sync-agent", *server["merged"]]
    assert ["logs", "--tail", "7", "file-simulator.nas-input-1.nfs-server"] in podman.calls[before:]


def test_cluster(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> None:
    given = {key: in_cluster[key] for key in ("engine", "kubeconfig", "context", "topology", "drive_root")}
    run_module(nas_server, **in_cluster)
    kubernetes.logs["nas-input-1"] = _GANESHA
    found = run_module(nas_log_info, **given, servers=["nas-input-1"])
    assert any(line.startswith(_SERVER) for line in found["table"]), found
