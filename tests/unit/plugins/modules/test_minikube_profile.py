# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""minikube_profile on a minikube that runs nothing: the twelve steps, lost mounts, refusals, and WSL."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import minikube_profile as profile_parameters
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import lifecycle as _minikube_cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import MARKER_NAME
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives
from ansible_collections.file_simulator.nas.plugins.modules import minikube_profile, windows_directory

from ..conftest import ModuleFailed
from ..fake_minikube import FakeMinikube, value

Run = t.Callable[..., "dict[str, t.Any]"]
TWO = [{"name": "nas-input-1", "port": 32160}, {"name": "nas-output-1", "port": 32161}]


@pytest.fixture
def asked(tmp_path: Path, run_module: Run, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """Arguments for a profile on a laid-out data root, on a machine with memory enough."""
    monkeypatch.setattr(profile_parameters, "machine_memory", lambda: 16000)
    layout = {"topology": {"servers": TWO}, "drive_root": str(tmp_path / "drives")}
    run_module(windows_directory, registry=str(tmp_path / "registry.json"), **layout)
    return {**layout, "kubeconfig": str(tmp_path / "kubeconfig")}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "drives" / "c" / "simulator-data"


def refused(run_module: Run, *, check: bool = False, **arguments: t.Any) -> dict[str, t.Any]:
    with pytest.raises(ModuleFailed) as failure:
        run_module(minikube_profile, check=check, **arguments)
    assert "\n" not in failure.value.result["msg"]
    return failure.value.result


def test_twelve_steps(run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]) -> None:
    """Create, again, modify, again, stop, again, delete, again: each in check mode first, which changes nothing."""
    newer = {**asked, "kubernetes_version": "v1.36.0"}
    for given, actions in [
        (asked, ["start"]),
        (asked, []),
        (newer, ["start"]),
        (newer, []),
        ({**asked, "state": "stopped"}, ["stop"]),
        ({**asked, "state": "stopped"}, []),
        (newer, ["start"]),
        ({**asked, "state": "absent"}, ["delete"]),
        ({**asked, "state": "absent"}, []),
    ]:
        before = len(minikube.changes)
        predicted = run_module(minikube_profile, check=True, **given)
        assert minikube.changes[before:] == []
        done = run_module(minikube_profile, **given)
        assert minikube.changes[before:] == actions
        assert predicted["actions"] == done["actions"] == actions
        assert predicted["changed"] is done["changed"] is bool(actions)
        assert (done["diff"]["before"] == done["diff"]["after"]) is not bool(actions)


def test_a_machine_that_minikube_did_not_make(run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]) -> None:
    """Minikube 1.38.1 fails to stop it, after three minutes; once it was started anew, there is nothing to stop."""
    given = {**asked, "driver": "ssh"}
    run_module(minikube_profile, **given)
    for state in ("Running", "Paused"):
        minikube.states["file-simulator"] = state
        for check in (True, False):
            assert "state: absent" in refused(run_module, check=check, **asked, state="stopped")["msg"]
    minikube.states["file-simulator"] = "Idle"
    assert not run_module(minikube_profile, **asked, state="stopped")["changed"]
    assert minikube.changes == ["start"]
    started = run_module(minikube_profile, **given)
    assert (started["actions"], started["diff"]["before"]["state"]) == (["start"], "stopped")
    minikube.states["file-simulator"] = "Idle"
    assert run_module(minikube_profile, **asked, state="absent")["actions"] == ["delete"]


def test_without_a_mount_none_is_restored(run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]) -> None:
    given = {**asked, "driver": "ssh", "mount": False}
    run_module(minikube_profile, **given)
    for check in (True, False):
        assert run_module(minikube_profile, check=check, **given)["actions"] == []


def test_what_an_engine_learns(run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], source: Path) -> None:
    cluster = run_module(minikube_profile, **asked)["cluster"]
    mount = {
        "source": str(source),
        "target": "/mnt/simulator-data",
        "verified": True,
        "problem": "",
        "restored": False,
    }
    assert cluster == {
        "kubeconfig": asked["kubeconfig"],
        "context": "file-simulator",
        "node_address": "127.0.0.1",
        "node_data_root": "/mnt/simulator-data",
        "driver": "docker",
        "kubernetes_version": "v1.35.1",
        "mount": mount,
    }


def test_current_context_and_default_profile_stay(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]
) -> None:
    run_module(minikube_profile, **asked)
    run_module(minikube_profile, **asked, state="stopped")
    assert "--keep-context" in minikube.last("start")
    assert "--keep-context-active" in minikube.last("stop")
    assert all(each["KUBECONFIG"] == asked["kubeconfig"] for each in minikube.environments)
    assert not any(call[0] in ("update-context", "config") or call[:2] == ["profile", "set"] for call in minikube.calls)
    assert all("--profile=file-simulator" in call for call in minikube.calls if call[0] not in ("version", "profile"))


