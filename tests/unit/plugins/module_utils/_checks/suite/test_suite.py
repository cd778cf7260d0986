# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of names, volumes, rights and files, on servers in memory."""

from __future__ import annotations

import dataclasses
import errno
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import (
    PREFIX,
    Files,
    hide_marker,
    remove_leftovers,
    restore_marker,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Failed, Skipped, concluded
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import availability as _checks_look
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import cluster as _checks_cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import containers as _checks_engine
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import export as _checks_export
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import transfer as _checks_transfer
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import (
    ContainerFacts,
    PodView,
    VolumeFacts,
)

from ....fake_nas import FakeSimulator

SERVERS = [
    {"name": "nas-input-1", "port": 32150},
    {"name": "nas-backup", "port": 32153},
    {"name": "nas-output-1", "port": 32154, "clients": ["192.0.2.0/24"]},
]


@pytest.fixture
def cluster(tmp_path: Path) -> FakeSimulator:
    simulator = FakeSimulator(tmp_path, "kubernetes", servers=SERVERS)
    for name in simulator.nas:
        simulator.inspector.views[name] = PodView("10.96.0.1", "")
    return simulator


def outcomes(findings: t.Mapping[str | None, t.Any]) -> dict[str | None, str]:
    return {name: finding.outcome for name, finding in findings.items()}


def test_dns_passes_when_pods_find_and_reach_every_server(cluster: FakeSimulator) -> None:
    assert set(outcomes(_checks_cluster.dns(cluster.context(), cluster.targets)).values()) == {"passed"}


@pytest.mark.parametrize(
    ("view", "word"),
    [
        (PodView("", "Name or service not known"), "does not resolve in a pod: Name or service not known"),
        (PodView("10.96.0.9", "timed out"), "resolves to 10.96.0.9, where it does not answer: timed out"),
        (None, "the pod that was to ask did not"),
    ],
)
def test_dns_fails_for_the_server_that_is_not_found(cluster: FakeSimulator, view: PodView | None, word: str) -> None:
    if view:
        cluster.inspector.views["nas-backup"] = view
    else:
        del cluster.inspector.views["nas-backup"]
    findings = _checks_cluster.dns(cluster.context(), cluster.targets)
    assert outcomes(findings) == {"nas-input-1": "passed", "nas-backup": "failed", "nas-output-1": "passed"}
    assert word in findings["nas-backup"].detail


def test_dns_leaves_it_to_a_server_whether_pods_are_its_clients(cluster: FakeSimulator) -> None:
    cluster.inspector.views["nas-output-1"] = PodView("10.96.0.9", "NFS4ERR_ACCESS")
    assert outcomes(_checks_cluster.dns(cluster.context(), cluster.targets))["nas-output-1"] == "passed"


def test_client_volumes_are_known_by_their_addresses(cluster: FakeSimulator) -> None:
    findings = _checks_cluster.client_volumes(cluster.context(), cluster.targets)
    assert outcomes(findings) == {None: "skipped"}
    assert cluster.inspector.addresses["127.0.0.1", 32153] == "nas-backup"
    assert cluster.inspector.addresses["10.96.0.1", 2049] == "nas-input-1"


@pytest.mark.parametrize(
    ("phase", "claim", "claim_phase", "word"),
    [
        ("Available", "", "absent", "PersistentVolume one is Available, and names no claim"),
        ("Released", "shop/nas", "Bound", "PersistentVolume one is Released, its claim shop/nas is Bound"),
        ("Bound", "shop/nas", "Lost", "PersistentVolume one is Bound, its claim shop/nas is Lost"),
    ],
)
def test_client_volume_that_is_not_bound(
    cluster: FakeSimulator, phase: str, claim: str, claim_phase: str, word: str
) -> None:
    cluster.inspector.volumes = [
        VolumeFacts("one", "nas-backup", phase, claim, claim_phase),
        VolumeFacts("two", "nas-input-1", "Bound", "shop/in", "Bound"),
    ]
    findings = _checks_cluster.client_volumes(cluster.context(), cluster.targets)
    assert outcomes(findings) == {"nas-backup": "failed", "nas-input-1": "passed"}
    assert findings["nas-backup"].detail == word


GOOD = ContainerFacts("nfs-server", True, False, False, True, frozenset({"CHOWN", "SETUID"}), 1000, 256 << 20)


def test_an_init_container_that_has_ended_is_as_it_should_be(cluster: FakeSimulator) -> None:
    target = cluster.targets[0]
    names = {"sync-windows-data": False, "sync-agent": True, "nfs-server": False}
    cluster.inspector.found[target.name] = [
        dataclasses.replace(GOOD, name=n, running=runs) for n, runs in names.items()
    ]
    with pytest.raises(Failed) as failure:
        _checks_engine.containers(cluster.context(), target)
    finding = failure.value.finding
    assert finding.detail == "nfs-server is not running"
    assert finding.expected == "sync-agent, nfs-server are running" and finding.seen == ""


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"privileged": True}, "nfs-server is privileged"),
        ({"may_escalate": True}, "nfs-server may gain privileges"),
        ({"read_only_root": False}, "nfs-server can write to its root file system"),
        ({"capabilities": frozenset({"SYS_ADMIN"})}, "nfs-server has SYS_ADMIN, which it does not need"),
    ],
)
def test_security_names_what_is_too_much(cluster: FakeSimulator, change: dict[str, t.Any], word: str) -> None:
    target = cluster.targets[1]
    cluster.inspector.found[target.name] = [GOOD]
    _checks_engine.security(cluster.context(), target)
    cluster.inspector.found[target.name] = [dataclasses.replace(GOOD, **change)]
    with pytest.raises(Failed) as failure:
        _checks_engine.security(cluster.context(), target)
    assert failure.value.finding.detail == word


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"cpu_limit": 200}, "nfs-server: CPU limit is 200, not 1000"),
        ({"memory_limit": None}, f"nfs-server: memory limit is none, not {256 << 20}"),
        ({"cpu_request": 75}, "nfs-server: CPU request is 75, not 50"),
        ({"memory_request": 1}, f"nfs-server: memory request is 1, not {64 << 20}"),
    ],
)
def test_resources_name_the_amount(cluster: FakeSimulator, change: dict[str, t.Any], word: str) -> None:
    target = cluster.targets[1]
    cluster.inspector.found[target.name] = [dataclasses.replace(GOOD, **change)]
    with pytest.raises(Failed, match=word):
        _checks_engine.resources(cluster.context(), target)


