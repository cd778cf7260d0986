# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_fault in a cluster that runs no pods."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import (
    nas_fault,
    nas_fault_info,
    nas_server,
    nas_server_info,
)

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from .test_nas_server import Run

Mapping = dict[str, t.Any]
OUTPUT = "nas-output-1"


@pytest.fixture
def given(run_module: Run, in_cluster: Mapping) -> Mapping:
    run_module(nas_server, **in_cluster)
    kept = {name: value for name, value in in_cluster.items() if name not in ("image", "wait_timeout")}
    return {**kept, "servers": [OUTPUT]}


def running(kubernetes: FakeKubernetes) -> list[Mapping]:
    given = [each for containers in kubernetes.ephemeral.values() for each in containers]
    return [each for each in given if each["name"] not in kubernetes.ended]


def on(kubernetes: FakeKubernetes) -> list[str]:
    orders = [json.loads(each["command"][3]) for each in running(kubernetes)]
    return [fault["fault"] for order in orders for fault in order["faults"]]


def test_twelve_steps(run_module: Run, kubernetes: FakeKubernetes, given: Mapping) -> None:
    slow = {**given, "fault": "slow", "delay": 300}
    slower = {**given, "fault": "slow", "delay": 900}
    gone = {**given, "state": "absent"}
    for wanted, after in ((slow, ["slow"]), (slower, ["slow"]), (gone, [])):
        before = running(kubernetes)
        assert run_module(nas_fault, check=True, **wanted)["changed"]
        assert running(kubernetes) == before
        assert run_module(nas_fault, **wanted)["changed"]
        assert on(kubernetes) == after and running(kubernetes) != before
        changed = running(kubernetes)
        assert not run_module(nas_fault, check=True, **wanted)["changed"]
        assert not run_module(nas_fault, **wanted)["changed"]
        assert running(kubernetes) == changed


def test_container_is_the_servers_and_has_one_right(
    run_module: Run, kubernetes: FakeKubernetes, given: Mapping
) -> None:
    run_module(nas_fault, **given, fault="full")
    (pod,) = kubernetes.ephemeral
    assert pod.startswith(OUTPUT)
    (container,) = running(kubernetes)
    assert container["targetContainerName"] == "nfs-server"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsUser": 0,
        "capabilities": {"drop": ["ALL"], "add": ["SYS_PTRACE"]},
    }
    template = kubernetes.kind("Deployment")[OUTPUT]["spec"]["template"]["spec"]
    assert container["image"] == template["initContainers"][0]["image"]
    assert "SYS_PTRACE" not in json.dumps(template)


def test_what_is_told(run_module: Run, kubernetes: FakeKubernetes, given: Mapping) -> None:
    run_module(nas_fault, **given, fault="hang")
    (server,) = run_module(nas_fault_info, **given)["servers"]
    assert [each["fault"] for each in server["faults"]] == ["hang"]
    (report,) = run_module(nas_server_info, **given)["servers"]
    assert report["warnings"][0].startswith("fault on purpose: hang: ")
    kubernetes.ended.update(each["name"] for each in running(kubernetes))
    assert run_module(nas_fault_info, **given)["servers"][0]["faults"] == []


def test_cluster_that_refuses(run_module: Run, kubernetes: FakeKubernetes, given: Mapping) -> None:
    kubernetes.refusals["PATCH pods"] = (403, "violates PodSecurity: non-default capabilities")
    with pytest.raises(ModuleFailed, match=f"server {OUTPUT}: make the fault: Kubernetes: violates PodSecurity"):
        run_module(nas_fault, **given, fault="full")


def test_helper_that_ends_at_once(
    run_module: Run, kubernetes: FakeKubernetes, given: Mapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    kubernetes.fault_log = "the kernel refuses: Operation not permitted\n"
    monkeypatch.setattr(
        "ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.faults._SECONDS", 0.1
    )
    with pytest.raises(ModuleFailed, match="could not be made: the kernel refuses: Operation not permitted"):
        run_module(nas_fault, **given, fault="full")


@pytest.mark.parametrize("state", ["present", "started", "restarted", "stopped", "absent"])
def test_whatever_is_done_with_a_server_ends_its_faults(
    run_module: Run, kubernetes: FakeKubernetes, given: Mapping, in_cluster: Mapping, state: str
) -> None:
    run_module(nas_fault, **given, fault="full")
    foretold = run_module(nas_server, check=True, **{**in_cluster, "state": state})
    assert foretold["changed"] and on(kubernetes) == ["full"]
    done = run_module(nas_server, **{**in_cluster, "state": state})
    assert done["changed"] and on(kubernetes) == []
    assert "its fault was ended: full: writes and new files get ENOSPC" in str(done["warnings"])


def test_server_that_does_not_run(run_module: Run, in_cluster: Mapping, given: Mapping) -> None:
    run_module(nas_server, **{**in_cluster, "state": "stopped"})
    with pytest.raises(ModuleFailed, match=f"server {OUTPUT}: it does not run, so there is nothing to break"):
        run_module(nas_fault, **given, fault="full")
