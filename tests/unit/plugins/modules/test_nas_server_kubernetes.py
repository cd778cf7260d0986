# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_server with engine kubernetes through a server's life, against an API server that runs nothing."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import agent
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import status as _kubernetes_report
from ansible_collections.file_simulator.nas.plugins.modules import nas_server

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from .conftest import no_answer

BOTH = ["nas-input-1", "nas-output-1"]
Run = t.Callable[..., "dict[str, t.Any]"]


def verbs(result: dict[str, t.Any]) -> list[str]:
    return [f"{action['verb']} {action['server']}" for action in result["actions"]]


def changed(in_cluster: dict[str, t.Any], name: str = "nas-input-1", **change: t.Any) -> dict[str, t.Any]:
    return {**in_cluster, "topology": {**in_cluster["topology"], "changes": [{"name": name, **change}]}}


def test_twelve_steps(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> None:
    """Create, again, modify, again, delete, again: each in check mode first, which asks for no change."""
    modified = changed(in_cluster, export_options="ro,no_root_squash")
    for state, given, expected in [
        ("present", in_cluster, [f"create {name}" for name in BOTH]),
        ("present", in_cluster, []),
        ("present", modified, ["replace nas-input-1"]),
        ("present", modified, []),
        ("absent", modified, [f"remove {name}" for name in BOTH]),
        ("absent", modified, []),
    ]:
        before = copy.deepcopy(kubernetes.objects)
        predicted = run_module(nas_server, check=True, state=state, **given)
        assert kubernetes.objects == before
        done = run_module(nas_server, state=state, **given)
        assert verbs(predicted) == verbs(done) == expected
        assert predicted["changed"] == done["changed"] == bool(expected)
        assert predicted["diff"] == done["diff"]
    assert {kind for kind, _place, _name in kubernetes.objects} == {"Namespace"}


def test_diff_shows_the_changed_line(run_module: Run, in_cluster: dict[str, t.Any]) -> None:
    run_module(nas_server, **in_cluster)
    diff = run_module(nas_server, check=True, **changed(in_cluster, export_options="ro,no_root_squash"))["diff"]
    lines = [
        diff[side]["nas-input-1"]["ConfigMap"]["data"]["ganesha.conf"].splitlines() for side in ("before", "after")
    ]
    assert [set(lines[0]) - set(lines[1]), set(lines[1]) - set(lines[0])] == [
        {"    Access_Type = RW;"},
        {"    Access_Type = RO;"},
    ]


def test_change_replaces_one_pod_alone(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_cluster)
    before = dict(kubernetes.pods)
    run_module(nas_server, **changed(in_cluster, export_options="ro,no_root_squash"))
    assert {name for name in BOTH if before[name] != kubernetes.pods[name]} == {"nas-input-1"}


def test_server_is_added_and_purged(run_module: Run, in_cluster: dict[str, t.Any]) -> None:
    more = {
        **in_cluster,
        "topology": {"servers": [*in_cluster["topology"]["servers"], {"name": "nas-backup", "port": 32153}]},
    }
    run_module(nas_server, **in_cluster)
    assert verbs(run_module(nas_server, **more)) == ["create nas-backup"]
    assert verbs(run_module(nas_server, **in_cluster)) == []
    assert verbs(run_module(nas_server, purge=True, **in_cluster)) == ["remove nas-backup"]


def test_port_of_a_server_that_goes_can_be_taken(run_module: Run, in_cluster: dict[str, t.Any]) -> None:
    run_module(nas_server, **in_cluster)
    heir = {"servers": [in_cluster["topology"]["servers"][1], {"name": "nas-backup", "port": 32150}]}
    result = run_module(nas_server, purge=True, **{**in_cluster, "topology": heir})
    assert verbs(result) == ["remove nas-input-1", "create nas-backup"]


def test_disabled_server_goes_and_comes_back(run_module: Run, in_cluster: dict[str, t.Any]) -> None:
    run_module(nas_server, **in_cluster)
    assert verbs(run_module(nas_server, **changed(in_cluster, enabled=False))) == ["remove nas-input-1"]
    assert verbs(run_module(nas_server, **in_cluster)) == ["create nas-input-1"]


def test_states_of_running_servers(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> None:
    run_module(nas_server, **in_cluster)
    for state, verb in [
        ("stopped", "stop"),
        ("stopped", ""),
        ("present", ""),
        ("started", "start"),
        ("restarted", "restart"),
    ]:
        pods = dict(kubernetes.pods)
        expected = [f"{verb} {name}" for name in BOTH] if verb else []
        assert verbs(run_module(nas_server, state=state, **in_cluster)) == expected, state
        replaced = {name for name in BOTH if kubernetes.pods[name] != pods[name]}
        assert replaced == (set(BOTH) if verb == "restart" else set())
    assert verbs(run_module(nas_server, **in_cluster)) == []


def test_what_somebody_changed_by_hand_is_put_right(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_cluster)
    del kubernetes.objects["Deployment", "file-simulator", "nas-input-1"]
    kubernetes.kind("Service")["nas-output-1"]["spec"]["type"] = "ClusterIP"
    assert verbs(run_module(nas_server, **in_cluster)) == [f"replace {name}" for name in BOTH]
    assert verbs(run_module(nas_server, **in_cluster)) == []


def test_network_policies_come_and_go(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    run_module(nas_server, network_policy=True, **in_cluster)
    assert set(kubernetes.kind("NetworkPolicy")) == set(BOTH)
    assert verbs(run_module(nas_server, **in_cluster)) == [f"replace {name}" for name in BOTH]
    assert kubernetes.kind("NetworkPolicy") == {}


def test_claim_outlives_its_server(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> None:
    persistent = changed(in_cluster, storage={"type": "persistent"})
    run_module(nas_server, storage_class="", **persistent)
    assert kubernetes.kind("PersistentVolumeClaim")["nas-input-1-export"]["spec"]["storageClassName"] == ""
    run_module(nas_server, **in_cluster)
    assert verbs(run_module(nas_server, **in_cluster)) == [], "a claim that is kept is no difference"
    run_module(nas_server, state="absent", **persistent)
    assert verbs(run_module(nas_server, state="absent", **persistent)) == []
    assert set(kubernetes.kind("PersistentVolumeClaim")) == {"nas-input-1-export"}
    result = run_module(nas_server, state="absent", delete_storage=True, **persistent)
    assert verbs(result) == ["remove nas-input-1"]
    assert kubernetes.kind("PersistentVolumeClaim") == {}


def test_namespace_is_labelled_and_kept(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_cluster)
    labels = kubernetes.kind("Namespace")["file-simulator"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"
    labels["pod-security.kubernetes.io/enforce"] = "baseline"
    result = run_module(nas_server, **in_cluster)
    assert (result["changed"], result["actions"]) == (True, [])
    assert result["diff"]["before"]["namespace"] != result["diff"]["after"]["namespace"]
    run_module(nas_server, state="absent", purge=True, **in_cluster)
    assert set(kubernetes.kind("Namespace")) == {"file-simulator"}


def test_namespace_of_others_is_left_alone(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    with pytest.raises(ModuleFailed, match='namespaces "file-simulator" not found'):
        run_module(nas_server, manage_namespace=False, **in_cluster)
    kubernetes.add("Namespace", {"metadata": {"name": "file-simulator"}})
    for refused in ("GET namespaces", "GET services", "GET deployments", "GET nodes"):
        kubernetes.refusals[refused] = (403, "forbidden")
    assert len(run_module(nas_server, manage_namespace=False, **in_cluster)["actions"]) == 2
    assert "labels" not in kubernetes.kind("Namespace")["file-simulator"]["metadata"]


def test_older_clusters_get_an_ordinary_sidecar(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    kubernetes.version = ("1", "28+")
    run_module(nas_server, **in_cluster)
    spec = kubernetes.kind("Deployment")["nas-input-1"]["spec"]["template"]["spec"]
    assert [each["name"] for each in spec["containers"]] == ["nfs-server", "sync-agent"]
    assert [each["name"] for each in spec["initContainers"]] == ["sync-windows-data"]


def test_all_failures_are_told_at_once(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    image = {"waiting": {"reason": "ErrImagePull", "message": "nobody has it"}}
    kubernetes.trouble["nas-input-1"] = {"initContainerStatuses": [{"name": "x", "image": "i:1", "state": image}]}
    refused = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: small"}
    kubernetes.conditions["nas-output-1"] = [refused]
    with pytest.raises(ModuleFailed, match=r"nas-input-1: not ready: image i:1 .*\(1 more, see problems\)") as failure:
        run_module(nas_server, **{**in_cluster, "wait_timeout": 60})
    assert failure.value.result["problems"][1] == (
        "server nas-output-1: not ready: its pod is refused: exceeded quota: small"
    )


def test_server_that_does_not_answer_fails_after_the_timeout(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    status = {"containerStatuses": [{"name": "nfs-server", "ready": False, "state": {"running": {}}}]}
    kubernetes.trouble["nas-input-1"] = status
    kubernetes.logs["nas-input-1"] = "starting\ncannot open the export\n"
    with pytest.raises(ModuleFailed, match=r"not ready after 1 s: .*nfs-server says: cannot open the export"):
        run_module(nas_server, **in_cluster)
    assert run_module(nas_server, wait=False, **in_cluster)["changed"] is False


def test_unreachable_node_is_a_warning(
    run_module: Run, in_cluster: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_kubernetes_report, "wait_for_nfs", no_answer)
    warnings: list[str] = []
    monkeypatch.setattr(nas_server.AnsibleModule, "warn", lambda _module, text: warnings.append(text))
    assert run_module(nas_server, **in_cluster)["changed"]
    assert [text.partition(":")[0] for text in warnings] == [f"server {name}" for name in BOTH]
    assert "ready in the cluster, but this machine does not reach it: " in warnings[0]


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ({"waiting_count": 1, "waiting": [{"path": "late.csv"}]}, "'late.csv' have not reached"),
        (
            {"refused_count": 1, "refused": [{"path": "a:b", "reason": "forbidden"}]},
            "'a:b' .forbidden. cannot be copied",
        ),
        ({"state": "unknown", "reason": "the marker is gone"}, "nobody can tell .*the marker is gone"),
        ({"nonce": "another"}, "an old one"),
        (None, "nobody can tell what has not reached"),
    ],
)
def test_pod_whose_storage_goes_with_it_stays_while_that_holds_anything(
    left: dict[str, t.Any] | None,
    told: str,
    run_module: Run,
    kubernetes: FakeKubernetes,
    in_cluster: dict[str, t.Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(agent, "_PATIENCE_SECONDS", 0.0)
    run_module(nas_server, **in_cluster)
    if left is None:
        kubernetes.silent.add("nas-output-1")
    else:
        kubernetes.left["nas-output-1"] = left
    before = copy.deepcopy(kubernetes.objects)
    off = {**in_cluster["topology"], "changes": [{"name": "nas-output-1", "enabled": False}]}
    other = {**in_cluster["topology"], "changes": [{"name": "nas-output-1", "sync": {"interval": 20}}]}
    for change in (
        {"state": "absent"},
        {"state": "stopped"},
        {"state": "restarted"},
        {"topology": off},
        {"topology": other},
    ):
        with pytest.raises(ModuleFailed, match=f"server nas-output-1: .*{told}"):
            run_module(nas_server, **{**in_cluster, **change})
    assert kubernetes.objects == before
    assert len(run_module(nas_server, state="absent", delete_storage=True, **in_cluster)["actions"]) == 2


def test_pod_that_has_never_served_holds_nothing(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_cluster)
    kubernetes.silent.add("nas-output-1")
    kubernetes.trouble["nas-output-1"] = {
        "containerStatuses": [
            {"name": "nfs-server", "ready": False, "state": {"waiting": {"reason": "PodInitializing"}}}
        ]
    }
    assert len(run_module(nas_server, state="absent", **in_cluster)["actions"]) == 2