@pytest.mark.parametrize("allowed", [{"cpu": 100}, {"memory": 1 << 20}])
def test_capacity_is_the_sum_of_all_servers(cluster: FakeSimulator, allowed: dict[str, int]) -> None:
    assert _checks_engine.capacity(cluster.context(), cluster.targets)[None].detail == "0.2 CPUs and 256 MiB requested"
    finding = _checks_engine.capacity(cluster.context(**allowed), cluster.targets)[None]
    assert finding.outcome == "failed" and "the servers request 0.2 CPUs and 256 MiB together" in finding.detail


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (None, "says nothing of itself"),
        ({"mode": "two_way", "state": "idle"}, "mode is two_way"),
        ({"state": "halted", "halted_reason": "no marker"}, "sync is halted: no marker"),
        ({"state": "stopped"}, "the sync agent is stopped"),
        ({"time": "2020-01-01T00:00:00.000Z"}, "has not said anything for"),
        ({"lag_seconds": 61}, "a change has been waiting for 61 s"),
    ],
)
def test_sync_state_names_what_is_wrong(
    cluster: FakeSimulator, monkeypatch: pytest.MonkeyPatch, status: dict[str, t.Any] | None, word: str
) -> None:
    target = cluster.targets[0]
    good = {"mode": "windows_to_nas", "state": "idle", "time": "2999-01-01T00:00:00.000Z", "lag_seconds": 0.0}
    cluster.inspector.statuses[target.name] = good
    assert _checks_look.sync_state(cluster.context(), target).detail == "idle"
    cluster.inspector.statuses = {} if status is None else {target.name: {**good, **status}}
    with pytest.raises(Failed, match=word):
        _checks_look.sync_state(cluster.context(), target)


