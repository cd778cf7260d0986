# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nas_client_config refuses: with one clear line, and before anything is touched."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import clients as client_parameters
from ansible_collections.file_simulator.nas.plugins.module_utils._clients import documents as _client_documents
from ansible_collections.file_simulator.nas.plugins.modules import nas_client_config

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from .test_nas_client_config import EXAMPLE, Run, clients

__all__ = ["clients"]


def using(claim: str, **more: t.Any) -> dict[str, t.Any]:
    """A pod of somebody else's that mounts a claim."""
    return {
        "metadata": {"name": "web-1", "namespace": "orders", **more.pop("metadata", {})},
        "spec": {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}]},
        "status": {"phase": "Running", **more},
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"namespaces": ["nowhere"]}, "namespaces: 'nowhere' is not in the cluster of context here; make it first"),
        ({"namespaces": ["No_Name"]}, "namespaces: 'No_Name'"),
        ({"formats": ["xml"]}, "formats must be one or more of: .* Got no match for: xml"),
        ({"prefix": "Dev-"}, "prefix: 'Dev-' cannot begin an object's name"),
        ({"labels": {"file-simulator/nas": "x"}}, "labels: 'file-simulator/nas' is one that the collection sets"),
        ({"labels": {"team": "a b"}}, "labels: 'team: a b' is no label"),
        ({"actimeo": -2}, "actimeo: -2 is no number of seconds"),
        ({"servers": ["nas-input-9"]}, "servers: 'nas-input-9' is not in the topology"),
        ({"reports": []}, "reports: there is none of server nas-input-1"),
        ({"reports": [{"name": "nas-input-1"}]}, "reports: that of server nas-input-1 is none of nas_server_info"),
        (
            {"reports": [{"name": "nas-input-1", "host": "a b", "port": 1, "cluster": None}]},
            "reports: that of server nas-input-1 is none of nas_server_info: ValueError 'a b' is no address",
        ),
        (
            {"reports": [{"name": "nas-input-1", "host": "", "port": 1, "cluster": None}]},
            "server nas-input-1: it has no address yet; start it first: make up",
        ),
        (
            {
                "reports": [{"name": "nas-input-1", "host": "::1", "port": 1, "cluster": None}],
                "server_address": "cluster_ip",
            },
            "server nas-input-1: server_address: there is no cluster_ip outside a cluster; choose node",
        ),
        (
            {"example": {**EXAMPLE, "servers": ["nas-backup"]}},
            "example: servers: 'nas-backup' is not among the servers",
        ),
        ({"example": {**EXAMPLE, "image": ""}}, "example: image: is empty"),
        ({"engine": "podman", "reports": [], "servers": [], "context": "", "apply": True}, "context: is empty; name"),
    ],
)
def test_bad_input(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path, change: t.Any, message: str
) -> None:
    directory = tmp_path / "files"
    with pytest.raises(ModuleFailed, match=message):
        run_module(nas_client_config, **{**clients, "directory": str(directory), **change})
    assert kubernetes.changes == []
    assert not directory.exists()


