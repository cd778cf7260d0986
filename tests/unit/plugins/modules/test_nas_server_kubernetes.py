# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_server and nas_server_info with engine kubernetes, against an API server that runs nothing."""

from __future__ import annotations

import copy
import socket
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils import (
    _kubernetes_prepare,
    _kubernetes_report,
    _kubernetes_wait,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs_probe import Answer, ProbeError
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info, windows_directory

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes, write_kubeconfig

IMAGE = "localhost/file-simulator/nas:test"
BOTH = ["nas-input-1", "nas-output-1"]
Run = t.Callable[..., "dict[str, t.Any]"]


def no_answer(host: str, port: int, *_how: t.Any, **_more: t.Any) -> Answer:
    raise ProbeError(f"{host}:{port} did not answer")


@pytest.fixture
def kubernetes(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[FakeKubernetes]:
    """A cluster whose servers answer at once, and clocks that do not make a test wait."""
    fake = FakeKubernetes()
    monkeypatch.setattr(_kubernetes_wait, "_PAUSE", 0.01)
    monkeypatch.setattr(_kubernetes_wait, "_HOPELESS_SECONDS", 0.05)
    monkeypatch.setattr(_kubernetes_prepare, "probe", no_answer)
    monkeypatch.setattr(_kubernetes_report, "wait_for_nfs", lambda *_where: Answer((1, 1), 0.0))
    monkeypatch.setattr(_kubernetes_report, "probe", lambda _host, port, **_how: Answer((port, 1), 0.0))
    yield fake
    fake.close()


@pytest.fixture
def arguments(kubernetes: FakeKubernetes, tmp_path: Path, run_module: Run) -> dict[str, t.Any]:
    """Arguments for a laid-out topology of two servers, in a cluster that has nothing yet."""
    servers = [{"name": "nas-input-1", "port": 32150}, {"name": "nas-output-1", "port": 32154}]
    layout = {"drive_root": str(tmp_path / "drives"), "registry": str(tmp_path / "registry.json")}
    run_module(windows_directory, topology={"servers": [*servers, {"name": "nas-backup", "port": 32153}]}, **layout)
    return {
        "engine": "kubernetes",
        "kubeconfig": write_kubeconfig(tmp_path / "kubeconfig", {"here": kubernetes.url}),
        "context": "here",
        "topology": {"servers": servers},
        "image": IMAGE,
        "drive_root": layout["drive_root"],
        "wait_timeout": 1,
    }


def info(arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The arguments that nas_server_info shares."""
    return {key: arguments[key] for key in ("engine", "kubeconfig", "context", "topology", "drive_root")}


def verbs(result: dict[str, t.Any]) -> list[str]:
    return [f"{action['verb']} {action['server']}" for action in result["actions"]]


def changed(arguments: dict[str, t.Any], name: str = "nas-input-1", **change: t.Any) -> dict[str, t.Any]:
    return {**arguments, "topology": {**arguments["topology"], "changes": [{"name": name, **change}]}}


def test_twelve_steps(run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]) -> None:
    """Create, again, modify, again, delete, again: each in check mode first, which asks for no change."""
    modified = changed(arguments, export_options="ro,no_root_squash")
    for state, given, expected in [
        ("present", arguments, [f"create {name}" for name in BOTH]),
        ("present", arguments, []),
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


def test_diff_shows_the_changed_line(run_module: Run, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    diff = run_module(nas_server, check=True, **changed(arguments, export_options="ro,no_root_squash"))["diff"]
    lines = [
        diff[side]["nas-input-1"]["ConfigMap"]["data"]["ganesha.conf"].splitlines() for side in ("before", "after")
    ]
    assert [set(lines[0]) - set(lines[1]), set(lines[1]) - set(lines[0])] == [
        {"    Access_Type = RW;"},
        {"    Access_Type = RO;"},
    ]


def test_change_replaces_one_pod_alone(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    before = dict(kubernetes.pods)
    run_module(nas_server, **changed(arguments, export_options="ro,no_root_squash"))
    assert {name for name in BOTH if before[name] != kubernetes.pods[name]} == {"nas-input-1"}


def test_server_is_added_and_purged(run_module: Run, arguments: dict[str, t.Any]) -> None:
    more = {
        **arguments,
        "topology": {"servers": [*arguments["topology"]["servers"], {"name": "nas-backup", "port": 32153}]},
    }
    run_module(nas_server, **arguments)
    assert verbs(run_module(nas_server, **more)) == ["create nas-backup"]
    assert verbs(run_module(nas_server, **arguments)) == []
    assert verbs(run_module(nas_server, purge=True, **arguments)) == ["remove nas-backup"]


def test_port_of_a_server_that_goes_can_be_taken(run_module: Run, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    heir = {"servers": [arguments["topology"]["servers"][1], {"name": "nas-backup", "port": 32150}]}
    result = run_module(nas_server, purge=True, **{**arguments, "topology": heir})
    assert verbs(result) == ["remove nas-input-1", "create nas-backup"]


def test_disabled_server_goes_and_comes_back(run_module: Run, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    assert verbs(run_module(nas_server, **changed(arguments, enabled=False))) == ["remove nas-input-1"]
    assert verbs(run_module(nas_server, **arguments)) == ["create nas-input-1"]


def test_states_of_running_servers(run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    for state, verb in [
        ("stopped", "stop"),
        ("stopped", ""),
        ("present", ""),
        ("started", "start"),
        ("restarted", "restart"),
    ]:
        pods = dict(kubernetes.pods)
        expected = [f"{verb} {name}" for name in BOTH] if verb else []
        assert verbs(run_module(nas_server, state=state, **arguments)) == expected, state
        replaced = {name for name in BOTH if kubernetes.pods[name] != pods[name]}
        assert replaced == (set(BOTH) if verb == "restart" else set())
    assert verbs(run_module(nas_server, **arguments)) == []


def test_what_somebody_changed_by_hand_is_put_right(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    del kubernetes.objects["Deployment", "file-simulator", "nas-input-1"]
    kubernetes.kind("Service")["nas-output-1"]["spec"]["type"] = "ClusterIP"
    assert verbs(run_module(nas_server, **arguments)) == [f"replace {name}" for name in BOTH]
    assert verbs(run_module(nas_server, **arguments)) == []


def test_network_policies_come_and_go(run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, network_policy=True, **arguments)
    assert set(kubernetes.kind("NetworkPolicy")) == set(BOTH)
    assert verbs(run_module(nas_server, **arguments)) == [f"replace {name}" for name in BOTH]
    assert kubernetes.kind("NetworkPolicy") == {}


def test_claim_outlives_its_server(run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]) -> None:
    persistent = changed(arguments, storage={"type": "persistent"})
    run_module(nas_server, storage_class="", **persistent)
    assert kubernetes.kind("PersistentVolumeClaim")["nas-input-1-export"]["spec"]["storageClassName"] == ""
    run_module(nas_server, **arguments)
    assert verbs(run_module(nas_server, **arguments)) == [], "a claim that is kept is no difference"
    run_module(nas_server, state="absent", **persistent)
    assert verbs(run_module(nas_server, state="absent", **persistent)) == []
    assert set(kubernetes.kind("PersistentVolumeClaim")) == {"nas-input-1-export"}
    result = run_module(nas_server, state="absent", delete_storage=True, **persistent)
    assert verbs(result) == ["remove nas-input-1"]
    assert kubernetes.kind("PersistentVolumeClaim") == {}


def test_namespace_is_labelled_and_kept(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    labels = kubernetes.kind("Namespace")["file-simulator"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"
    labels["pod-security.kubernetes.io/enforce"] = "baseline"
    result = run_module(nas_server, **arguments)
    assert (result["changed"], result["actions"]) == (True, [])
    assert result["diff"]["before"]["namespace"] != result["diff"]["after"]["namespace"]
    run_module(nas_server, state="absent", purge=True, **arguments)
    assert set(kubernetes.kind("Namespace")) == {"file-simulator"}


def test_namespace_of_others_is_left_alone(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
) -> None:
    with pytest.raises(ModuleFailed, match='namespaces "file-simulator" not found'):
        run_module(nas_server, manage_namespace=False, **arguments)
    kubernetes.add("Namespace", {"metadata": {"name": "file-simulator"}})
    for refused in ("GET namespaces", "GET services", "GET deployments", "GET nodes"):
        kubernetes.refusals[refused] = (403, "forbidden")
    assert len(run_module(nas_server, manage_namespace=False, **arguments)["actions"]) == 2
    assert "labels" not in kubernetes.kind("Namespace")["file-simulator"]["metadata"]


def test_older_clusters_get_an_ordinary_sidecar(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
) -> None:
    kubernetes.version = ("1", "28+")
    run_module(nas_server, **arguments)
    spec = kubernetes.kind("Deployment")["nas-input-1"]["spec"]["template"]["spec"]
    assert [each["name"] for each in spec["containers"]] == ["nfs-server", "sync-agent"]
    assert [each["name"] for each in spec["initContainers"]] == ["sync-windows-data"]


class TestRefused:
    """Nothing may be touched when something is wrong."""

    @pytest.fixture(autouse=True)
    def untouched(self, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]) -> t.Iterator[None]:
        yield
        assert kubernetes.changes == []

    def test_unknown_context(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        for context in ("there", ""):
            with pytest.raises(ModuleFailed, match=rf"context: '{context}' is not in .*kubeconfig; it has here"):
                run_module(nas_server, **{**arguments, "context": context})

    @pytest.mark.parametrize("missing", ["context", "kubeconfig"])
    def test_context_must_be_named(self, run_module: Run, arguments: dict[str, t.Any], missing: str) -> None:
        given = {key: value for key, value in arguments.items() if key != missing}
        with pytest.raises(ModuleFailed, match=f"engine is kubernetes but all of the following are missing: {missing}"):
            run_module(nas_server, **given)

    def test_missing_kubeconfig(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match="kubeconfig: /no/such is not there"):
            run_module(nas_server, **{**arguments, "kubeconfig": "/no/such"})

    def test_damaged_kubeconfig(self, run_module: Run, arguments: dict[str, t.Any], tmp_path: Path) -> None:
        for text in ("", "{", "[]", "apiVersion: v1\n"):
            (tmp_path / "damaged").write_text(text)
            with pytest.raises(ModuleFailed, match=r"^kubeconfig: .*damaged cannot be read as one: [^\n]+$"):
                run_module(nas_server, **{**arguments, "kubeconfig": str(tmp_path / "damaged")})

    def test_cluster_that_is_not_there(self, run_module: Run, arguments: dict[str, t.Any], tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        away = write_kubeconfig(tmp_path / "away", {"away": f"https://127.0.0.1:{port}"})
        for check in (True, False):
            with pytest.raises(
                ModuleFailed, match=rf"^context away: the API server https://127.0.0.1:{port} cannot be re"
            ):
                run_module(nas_server, check=check, **{**arguments, "kubeconfig": away, "context": "away"})

    def test_refused_credentials(
        self, run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
    ) -> None:
        kubernetes.refusals["GET deployments"] = (401, "Unauthorized")
        with pytest.raises(ModuleFailed, match="does not accept the context's credentials"):
            run_module(nas_server, **arguments)

    def test_unmounted_data_root(self, run_module: Run, arguments: dict[str, t.Any], tmp_path: Path) -> None:
        root = tmp_path / "drives" / "c" / "simulator-data"
        root.rename(tmp_path / "elsewhere")
        root.mkdir()
        with pytest.raises(ModuleFailed, match=r"server nas-input-1: directory: C:\\simulator-data .* not mounted"):
            run_module(nas_server, **arguments)

    def test_directory_outside_the_data_root(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match=r"server nas-input-1: directory: D:\\other lies outside the data root"):
            run_module(nas_server, **changed(arguments, directory="D:\\other"))

    def test_port_of_another_service(
        self, run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
    ) -> None:
        service = {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ports": [{"nodePort": 32154}]}}
        kubernetes.add("Service", service)
        with pytest.raises(
            ModuleFailed, match="server nas-output-1: port: 32154 is the NodePort of Service web in nam"
        ):
            run_module(nas_server, **arguments)

    def test_port_of_a_server_outside_the_cluster(
        self, run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []
        monkeypatch.setattr(_kubernetes_prepare, "probe", lambda host, port, **_how: asked.append((host, port)))
        with pytest.raises(
            ModuleFailed, match=r"nas-input-1: port: an NFS server outside .* answers at 192.0.2.7:32150"
        ):
            run_module(nas_server, node_address="192.0.2.7", **arguments)
        assert sorted(asked) == [("192.0.2.7", 32150), ("192.0.2.7", 32154)]

    def test_name_of_another_deployment(
        self, run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
    ) -> None:
        kubernetes.add("Deployment", {"metadata": {"name": "nas-input-1", "namespace": "file-simulator"}, "spec": {}})
        with pytest.raises(ModuleFailed, match="has a Deployment of that name that is not ours"):
            run_module(nas_server, **arguments)

    def test_namespace_that_is_being_deleted(
        self, run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
    ) -> None:
        kubernetes.add("Namespace", {"metadata": {"name": "file-simulator", "deletionTimestamp": "now"}})
        with pytest.raises(ModuleFailed, match="namespace: file-simulator is being deleted"):
            run_module(nas_server, **arguments)

    def test_object_that_admission_refuses(
        self, run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
    ) -> None:
        kubernetes.add("Namespace", {"metadata": {"name": "file-simulator"}})
        kubernetes.refusals["PATCH deployments"] = (403, "admission webhook says\nno")
        with pytest.raises(ModuleFailed, match=r"check Deployment: Kubernetes: admission webhook says no \(HTTP 403\)"):
            run_module(nas_server, **arguments)

    def test_missing_image(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        assert len(run_module(nas_server, check=True, **{**arguments, "image": ""})["actions"]) == 2
        with pytest.raises(ModuleFailed, match="image: is empty; run the role nas_image first"):
            run_module(nas_server, **{**arguments, "image": ""})


def test_directory_of_another_instance_is_refused(run_module: Run, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    other = {"instance": "second", "namespace": "second", "servers": [{"name": "nas-input-1", "port": 32180}]}
    with pytest.raises(
        ModuleFailed, match="is that of nas-input-1 of instance file-simulator in namespace file-simulator"
    ):
        run_module(nas_server, **{**arguments, "topology": other})


def test_other_context_sees_no_connection(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any], tmp_path: Path
) -> None:
    """The current context is another cluster's: whatever is done here, nobody connects to that."""
    visitors = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=lambda: visitors.append(other.accept()), daemon=True).start()
        clusters = {"production": f"http://127.0.0.1:{other.getsockname()[1]}", "here": kubernetes.url}
        arguments["kubeconfig"] = write_kubeconfig(tmp_path / "two", clusters, current="production")
        before = Path(arguments["kubeconfig"]).read_bytes()
        for state in ("started", "restarted", "stopped", "absent"):
            run_module(nas_server, state=state, **arguments)
        run_module(nas_server_info, **info(arguments))
        assert visitors == []
    assert Path(arguments["kubeconfig"]).read_bytes() == before
    assert kubernetes.changes


def test_missing_python_package_is_named(
    run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.file_simulator.nas.plugins.module_utils import _engines

    monkeypatch.setattr(_engines, "KUBERNETES_IMPORT_ERROR", "Traceback: no module")
    with pytest.raises(ModuleFailed, match=r"Failed to import the required Python library \(kubernetes >= 25.3.0\)"):
        run_module(nas_server, **arguments)


def test_old_python_package_is_named(
    run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.file_simulator.nas.plugins.module_utils import _kubernetes_client

    monkeypatch.setattr(_kubernetes_client.kubernetes, "__version__", "12.0.1")
    with pytest.raises(ModuleFailed, match=r"package kubernetes is 12.0.1 at /.*, and 25.3 or newer is needed"):
        run_module(nas_server, **arguments)


def test_all_failures_are_told_at_once(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
) -> None:
    image = {"waiting": {"reason": "ErrImagePull", "message": "nobody has it"}}
    kubernetes.trouble["nas-input-1"] = {"initContainerStatuses": [{"name": "x", "image": "i:1", "state": image}]}
    refused = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: small"}
    kubernetes.conditions["nas-output-1"] = [refused]
    with pytest.raises(ModuleFailed, match=r"nas-input-1: not ready: image i:1 .*\(1 more, see problems\)") as failure:
        run_module(nas_server, **{**arguments, "wait_timeout": 60})
    assert failure.value.result["problems"][1] == (
        "server nas-output-1: not ready: its pod is refused: exceeded quota: small"
    )


def test_server_that_does_not_answer_fails_after_the_timeout(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
) -> None:
    status = {"containerStatuses": [{"name": "nfs-server", "ready": False, "state": {"running": {}}}]}
    kubernetes.trouble["nas-input-1"] = status
    kubernetes.logs["nas-input-1"] = "starting\ncannot open the export\n"
    with pytest.raises(ModuleFailed, match=r"not ready after 1 s: .*nfs-server says: cannot open the export"):
        run_module(nas_server, **arguments)
    assert run_module(nas_server, wait=False, **arguments)["changed"] is False


def test_unreachable_node_is_a_warning(
    run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_kubernetes_report, "wait_for_nfs", no_answer)
    result = run_module(nas_server, **arguments)
    assert result["changed"]
    assert "server nas-input-1: ready in the cluster, but this machine does not reach it" in str(result["warnings"])


def test_changes_that_cannot_be_carried_keep_a_server(
    run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    kubernetes.statuses["nas-output-1"] = {
        "mode": "nas_to_windows",
        "pending": 3,
        "halted_reason": "the marker is gone",
    }
    before = copy.deepcopy(kubernetes.objects)
    for state in ("absent", "stopped", "restarted"):
        with pytest.raises(ModuleFailed, match=r"nas-output-1: 3 changes have not reached .*\(the marker is gone\)"):
            run_module(nas_server, state=state, **arguments)
    assert kubernetes.objects == before
    assert len(run_module(nas_server, state="absent", delete_storage=True, **arguments)["actions"]) == 2


class TestInfo:
    def test_ready(self, run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]) -> None:
        run_module(nas_server, **arguments)
        kubernetes.statuses["nas-input-1"] = {"state": "idle"}
        report = run_module(nas_server_info, **info(arguments))["servers"][0]
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

    def test_absent_stopped_and_broken(
        self, run_module: Run, kubernetes: FakeKubernetes, arguments: dict[str, t.Any]
    ) -> None:
        address = {"type": "InternalIP", "address": "192.0.2.7"}
        kubernetes.add("Node", {"metadata": {"name": "node-1"}, "status": {"addresses": [address]}})
        absent = run_module(nas_server_info, **info(arguments))["servers"]
        assert [(each["state"], each["host"]) for each in absent] == [("absent", "192.0.2.7")] * 2
        run_module(nas_server, **arguments)
        run_module(nas_server, state="stopped", **{**arguments, "servers": ["nas-input-1"]})
        loop = {
            "name": "nfs-server",
            "restartCount": 4,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"exitCode": 2, "reason": "Error", "message": "one\ntwo\n"}},
        }
        kubernetes.trouble["nas-output-1"] = {"containerStatuses": [loop]}
        run_module(nas_server, state="restarted", wait=False, **{**arguments, "servers": ["nas-output-1"]})
        stopped, broken = run_module(nas_server_info, **info(arguments))["servers"]
        assert stopped["state"] == "stopped"
        assert broken["summary"] == "nas-output-1: broken: nfs-server ended 5 times, with exit status 2, and says: two"
        assert (broken["cluster"]["restarts"], broken["containers"]) == (4, {"nfs-server": "CrashLoopBackOff"})
        assert broken["cluster"]["last_error"] == "nfs-server: Error, exit status 2: two"
        assert kubernetes.changes[-1][0] == "PATCH", "asking changed something"
