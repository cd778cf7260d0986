# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_server_info with engine kubernetes: each state that a server can be in."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info

from ..fake_kubernetes import FakeKubernetes

Run = t.Callable[..., "dict[str, t.Any]"]


def info(in_cluster: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The arguments that nas_server_info shares."""
    return {key: in_cluster[key] for key in ("engine", "kubeconfig", "context", "topology", "drive_root")}


def test_ready(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> None:
    run_module(nas_server, **in_cluster)
    kubernetes.statuses["nas-input-1"] = {"state": "idle"}
    report = run_module(nas_server_info, **info(in_cluster))["servers"][0]
    assert (report["state"], report["fsid"], report["host"]) == ("ready", "32150.1", "127.0.0.1")
    assert report["sync"] == {"state": "idle"}
    assert report["containers"] == {"sync-windows-data": "exited", "nfs-server": "running"}
    assert report["cluster"] == {
        "context": "here",
        "namespace": "file-simulator",
        "dns_name": "nas-input-1.file-simulator.svc.cluster.local",
        "cluster_ip": "10.0.0.7",
        "cluster_port": 2049,
        "pod": kubernetes.pods["nas-input-1"],
        "node": "node-1",
        "restarts": 0,
        "last_error": "",
    }


def test_absent_stopped_and_broken(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> None:
    address = {"type": "InternalIP", "address": "192.0.2.7"}
    kubernetes.add("Node", {"metadata": {"name": "node-1"}, "status": {"addresses": [address]}})
    absent = run_module(nas_server_info, **info(in_cluster))["servers"]
    assert [(each["state"], each["host"]) for each in absent] == [("absent", "192.0.2.7")] * 2
    run_module(nas_server, **in_cluster)
    run_module(nas_server, state="stopped", **{**in_cluster, "servers": ["nas-input-1"]})
    loop = {
        "name": "nfs-server",
        "restartCount": 4,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 2, "reason": "Error", "message": "one\ntwo\n"}},
    }
    kubernetes.trouble["nas-output-1"] = {"containerStatuses": [loop]}
    run_module(nas_server, state="restarted", wait=False, **{**in_cluster, "servers": ["nas-output-1"]})
    stopped, broken = run_module(nas_server_info, **info(in_cluster))["servers"]
    assert stopped["state"] == "stopped"
    assert broken["summary"] == "nas-output-1: broken: nfs-server ended 5 times, with exit status 2, and says: two"
    assert (broken["cluster"]["restarts"], broken["containers"]) == (4, {"nfs-server": "CrashLoopBackOff"})
    assert broken["cluster"]["last_error"] == "nfs-server: Error, exit status 2: two"
    assert kubernetes.changes[-1][0] == "PATCH", "asking changed something"
