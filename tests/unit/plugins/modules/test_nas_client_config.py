# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes, claims and addresses in a cluster that runs nothing, and as files."""

from __future__ import annotations

import copy
import json
import stat
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.modules import nas_client_config, nas_server

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes

Run = t.Callable[..., "dict[str, t.Any]"]
PROGRAM = "print('works')\n"
EXAMPLE = {"image": "localhost/file-simulator/nas:test", "program": PROGRAM}


@pytest.fixture
def clients(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> dict[str, t.Any]:
    """Arguments for the clients of two servers that run, and of which nobody has a volume yet."""
    kubernetes.add("Namespace", {"metadata": {"name": "orders"}})
    kubernetes.add("Namespace", {"metadata": {"name": "reports"}})
    run_module(nas_server, state="started", **in_cluster)
    kubernetes.requests.clear()
    names = ("engine", "kubeconfig", "context", "topology", "drive_root")
    return {**{name: in_cluster[name] for name in names}, "namespaces": ["orders"], "wait_timeout": 1}


def verbs(result: dict[str, t.Any]) -> list[tuple[str, str, str]]:
    return [(action["verb"], action["kind"], action["name"]) for action in result["actions"]]


def test_twelve_steps(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path) -> None:
    """Create, again, modify, again, delete, again: each in check mode first, which leaves everything alone."""
    directory = tmp_path / "files"
    given = {**clients, "directory": str(directory)}

    def picture() -> tuple[t.Any, dict[str, str]]:
        kinds = ("PersistentVolume", "PersistentVolumeClaim", "ConfigMap")
        files = {path.name: path.read_text() for path in directory.rglob("*") if path.is_file()}
        return copy.deepcopy([kubernetes.kind(kind) for kind in kinds]), files

    for state, actimeo, changed in [
        ("present", 1, True),
        ("present", 1, False),
        ("present", 5, True),
        ("present", 5, False),
        ("absent", 5, True),
        ("absent", 5, False),
    ]:
        before = picture()
        asked = {**given, "state": state, "actimeo": actimeo}
        predicted = run_module(nas_client_config, check=True, **asked)
        assert picture() == before, "check mode changed something"
        done = run_module(nas_client_config, **asked)
        assert predicted["changed"] == done["changed"] == changed
        assert verbs(predicted) == verbs(done)
        assert (picture() != before) == changed


def test_volume_and_claim_name_each_other(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    result = run_module(nas_client_config, **clients)
    assert result["changed"]
    volume = kubernetes.kind("PersistentVolume")["orders.nas-input-1"]["spec"]
    claim = kubernetes.kind("PersistentVolumeClaim")["nas-input-1"]
    assert (claim["metadata"]["namespace"], claim["spec"]["volumeName"]) == ("orders", "orders.nas-input-1")
    assert (volume["claimRef"]["namespace"], volume["claimRef"]["name"]) == ("orders", "nas-input-1")
    assert volume["storageClassName"] == claim["spec"]["storageClassName"] == ""
    assert volume["persistentVolumeReclaimPolicy"] == "Retain"
    assert volume["accessModes"] == claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert volume["capacity"] == claim["spec"]["resources"]["requests"] == {"storage": "500Mi"}
    assert volume["nfs"] == {"server": "10.0.0.7", "path": "/data", "readOnly": False}
    assert volume["mountOptions"] == ["nfsvers=4.1", "proto=tcp", "port=2049", "hard", "actimeo=1"]


def test_config_map_has_addresses_that_pods_reach(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    run_module(nas_client_config, **clients)
    data = kubernetes.kind("ConfigMap")["file-simulator-nas-endpoints"]["data"]
    assert {name: data[name] for name in data if name.startswith("NAS_OUTPUT_1_")} == {
        "NAS_OUTPUT_1_HOST": "nas-output-1.file-simulator.svc.cluster.local",
        "NAS_OUTPUT_1_PORT": "2049",
        "NAS_OUTPUT_1_PATH": "/data",
        "NAS_OUTPUT_1_NODEPORT": "32154",
        "NAS_OUTPUT_1_PVC": "nas-output-1",
        "NAS_OUTPUT_1_URL": "nfs://nas-output-1.file-simulator.svc.cluster.local:2049/data",
        "NAS_OUTPUT_1_MOUNT_OPTIONS": "nfsvers=4.1,proto=tcp,port=2049,hard,actimeo=1",
    }
    assert data["NAS_COUNT"] == "2"
    assert data["NAS_NAMESPACE"] == "file-simulator"
    assert data["NAS_SERVERS"] == "nas-input-1,nas-output-1"


def test_second_run_changes_nothing(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path
) -> None:
    clients = {**clients, "example": EXAMPLE, "directory": str(tmp_path / "files")}
    run_module(nas_client_config, **clients)
    kubernetes.requests.clear()
    assert run_module(nas_client_config, **clients)["actions"] == []
    assert not run_module(nas_client_config, **clients)["changed"]
    assert kubernetes.changes == []


def test_check_mode_tells_and_touches_nothing(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path
) -> None:
    clients = {**clients, "example": EXAMPLE, "directory": str(tmp_path / "files")}
    foreseen = run_module(nas_client_config, check=True, **clients)
    assert kubernetes.changes == []
    assert not (tmp_path / "files").exists()
    done = run_module(nas_client_config, **clients)
    assert foreseen["actions"] == done["actions"]
    assert foreseen["diff"] == done["diff"]
    clients["state"] = "absent"
    kubernetes.requests.clear()
    foreseen = run_module(nas_client_config, check=True, **clients)
    assert kubernetes.changes == []
    assert foreseen["actions"] == run_module(nas_client_config, **clients)["actions"] != []


def test_check_mode_on_an_empty_machine(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    """The servers that a playbook would start first have no address, and their namespace is not there."""
    names = ("engine", "kubeconfig", "context", "topology", "drive_root")
    arguments = {name: in_cluster[name] for name in names}
    result = run_module(nas_client_config, check=True, **arguments)
    assert len(result["actions"]) == 5
    assert kubernetes.changes == []


def test_two_namespaces_have_volumes_of_their_own(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    clients["namespaces"] = ["orders", "reports", "orders"]
    run_module(nas_client_config, **clients)
    assert sorted(kubernetes.kind("PersistentVolume")) == [
        "orders.nas-input-1", "orders.nas-output-1", "reports.nas-input-1", "reports.nas-output-1",
    ]  # fmt: skip
    clients.update(namespaces=["orders"], purge=True)
    result = run_module(nas_client_config, **clients)
    assert [(action["verb"], action["namespace"], action["name"]) for action in result["actions"]] == [
        ("remove", "reports", "file-simulator-nas-endpoints"),
        ("remove", "reports", "nas-input-1"),
        ("remove", "reports", "nas-output-1"),
        ("remove", "", "reports.nas-input-1"),
        ("remove", "", "reports.nas-output-1"),
    ]


def test_prefix_and_labels(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    run_module(nas_client_config, prefix="dev-", labels={"team": "a"}, **clients)
    claim = kubernetes.kind("PersistentVolumeClaim")["dev-nas-input-1"]
    assert claim["spec"]["volumeName"] == "dev-orders.nas-input-1"
    assert claim["metadata"]["labels"]["team"] == "a"
    config = kubernetes.kind("ConfigMap")["dev-file-simulator-nas-endpoints"]
    assert config["data"]["NAS_INPUT_1_PVC"] == "dev-nas-input-1"


def test_label_is_changed_in_place(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    run_module(nas_client_config, **clients)
    result = run_module(nas_client_config, labels={"team": "a"}, **clients)
    assert {verb for verb, _kind, _name in verbs(result)} == {"update"}


def test_disabled_server_has_no_claim(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    run_module(nas_client_config, **clients)
    clients["topology"] = copy.deepcopy(clients["topology"])
    clients["topology"]["servers"][0]["enabled"] = False
    result = run_module(nas_client_config, **clients)
    assert verbs(result) == [
        ("remove", "PersistentVolumeClaim", "nas-input-1"),
        ("remove", "PersistentVolume", "orders.nas-input-1"),
        ("update", "ConfigMap", "file-simulator-nas-endpoints"),
    ]


def test_servers_that_are_about_to_go_are_left_first(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any
) -> None:
    """What the role's tasks "retire" ask for: the example goes, too, for it has the volume mounted."""
    run_module(nas_client_config, example=EXAMPLE, **clients)
    del clients["topology"]["servers"][0]
    retire = {**clients, "state": "absent", "servers": [], "purge": True}
    assert verbs(run_module(nas_client_config, **retire)) == [
        ("remove", "PersistentVolumeClaim", "nas-input-1"),
        ("remove", "PersistentVolume", "orders.nas-input-1"),
        ("remove", "Deployment", "nas-example"),
    ]
    deleted = [path.rsplit("/", 1)[1] for method, path in kubernetes.changes if method == "DELETE"]
    assert deleted == ["nas-example", "nas-input-1", "orders.nas-input-1"]
    assert verbs(run_module(nas_client_config, **retire)) == []
    assert ("create", "Deployment", "nas-example") in verbs(run_module(nas_client_config, example=EXAMPLE, **clients))


def test_absent_removes_in_the_order_of_dependence(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    run_module(nas_client_config, example=EXAMPLE, **clients)
    kubernetes.requests.clear()
    run_module(nas_client_config, state="absent", **clients)
    kinds = [path.split("/")[-2] for method, path in kubernetes.changes if method == "DELETE"]
    assert list(dict.fromkeys(kinds)) == ["deployments", "configmaps", "persistentvolumeclaims", "persistentvolumes"]
    assert kubernetes.kind("PersistentVolume") == kubernetes.kind("PersistentVolumeClaim") == {}
    assert set(kubernetes.kind("ConfigMap")) == {"nas-input-1-config", "nas-output-1-config"}
    assert set(kubernetes.kind("Deployment")) == {"nas-input-1", "nas-output-1"}
    assert not run_module(nas_client_config, state="absent", **clients)["changed"]


def test_absent_finds_what_other_namespaces_have(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    run_module(nas_client_config, **clients)
    run_module(nas_client_config, prefix="dev-", **clients)
    clients["namespaces"] = []
    assert not run_module(nas_client_config, state="absent", **clients)["changed"]
    run_module(nas_client_config, state="absent", purge=True, **clients)
    assert kubernetes.kind("PersistentVolumeClaim") == {}


def test_absent_leaves_other_namespaces_and_prefixes_alone(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any
) -> None:
    run_module(nas_client_config, example=EXAMPLE, **{**clients, "namespaces": ["orders", "reports"]})
    run_module(nas_client_config, example=EXAMPLE, prefix="dev-", **clients)
    run_module(nas_client_config, state="absent", prefix="dev-", **clients)
    assert set(kubernetes.kind("PersistentVolume")) == {
        "orders.nas-input-1", "orders.nas-output-1", "reports.nas-input-1", "reports.nas-output-1",
    }  # fmt: skip
    assert "nas-example" in kubernetes.kind("Deployment") and "dev-nas-example" not in kubernetes.kind("Deployment")
    run_module(nas_client_config, state="absent", **clients)
    assert set(kubernetes.kind("PersistentVolume")) == {"reports.nas-input-1", "reports.nas-output-1"}
    assert set(kubernetes.kind("ConfigMap")) == {
        "nas-input-1-config", "nas-output-1-config", "file-simulator-nas-endpoints",
    }  # fmt: skip


def test_objects_of_others_are_left_alone(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    for home in ("file-simulator", "second"):
        labels = {
            "app.kubernetes.io/name": "nas-client", "app.kubernetes.io/managed-by": "file-simulator",
            "app.kubernetes.io/part-of": "file-simulator", "app.kubernetes.io/instance": "second",
            "file-simulator/home": home,
        }  # fmt: skip
        kubernetes.add(
            "PersistentVolume", {"metadata": {"name": f"orders.{home}", "labels": labels}, "spec": {"claimRef": {}}}
        )
    run_module(nas_client_config, purge=True, **clients)
    run_module(nas_client_config, state="absent", **clients)
    assert set(kubernetes.kind("PersistentVolume")) == {"orders.file-simulator", "orders.second"}


def test_volume_that_cannot_be_changed_is_made_anew_when_asked(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any
) -> None:
    run_module(nas_client_config, example=EXAMPLE, **clients)
    before = kubernetes.kind("PersistentVolume")["orders.nas-output-1"]["metadata"]["uid"]
    kubernetes.kind("Service")["nas-input-1"]["spec"]["clusterIP"] = "10.0.0.9"
    result = run_module(nas_client_config, example=EXAMPLE, recreate=True, **clients)
    assert verbs(result) == [
        ("recreate", "Deployment", "nas-example"),
        ("recreate", "PersistentVolumeClaim", "nas-input-1"),
        ("recreate", "PersistentVolume", "orders.nas-input-1"),
    ]
    volumes = kubernetes.kind("PersistentVolume")
    assert volumes["orders.nas-input-1"]["spec"]["nfs"]["server"] == "10.0.0.9"
    assert volumes["orders.nas-output-1"]["metadata"]["uid"] == before
    assert "nas-example" in kubernetes.kind("Deployment")
    assert not run_module(nas_client_config, example=EXAMPLE, **clients)["changed"]


def test_volume_whose_claim_was_deleted_is_released(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any
) -> None:
    run_module(nas_client_config, **clients)
    del kubernetes.objects["PersistentVolumeClaim", "orders", "nas-input-1"]
    result = run_module(nas_client_config, **clients)
    assert verbs(result) == [
        ("release", "PersistentVolume", "orders.nas-input-1"),
        ("create", "PersistentVolumeClaim", "nas-input-1"),
    ]
    assert kubernetes.kind("PersistentVolumeClaim")["nas-input-1"]["status"]["phase"] == "Bound"


def test_example_mounts_what_is_asked_for(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    run_module(nas_client_config, example={**EXAMPLE, "servers": ["nas-output-1"]}, **clients)
    pod = kubernetes.kind("Deployment")["nas-example"]["spec"]["template"]["spec"]
    assert [each["name"] for each in pod["volumes"]] == ["nas-output-1", "example-program", "example-state"]
    assert pod["containers"][0]["volumeMounts"][0] == {"name": "nas-output-1", "mountPath": "/nas/nas-output-1"}
    assert kubernetes.kind("ConfigMap")["nas-example"]["data"] == {"nas_example.py": PROGRAM}
    assert ("remove", "Deployment", "nas-example") in verbs(run_module(nas_client_config, purge=True, **clients))


def test_example_can_be_written_and_not_run(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any) -> None:
    result = run_module(nas_client_config, example={**EXAMPLE, "apply": False}, **clients)
    assert "nas-example" not in kubernetes.kind("Deployment")
    assert "kind: Deployment" in result["files"]["example/nas-example.yaml"]


def test_example_is_not_taken_for_a_server(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, in_cluster: dict[str, t.Any]
) -> None:
    """It may run in the servers' own namespace, where the engine looks after what is the servers'."""
    run_module(nas_client_config, example=EXAMPLE, **{**clients, "namespaces": []})
    assert not run_module(nas_server, state="started", purge=True, **in_cluster)["changed"]
    run_module(nas_server, state="absent", purge=True, delete_storage=True, **in_cluster)
    assert set(kubernetes.kind("Deployment")) == {"nas-example"}
    assert len(kubernetes.kind("PersistentVolumeClaim")) == 2


def test_written_manifests_are_what_is_applied(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path
) -> None:
    result = run_module(nas_client_config, example=EXAMPLE, directory=str(tmp_path), **clients)
    written = []
    for place in ("manifests", "example"):
        listed = yaml.safe_load((tmp_path / place / "kustomization.yaml").read_text())["resources"]
        assert {*listed, "kustomization.yaml"} == {path.name for path in (tmp_path / place).iterdir()}
        for name in listed:
            written += list(yaml.safe_load_all((tmp_path / place / name).read_text()))
    assert written == result["objects"]
    applied = {(item["kind"], item["metadata"]["name"]) for item in written}
    assert applied <= {(kind, name) for kind, _place, name in kubernetes.objects}


def test_files_only(run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "files"
    clients.update(apply=False, directory=str(directory), namespaces=["elsewhere"])
    result = run_module(nas_client_config, **clients)
    assert kubernetes.changes == []
    assert {path: (directory / path).read_text() for path in result["files"]} == result["files"]
    assert stat.S_IMODE((directory / "mount.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((directory / "fstab").stat().st_mode) == 0o644
    # Addresses as this machine reaches the servers, not as pods do.
    assert json.loads((directory / "endpoints.json").read_text())["servers"]["nas-input-1"]["url"] == (
        "nfs://127.0.0.1:32150/data"
    )
    clients["formats"] = ["env"]
    (directory / "mine.txt").write_text("x")
    run_module(nas_client_config, **clients)
    assert {path.name for path in directory.iterdir()} == {".instance", "endpoints.env", "mine.txt"}
    run_module(nas_client_config, state="absent", **clients)
    assert {path.name for path in directory.iterdir()} == {"mine.txt"}
    (directory / "mine.txt").unlink()
    run_module(nas_client_config, **clients)
    run_module(nas_client_config, state="absent", **clients)
    assert not directory.exists()


def test_files_of_another_instance_are_left_alone(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path
) -> None:
    """Two instances with one directory deleted each other's files."""
    clients.update(apply=False, directory="clients", drive_root=str(tmp_path))
    written = run_module(nas_client_config, **clients)["files"]
    topology = {"instance": "other", "servers": [{"name": "nas-input-1", "port": 32150}]}
    other = {"topology": topology, "directory": "clients", "drive_root": str(tmp_path)}
    report = {"name": "nas-input-1", "host": "192.0.2.7", "port": 32150, "cluster": None}
    with pytest.raises(ModuleFailed, match=r"clients has the clients' files of instance .*; choose another"):
        run_module(nas_client_config, reports=[report], **other)
    assert run_module(nas_client_config, state="absent", **other)["changed"] is False
    assert {path: (tmp_path / "clients" / path).read_text() for path in written} == written


def test_reports_of_another_machine_are_enough(run_module: Run, tmp_path: Path) -> None:
    report = {"name": "nas-input-1", "host": "192.0.2.7", "port": 32150, "cluster": None}
    topology = {"servers": [{"name": "nas-input-1", "port": 32150}]}
    result = run_module(nas_client_config, reports=[report], topology=topology, formats=["manifests", "fstab"])
    volume = result["objects"][0]["spec"]
    assert (volume["nfs"]["server"], volume["mountOptions"][2]) == ("192.0.2.7", "port=32150")
    assert "192.0.2.7:/data  /mnt/nas-input-1  nfs  nfsvers=4.1,proto=tcp,port=32150,hard" in result["files"]["fstab"]


def test_volumes_of_production_are_written_with_the_servers_of_the_simulator_and_not_applied(
    run_module: Run, kubernetes: FakeKubernetes, clients: t.Any, tmp_path: Path
) -> None:
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "orders-in", "uid": "1"},
        "spec": {"capacity": {"storage": "20Gi"}, "nfs": {"path": "/data", "server": "nas01.corp.example"}},
    }
    given = {
        "kind": "PersistentVolume", "namespace": "", "name": "orders-in", "file": "prod/pv.yaml", "number": 1,
        "nas": "nas01.corp.example", "server": "nas-input-1", "path": "/data", "mount_options": [], "read_only": False,
        "object": volume,
    }  # fmt: skip
    files = str(tmp_path / "files")
    result = run_module(nas_client_config, **clients, volumes=[given], directory=files)
    ours = {
        **volume,
        "metadata": {"name": "orders-in"},
        "spec": {"capacity": {"storage": "20Gi"}, "nfs": {"path": "/data", "server": "10.0.0.7"}},
    }
    assert result["volumes"] == [ours]
    assert result["differences"] == ["PersistentVolume orders-in (prod/pv.yaml): server nas01.corp.example is 10.0.0.7"]
    assert yaml.safe_load(Path(files, "production", "volumes.yaml").read_text()) == ours
    assert "orders-in" not in kubernetes.kind("PersistentVolume")
    run_module(nas_client_config, **clients, directory=files)
    assert not Path(files, "production").exists()
    with pytest.raises(ModuleFailed, match=r"orders-in.*does not export /vol/in9"):
        run_module(nas_client_config, **clients, volumes=[{**given, "path": "/vol/in9"}], directory=files)
