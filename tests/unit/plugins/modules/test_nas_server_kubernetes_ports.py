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
from .conftest import no_answer
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


def service_ports(kubernetes: FakeKubernetes, server: str = BOTH[0]) -> dict[str, int | None]:
    return {each["name"]: each.get("nodePort") for each in kubernetes.kind("Service")[server]["spec"]["ports"]}


def with_fields(in_cluster: dict[str, t.Any], **fields: t.Any) -> dict[str, t.Any]:
    return {**in_cluster, "topology": {"servers": [{"name": BOTH[0], **fields}]}}


@pytest.mark.parametrize("fields", [{}, {"address": "127.7.7.1"}, {"address": "auto"}])
def test_server_without_a_node_port_is_for_the_cluster_alone(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any], fields: dict[str, t.Any]
) -> None:
    inside = with_fields(in_cluster, nfs_versions=[3, 4], **fields)
    assert run_module(nas_server, state="started", **inside)["changed"]
    assert kubernetes.kind("Service")[BOTH[0]]["spec"]["type"] == "ClusterIP"
    assert service_ports(kubernetes) == {"nfs": None, "mount": None, "rpcbind": None, "rpcbind-udp": None}
    assert not run_module(nas_server, state="started", **inside)["changed"]
    (shown,) = run_module(nas_server_info, **info(inside))["servers"]
    assert (shown["state"], shown["host"], shown["port"]) == ("ready", "10.0.0.7", 2049)
    # A NodePort comes and goes.
    outside = with_fields(in_cluster, port=32150)
    assert run_module(nas_server, state="started", **outside)["changed"]
    assert service_ports(kubernetes) == {"nfs": 32150}
    assert run_module(nas_server, state="started", **inside)["changed"]
    assert service_ports(kubernetes)["nfs"] is None


def test_server_that_only_the_cluster_reaches_is_ready_when_its_pod_is(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = with_fields(in_cluster)
    warnings: list[str] = []
    monkeypatch.setattr(nas_server.AnsibleModule, "warn", lambda _module, text: warnings.append(text))
    monkeypatch.setattr(status, "ask", no_answer)
    run_module(nas_server, state="started", **inside)
    assert warnings == []
    (shown,) = run_module(nas_server_info, **info(inside))["servers"]
    assert (shown["state"], shown["problem"], shown["fsid"]) == ("ready", "", None)


def test_node_port_of_mount_is_chosen_and_stays(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    both = with_fields(in_cluster, port=32150, nfs_versions=[3, 4])
    predicted = run_module(nas_server, check=True, **both)
    done = run_module(nas_server, **both)
    assert predicted["diff"] == done["diff"]
    chosen = service_ports(kubernetes)
    assert chosen["nfs"] == 32150 and chosen["mount"] and "rpcbind" not in chosen
    assert not run_module(nas_server, **both)["changed"]
    assert service_ports(kubernetes) == chosen
    named = with_fields(in_cluster, port=32150, nfs_versions=[3, 4], mount_port=32160)
    assert run_module(nas_server, **named)["changed"]
    assert service_ports(kubernetes) == {"nfs": 32150, "mount": 32160}