def test_late_files_fail_after_the_limit_and_are_gone_afterwards(cluster: FakeSimulator) -> None:
    target = cluster.targets[0]
    with pytest.raises(Failed) as failure:
        _checks_transfer.windows_to_nas(cluster.context(), target)
    assert "was not on the NAS within 30 s" in failure.value.finding.detail
    assert "sync-agent: last words of sync-agent" in failure.value.finding.evidence
    assert 30 <= cluster.now < 31
    assert list(Path(target.local_directory).iterdir()) == []


def test_late_files_of_a_halted_agent_say_why_and_what_to_do(cluster: FakeSimulator) -> None:
    target = cluster.targets[0]
    reason = "the marker .file-simulator.json cannot be read: No such file or directory"
    cluster.inspector.statuses[target.name] = {"state": "halted", "halted_reason": reason}
    with pytest.raises(Failed) as failure:
        _checks_transfer.windows_to_nas(cluster.context(), target)
    assert failure.value.finding.detail.endswith(f"within 30 s: sync is halted: {reason}")
    assert failure.value.finding.remedy == "make up (in a playbook: the role windows_layout) puts it back"


def test_content_that_changed_on_the_way(cluster: FakeSimulator) -> None:
    target = cluster.targets[2]
    nas = cluster.nas[target.name]

    def carry(seconds: float) -> None:
        cluster.now += seconds
        for name in nas.tree:
            Path(target.local_directory, name).write_bytes(b"another")

    context = dataclasses.replace(cluster.context(), sleep=carry)
    with pytest.raises(Failed, match="what arrived on Windows is not what was sent") as failure:
        _checks_transfer.nas_to_windows(context, target)
    assert failure.value.finding.seen.startswith("7 bytes, sha256 ")
    assert nas.tree == {} and list(Path(target.local_directory).iterdir()) == []


@pytest.mark.parametrize(
    ("refused", "word"),
    [
        ({}, "a client could write a file and make a directory and rename a file and remove a file"),
        ({"write": errno.EACCES, "make_directory": errno.EROFS, "rename": errno.EROFS, "remove": errno.EROFS},
         "refused, but not as read-only: write a file: write refused"),
    ],
)  # fmt: skip
def test_read_only_server_must_refuse_everything(cluster: FakeSimulator, refused: dict[str, int], word: str) -> None:
    target = cluster.targets[1]
    nas = cluster.nas[target.name]
    nas.refuses = refused
    with pytest.raises(Failed) as failure:
        _checks_export.read_only(cluster.context(), target)
    assert failure.value.finding.detail == word
    assert nas.tree == {}


def test_isolation_is_a_matrix(cluster: FakeSimulator) -> None:
    """A file written to one server shows on another: the one that shows it is the one that fails."""
    cluster.nas["nas-backup"].tree = cluster.nas["nas-input-1"].tree
    findings = _checks_export.isolation(cluster.context(), cluster.targets)
    assert outcomes(findings) == {"nas-input-1": "passed", "nas-backup": "failed", "nas-output-1": "passed"}
    assert findings["nas-backup"].detail == "a file of nas-input-1 is in its export"
    assert all(nas.tree == {} for nas in cluster.nas.values())


def test_isolation_goes_on_without_a_server_that_is_silent(cluster: FakeSimulator) -> None:
    cluster.nas["nas-output-1"].refuses = {"connect": 1}
    findings = _checks_export.isolation(cluster.context(), cluster.targets)
    assert outcomes(findings) == {"nas-input-1": "passed", "nas-backup": "passed", "nas-output-1": "failed"}
    assert findings["nas-output-1"].detail == "the NFS client: connection refused"