def test_ports_are_those_of_the_topology(run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]) -> None:
    run_module(minikube_profile, **asked)
    assert value("ports", minikube.last("start")) == "32160:32160,32161:32161"
    assert value("listen-address", minikube.last("start")) == "127.0.0.1"


def test_more_ports_than_needed_are_good_enough(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]
) -> None:
    run_module(minikube_profile, **asked, ports=[32160, 32161, 32162])
    assert not run_module(minikube_profile, **asked)["changed"]
    result = refused(run_module, **asked, ports=[32160, 32163])
    assert "port 32163" in result["msg"]


def test_address_of_a_virtual_machine_is_read_each_time(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]
) -> None:
    virtual = {**asked, "driver": "kvm2"}
    assert run_module(minikube_profile, **virtual)["cluster"]["node_address"] == "192.168.39.7"
    minikube.address = "192.168.39.99"
    again = run_module(minikube_profile, **virtual)
    assert (again["changed"], again["cluster"]["node_address"]) == (False, "192.168.39.99")
    assert value("ports", minikube.last("start")) == ""


@pytest.mark.parametrize(
    ("driver", "calls"), [("kvm2", ["mount --profile=file-simulator", "start"]), ("docker", ["stop", "start"])]
)
def test_lost_mount_is_found_and_restored(
    run_module: Run,
    minikube: FakeMinikube,
    asked: dict[str, t.Any],
    monkeypatch: pytest.MonkeyPatch,
    driver: str,
    calls: list[str],
) -> None:
    given = {**asked, "driver": driver}
    warned: list[str] = []
    monkeypatch.setattr(minikube_profile.AnsibleModule, "warn", lambda _module, text: warned.append(text))
    run_module(minikube_profile, **given)
    minikube.mounted.clear()
    before = len(minikube.changes)
    predicted = run_module(minikube_profile, check=True, **given)
    assert (predicted["actions"], minikube.changes[before:]) == (["mount"], [])
    done = run_module(minikube_profile, **given)
    assert (done["actions"], minikube.changes[before:]) == (["mount"], calls)
    assert done["cluster"]["mount"]["verified"]
    assert done["cluster"]["mount"]["restored"]
    assert ["pods that ran meanwhile" in warning for warning in warned] == [True] * (driver == "kvm2")


@pytest.mark.parametrize(
    ("driver", "way_out"), [("kvm2", "minikube mount --profile=file-simulator"), ("docker", "share")]
)
def test_mount_that_does_not_come_back_is_told_with_what_to_do(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], driver: str, way_out: str
) -> None:
    minikube.mounts_work = False
    result = refused(run_module, **asked, driver=driver)
    assert "does not see the data root" in result["msg"]
    assert "No such file or directory" in result["msg"]
    assert way_out in result["msg"]


def test_another_data_root_in_its_place_is_no_proof(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], source: Path, tmp_path: Path
) -> None:
    run_module(minikube_profile, **asked, driver="kvm2")
    other = tmp_path / "other"
    other.mkdir()
    marker = json.loads((source / MARKER_NAME).read_text())
    (other / MARKER_NAME).write_text(json.dumps({**marker, "generation": "another"}))
    minikube.profiles["file-simulator"]["MountString"] = f"{other}:/mnt/simulator-data"
    assert "mount is" in run_module(minikube_profile, check=True, **asked, driver="kvm2")["changes"][0]
    minikube._seen = lambda _source: other  # type: ignore[method-assign]
    assert "another data root (another, not" in refused(run_module, **asked, driver="kvm2")["msg"]


def test_change_of_a_virtual_machines_mount_needs_no_new_machine(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]
) -> None:
    run_module(minikube_profile, **asked, driver="kvm2")
    done = run_module(minikube_profile, **asked, driver="kvm2", node_data_root="/mnt/elsewhere")
    assert done["actions"] == ["unmount", "start"]
    assert done["cluster"]["mount"]["target"] == "/mnt/elsewhere"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cpus": 2}, "cpus is 4, not 2"),
        ({"memory": 4096}, "memory is 8192 MiB, not 4096 MiB"),
        ({"driver": "podman"}, "driver is docker, not podman"),
        ({"kubernetes_version": "1.34.0"}, "kubernetes_version is v1.35.1, not v1.34.0"),
        ({"container_runtime": "docker"}, "container_runtime is containerd, not docker"),
        ({"node_data_root": "/data"}, "mount is "),
        ({"listen_address": "0.0.0.0"}, "listen_address is 127.0.0.1, not 0.0.0.0"),
        ({"extra_options": {"cni": "calico"}}, "extra_options.cni is not set, not calico"),
    ],
)
def test_what_needs_deletion_is_refused_unless_recreate(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], change: dict[str, t.Any], told: str
) -> None:
    run_module(minikube_profile, **asked)
    before = len(minikube.changes)
    for check in (True, False):
        result = refused(run_module, check=check, **{**asked, **change})
        assert told in result["msg"]
        assert "recreate: true" in result["msg"]
    assert minikube.changes[before:] == []
    done = run_module(minikube_profile, **{**asked, **change}, recreate=True)
    assert done["actions"] == ["delete", "start"]
    assert not run_module(minikube_profile, **{**asked, **change}, recreate=True)["changed"]