def test_service_without_an_address(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    kubernetes.kind("Service")["nas-output-1"]["spec"]["clusterIP"] = "None"
    with pytest.raises(ModuleFailed, match="server nas-output-1: it has no address yet"):
        run_module(nas_client_config, **clients)


def test_server_that_the_cluster_has_not(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    del kubernetes.objects["Service", "file-simulator", "nas-output-1"]
    with pytest.raises(ModuleFailed, match="server nas-output-1: it has no address yet"):
        run_module(nas_client_config, **clients)


def test_volume_with_other_content(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path) -> None:
    run_module(nas_client_config, **clients)
    kubernetes.requests.clear()
    kubernetes.kind("Service")["nas-input-1"]["spec"]["clusterIP"] = "10.0.0.9"
    for check in (True, False):
        with pytest.raises(ModuleFailed) as refused:
            run_module(nas_client_config, check=check, directory=str(tmp_path / "files"), **clients)
        assert str(refused.value) == (
            "PersistentVolume orders.nas-input-1 cannot be changed: spec.nfs.server is 10.0.0.7, not 10.0.0.9. These "
            "would have to be deleted: PersistentVolume orders.nas-input-1, PersistentVolumeClaim nas-input-1 in namespace "
            "orders; do so with make up ARGS='-e nas_clients_recreate=true' (in a playbook: recreate: true); what is on the NAS stays"
        )
    assert kubernetes.changes == []
    assert not (tmp_path / "files").exists()


@pytest.mark.parametrize(
    ("kind", "namespace", "name"),
    [
        ("PersistentVolume", "", "orders.nas-input-1"),
        ("PersistentVolumeClaim", "orders", "nas-input-1"),
        ("ConfigMap", "orders", "file-simulator-nas-endpoints"),
        ("Deployment", "orders", "nas-example"),
    ],
)
@pytest.mark.parametrize("recreate", [False, True])
def test_object_of_somebody_else(
    run_module: Run,
    kubernetes: FakeKubernetes,
    clients: t.Any,
    kind: str,
    namespace: str,
    name: str,
    recreate: bool,
) -> None:
    kubernetes.add(kind, {"metadata": {"name": name, "namespace": namespace}, "spec": {}})
    with pytest.raises(ModuleFailed, match=f"{kind} {name}.* is there and not ours; choose a prefix"):
        run_module(nas_client_config, example=EXAMPLE, recreate=recreate, **clients)
    assert kubernetes.changes == []


def test_claim_that_a_pod_uses(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path) -> None:
    clients["directory"] = str(tmp_path / "files")
    run_module(nas_client_config, example=EXAMPLE, **clients)
    kubernetes.strangers.append(using("nas-output-1"))
    kubernetes.requests.clear()
    message = "PersistentVolumeClaim nas-output-1 in namespace orders is in use by pod web-1; delete it or scale it down first"
    for change in (
        {"state": "absent"},
        {"state": "absent", "servers": ["nas-output-1"]},
        {"namespaces": ["reports"], "purge": True},
    ):
        with pytest.raises(ModuleFailed, match=message):
            run_module(nas_client_config, **{**clients, **change})
    kubernetes.kind("Service")["nas-output-1"]["spec"]["clusterIP"] = "10.0.0.9"
    with pytest.raises(ModuleFailed, match=message):
        run_module(nas_client_config, recreate=True, **clients)
    assert kubernetes.changes == []
    assert (tmp_path / "files" / "fstab").exists()


def test_pods_that_do_not_count(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    """One that has ended, one that is ending, one that uses another claim, and one in another namespace."""
    run_module(nas_client_config, **clients)
    kubernetes.strangers += [
        using("nas-output-1", phase="Succeeded"),
        using("nas-output-1", metadata={"deletionTimestamp": "now"}),
        using("mine"),
        using("nas-output-1", metadata={"namespace": "reports"}),
    ]
    run_module(nas_client_config, state="absent", **clients)
    assert kubernetes.kind("PersistentVolumeClaim") == {}


def test_claim_that_is_not_bound(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    kubernetes.binds = False
    with pytest.raises(ModuleFailed, match="nas-input-1 in namespace orders is not bound to its volume after 1 s"):
        run_module(nas_client_config, **clients)


def test_right_that_is_missing_is_no_difference(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    run_module(nas_client_config, **clients)
    kubernetes.refusals["PATCH persistentvolumes"] = (403, "you may not")
    with pytest.raises(ModuleFailed, match=r"check PersistentVolume orders.nas-input-1: Kubernetes: you may not"):
        run_module(nas_client_config, labels={"team": "a"}, **clients)


def test_directory_that_is_a_file(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModuleFailed, match=r"directory: /.*/file is no directory; choose another"):
        run_module(nas_client_config, directory=str(tmp_path / "file" / "below"), **clients)
    assert kubernetes.changes == []


def test_missing_python_package(run_module: Run, clients: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_parameters, "YAML_IMPORT_ERROR", "Traceback: no module")
    with pytest.raises(
        ModuleFailed, match=r"formats: manifests: Failed to import the required Python library \(PyYAML"
    ):
        run_module(nas_client_config, **clients)
    assert _client_documents.YAML_FORMATS == ("manifests", "yaml")
    run_module(nas_client_config, **{**clients, "formats": ["env"]})
