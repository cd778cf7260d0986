# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that are left to a cluster: its API server chooses them, and they stay with their Services."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import status
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import NfsService
from ansible_collections.file_simulator.nas.plugins.modules import nas_client_config, nas_server, nas_server_info

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from .test_nas_server_info_kubernetes import info
from .test_nas_server_kubernetes import BOTH, Run, verbs


@pytest.fixture
def auto(in_cluster: dict[str, t.Any]) -> dict[str, t.Any]:
    return {**in_cluster, "topology": {"servers": [{"name": name, "port": "auto"} for name in BOTH]}}


def ports(kubernetes: FakeKubernetes) -> dict[str, int]:
    return {name: item["spec"]["ports"][0]["nodePort"] for name, item in kubernetes.kind("Service").items()}


def test_twelve_steps(run_module: Run, kubernetes: FakeKubernetes, auto: dict[str, t.Any]) -> None:
    """The port is in no diff before there is one: what a trial is given, the real request is not."""
    modified = {**auto, "topology": {**auto["topology"], "changes": [{"name": BOTH[0], "export_options": "ro"}]}}
    chosen: dict[str, int] = {}
    for state, given, expected in [
        ("present", auto, [f"create {name}" for name in BOTH]),
        ("present", auto, []),
        ("present", modified, ["replace nas-input-1"]),
        ("present", modified, []),
        ("absent", modified, [f"remove {name}" for name in BOTH]),
        ("absent", modified, []),
    ]:
        predicted = run_module(nas_server, check=True, state=state, **given)
        done = run_module(nas_server, state=state, **given)
        assert verbs(predicted) == verbs(done) == expected
        assert predicted["diff"] == done["diff"]
        if state == "present":
            chosen = chosen or ports(kubernetes)
            assert ports(kubernetes) == chosen and len(set(chosen.values())) == 2


def test_servers_are_waited_for_at_the_ports_that_were_chosen(
    run_module: Run, kubernetes: FakeKubernetes, auto: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def answered(service: NfsService, _timeout: float) -> Answer:
        asked.append(service.port)
        return Answer((1, 1), 0.0)

    monkeypatch.setattr(status, "wait_for_nfs", answered)
    run_module(nas_server, state="started", **auto)
    assert sorted(asked) == sorted(ports(kubernetes).values())


def test_fixed_port_is_kept_when_it_is_left_to_the_cluster(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any], auto: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_cluster)
    fixed = ports(kubernetes)
    assert not run_module(nas_server, **auto)["changed"]
    assert ports(kubernetes) == fixed


def test_chosen_port_is_shown_and_nothing_where_there_is_none_yet(
    run_module: Run, kubernetes: FakeKubernetes, auto: dict[str, t.Any]
) -> None:
    assert [each["port"] for each in run_module(nas_server_info, **info(auto))["servers"]] == [None, None]
    run_module(nas_server, **auto)
    shown = {each["name"]: each["port"] for each in run_module(nas_server_info, **info(auto))["servers"]}
    assert shown == ports(kubernetes)


def test_clients_are_given_the_chosen_port(run_module: Run, kubernetes: FakeKubernetes, auto: dict[str, t.Any]) -> None:
    kubernetes.add("Namespace", {"metadata": {"name": "orders"}})
    asked = {**info(auto), "namespaces": ["orders"], "server_address": "node"}
    with pytest.raises(ModuleFailed, match="its port is chosen as it starts; start it first"):
        run_module(nas_client_config, **asked)
    run_module(nas_server, state="started", **auto)
    run_module(nas_client_config, **asked)
    for name, port in ports(kubernetes).items():
        options = kubernetes.kind("PersistentVolume")[f"orders.{name}"]["spec"]["mountOptions"]
        assert f"port={port}" in options