def test_paused_profile_goes_on(run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]) -> None:
    run_module(minikube_profile, **asked)
    minikube.states["file-simulator"] = "Paused"
    assert run_module(minikube_profile, **asked)["actions"] == ["unpause"]


@pytest.mark.parametrize("state", ["Error", "Saved", "Nonexistent"])
def test_profile_that_does_not_run_is_started(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], state: str
) -> None:
    run_module(minikube_profile, **asked)
    minikube.states["file-simulator"] = state
    assert run_module(minikube_profile, **asked)["actions"] == ["start"]


def test_unreadable_profile_is_replaced_only_when_asked(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]
) -> None:
    minikube.unreadable = ["file-simulator"]
    assert "recreate: true" in refused(run_module, **asked)["msg"]
    assert "state: absent" in refused(run_module, **asked, state="stopped")["msg"]
    assert run_module(minikube_profile, **asked, recreate=True)["actions"] == ["delete", "start"]


def test_another_profile_on_the_same_ports_is_refused(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]
) -> None:
    run_module(minikube_profile, **asked, name="other")
    assert "profile other publishes ports 32160, 32161 too" in refused(run_module, **asked)["msg"]
    assert not refused(run_module, check=True, **asked).get("cmd")
    assert run_module(minikube_profile, **{**asked, "ports": [32165]})["changed"]


def test_taken_port_is_refused_before_anything_is_made(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_minikube_cluster, "port_holder", lambda _address, port: "another program" * (port == 32161))
    result = refused(run_module, **asked)
    assert "port 32161 on 127.0.0.1 is taken by another program; stop it, or give the servers other" in result["msg"]
    monkeypatch.setattr(_minikube_cluster, "port_holder", lambda _address, port: f"nginx (pid {port})")
    all_at_once = (
        "port 32160 on 127.0.0.1 is taken by nginx (pid 32160); port 32161 on 127.0.0.1 is taken by nginx (pid 32161)"
    )
    assert f"{all_at_once}; stop them, or" in refused(run_module, **asked)["msg"]
    assert minikube.changes == []


def test_refused_before_minikube_is_asked(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], source: Path, tmp_path: Path
) -> None:
    for change, told in [
        ({"memory": 16001}, "memory: 16001 MiB are more than this machine has (16000 MiB)"),
        ({"memory": 1024}, "memory: 1024 is outside"),
        ({"kubernetes_version": "v1.28.15"}, "kubernetes_version: v1.28.15 has no native sidecars"),
        ({"kubernetes_version": "stable"}, "kubernetes_version: 'stable' is no version"),
        ({"name": "Start"}, "name: 'Start' is no name"),
        ({"name": "x"}, "name: 'x' is no name"),
        ({"name": "status"}, "name: 'status' is no name"),
        ({"cpus": 1}, "cpus: 1 is outside"),
        ({"node_data_root": "mnt"}, "node_data_root: 'mnt'"),
        ({"node_data_root": "/a/../b"}, "node_data_root"),
        ({"ports": [0]}, "ports: 0 is outside"),
        ({"listen_address": "localhost"}, "listen_address: 'localhost' is no IP address"),
        ({"extra_options": {"profile": "x"}}, "extra_options: profile: set name instead"),
        ({"extra_options": {"keep_context": "x"}}, "extra_options: keep-context: it is set by itself"),
        ({"extra_options": {"--cni": "x"}}, "extra_options: '--cni'"),
        ({"topology": {"data_root": "\\\\server\\share"}}, "UNC"),
        ({"topology": {"data_root": "simulator-data"}}, "no drive"),
        ({"topology": {"data_root": "C:\\elsewhere"}}, "does not exist"),
        ({"driver": "hyperv", "memory": 8191}, "memory: Hyper-V wants an even number"),
    ]:
        assert told in refused(run_module, **{**asked, **change})["msg"]
    assert [call for call in minikube.calls if call[0] != "version"] == []


def test_data_root_that_is_a_file_is_refused(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], tmp_path: Path
) -> None:
    (tmp_path / "drives" / "c" / "file").write_text("")
    for check in (True, False):
        result = refused(run_module, check=check, **{**asked, "topology": {"data_root": "C:\\file"}})
        assert "is not a directory; move it away" in result["msg"]