def test_checks_connect_as_the_export_options_want(tmp_path: Path) -> None:
    servers = [{"name": "nas-output-1", "port": 32154, "export_options": "rw,all_squash,secure"}]
    simulator = FakeSimulator(tmp_path, servers=servers)
    nas, target = simulator.nas["nas-output-1"], simulator.targets[0]
    with pytest.raises(Failed, match="a port above 1023 is let in"):
        _checks_export.ownership(simulator.context(), target)
    with simulator.context().client(target, user=7):
        assert (nas.address.privileged_port, nas.address.user, nas.address.port) == (True, 7, 32154)


def test_read_only_server_gets_no_file_of_a_check(cluster: FakeSimulator) -> None:
    for check in (_checks_export.subdirectories, _checks_export.ownership):
        assert concluded(lambda check=check: check(cluster.context(), cluster.targets[1])).outcome == "skipped"
    with pytest.raises(Skipped):
        _checks_export.read_only(cluster.context(), cluster.targets[0])


def test_files_are_removed_on_both_sides_when_a_check_breaks(cluster: FakeSimulator) -> None:
    target = cluster.targets[0]
    nas, windows = cluster.nas[target.name], Path(target.local_directory)
    nas.tree["report.csv"] = b"a tester's"
    (windows / "report.csv").write_bytes(b"a tester's")
    with pytest.raises(ZeroDivisionError), Files(cluster.context(), target, nas) as files:
        name, directory = files.name("one"), files.name("two")
        assert name.startswith(PREFIX)
        files.put(name, b"x")
        nas.write(name, b"x")
        nas.make_directory(directory)
        nas.write(f"{directory}/inside", b"x")
        (windows / directory).mkdir()
        (windows / directory / "inside").write_bytes(b"x")
        raise ZeroDivisionError
    assert set(nas.tree) == {"report.csv"} and [path.name for path in windows.iterdir()] == ["report.csv"]


def test_sweep_takes_what_is_left_and_tells_of_what_it_cannot_take(cluster: FakeSimulator) -> None:
    nas, windows = cluster.nas["nas-output-1"], Path(cluster.targets[2].local_directory)
    (windows / f"{PREFIX}old-one").mkdir()
    (windows / "report.csv").write_bytes(b"")
    nas.tree = {f"{PREFIX}old": b"", "report.csv": b""}
    nas.refuses = {"remove": errno.EIO}
    assert remove_leftovers(cluster.context(), PREFIX) == [f"nas-output-1:/data/{PREFIX}old"]
    nas.refuses = {}
    assert remove_leftovers(cluster.context(), PREFIX) == []
    assert set(nas.tree) == {"report.csv"} and [path.name for path in windows.iterdir()] == ["report.csv"]


def test_hidden_marker_comes_back_once(cluster: FakeSimulator) -> None:
    target = cluster.targets[0]
    marker = Path(target.local_directory, ".file-simulator.json")
    marker.write_text("mine")
    hide_marker(cluster.context(), target)
    assert not marker.exists()
    assert restore_marker(target) and marker.read_text() == "mine"
    assert not restore_marker(target)
    hide_marker(cluster.context(), target)
    marker.write_text("laid out anew meanwhile")
    restore_marker(target)
    assert [path.read_text() for path in marker.parent.iterdir()] == ["laid out anew meanwhile"]


def test_all_hidden_markers_are_gone_when_one_is_back(cluster: FakeSimulator) -> None:
    """Two runs were killed, and the directory was laid out anew between them."""
    target = cluster.targets[0]
    marker = Path(target.local_directory, ".file-simulator.json")
    for run in ("1", "2"):
        marker.write_text("mine")
        hide_marker(dataclasses.replace(cluster.context(), run=run), target)
    assert restore_marker(target)
    assert [path.name for path in marker.parent.iterdir()] == [marker.name]