def test_check_mode_on_an_empty_machine(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], tmp_path: Path
) -> None:
    done = run_module(minikube_profile, check=True, **{**asked, "drive_root": str(tmp_path / "empty")})
    assert done["actions"] == ["start"]
    assert not done["cluster"]["mount"]["verified"]


def test_failure_has_minikubes_reason_and_advice(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]
) -> None:
    minikube.fail = {
        "start": ("PROVIDER_DOCKER_NOT_RUNNING", "Cannot connect to the Docker daemon", "Start the Docker service")
    }
    result = refused(run_module, **asked)
    assert result["reason"] == "PROVIDER_DOCKER_NOT_RUNNING"
    assert result["advice"] == "Start the Docker service"
    assert (result["rc"], result["cmd"][1]) == (63, "start")
    assert "PROVIDER_DOCKER_NOT_RUNNING" in result["stdout"]
    assert (
        "Cannot connect to the Docker daemon (PROVIDER_DOCKER_NOT_RUNNING); Start the Docker service" in result["msg"]
    )


def test_minikube_that_is_missing_or_too_old(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    minikube.version = "v1.32.0"
    assert "is version 1.32.0; 1.33.0 or newer" in refused(run_module, **asked)["msg"]
    minikube.version = "v0.0.0-unset"
    assert run_module(minikube_profile, **asked)["changed"]
    Path(minikube.executable).unlink()
    assert "minikube is not installed" in refused(run_module, **asked)["msg"]
    predicted = run_module(minikube_profile, check=True, **asked)
    assert (predicted["actions"], predicted["cluster"]["node_address"]) == (["start"], "127.0.0.1")
    assert not run_module(minikube_profile, **asked, state="absent")["changed"]


def test_driver_none_needs_no_mount(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], source: Path
) -> None:
    cluster = run_module(minikube_profile, **asked, driver="none")["cluster"]
    assert cluster["node_data_root"] == str(source)
    assert cluster["mount"]["verified"]
    start = minikube.last("start")
    assert not any(word.startswith(("--mount", "--cpus", "--memory", "--ports")) for word in start)


def test_extra_options_reach_minikube(run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any]) -> None:
    extra = {"cni": "bridge", "insecure_registry": ["a", "b"], "rootless": True}
    done = run_module(minikube_profile, **asked, extra_options=extra)
    assert minikube.last("start")[-4:] == [
        "--cni=bridge",
        "--insecure-registry=a",
        "--insecure-registry=b",
        "--rootless=true",
    ]
    assert done["not_compared"] == ["insecure-registry", "rootless"]


@pytest.mark.parametrize("name", ["simulator-data", "Prüf daten", "a\\b c\\ä"])
def test_minikube_exe_under_wsl(
    run_module: Run,
    minikube: FakeMinikube,
    asked: dict[str, t.Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """Windows paths for the mount, translated ones for files of Linux, one argument each whatever is in it."""
    there = tmp_path / "mnt" / "d"
    data_root = there.joinpath(*name.split("\\"))
    data_root.mkdir(parents=True)
    drives = Drives("wsl", str(tmp_path / "mnt"))
    for module in (minikube_profile, windows_directory):
        monkeypatch.setattr(module, "find_drives", lambda _stand_in: drives)
    for module in (profile_parameters, windows_directory):
        monkeypatch.setattr(module, "check_drive", lambda _drives, _path: None)
    topology = {"data_root": f"D:\\{name}\\", "servers": TWO}
    run_module(windows_directory, topology=topology, registry=str(tmp_path / "wsl.json"))
    linux = Path(minikube.executable)
    minikube.executable += ".exe"
    linux.rename(minikube.executable)
    minikube.drives["D:"] = there

    done = run_module(minikube_profile, **{**asked, "topology": topology}, driver="hyperv", memory=32768)
    assert f"--mount-string=D:\\{name}:/mnt/simulator-data" in minikube.last("start")
    assert done["cluster"]["mount"]["verified"]
    environment = minikube.environments[-1]
    assert environment["WSLENV"].split(":")[0] == "KUBECONFIG/p"
    assert environment["WSL_DISTRO_NAME"] == ""
    assert not run_module(minikube_profile, **{**asked, "topology": topology}, driver="hyperv", memory=32768)["changed"]


def test_linux_minikube_comes_before_minikube_exe(
    run_module: Run, minikube: FakeMinikube, asked: dict[str, t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(minikube.executable + ".exe").write_text("")
    Path(minikube.executable + ".exe").chmod(0o755)
    drives = Drives("wsl", str(tmp_path / "drives"))
    monkeypatch.setattr(minikube_profile, "find_drives", lambda _stand_in: drives)
    monkeypatch.setattr(profile_parameters, "check_drive", lambda _drives, _path: None)
    run_module(minikube_profile, **asked)
    assert minikube.last("start")
