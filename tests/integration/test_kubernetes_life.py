# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers in a real cluster through their life: killed, deleted, changed, added, and the twelve steps."""

from __future__ import annotations

import json
import os
import time
import typing as t
from pathlib import Path

import pytest

from ..module_runner import ModuleFailed, run_module
from .kube import Kube
from .nfs import TO_NAS, TO_WINDOWS, Nas, eventually
from .test_nas_over_nfs import SEVEN

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    nas_server_info,
    windows_directory,
)

READY = 30.0
EXTRA = {"name": "extra-output", "port": 32190, "export_id": 90}


class Simulator:
    """The instance that molecule's converge made."""

    def __init__(self) -> None:
        self._arguments = json.loads(Path(os.environ["NAS_ARGUMENTS"]).read_text())
        self.registry = str(Path(os.environ["NAS_ARGUMENTS"]).with_name("directories.json"))

    def topology(self, change: t.Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
        topology: dict[str, t.Any] = dict(self._arguments["topology"])
        if change:
            changes = {each["name"]: each for each in topology["changes"]}
            changes[change["name"]] = {**changes.get(change["name"], {}), **change}
            topology["changes"] = list(changes.values())
        return topology

    def apply(self, state: str = "started", *, check: bool = False, **options: t.Any) -> list[str]:
        topology = options.pop("topology", None) or self.topology(options.pop("change", None))
        given = {**self._arguments, **options, "topology": topology, "state": state}
        return [
            f"{action['verb']} {action['server']}" for action in run_module(nas_server, check=check, **given)["actions"]
        ]

    def layout(self, topology: dict[str, t.Any]) -> None:
        run_module(
            windows_directory, topology=topology, registry=self.registry, drive_root=self._arguments["drive_root"]
        )

    def reports(self, topology: dict[str, t.Any] | None = None) -> dict[str, dict[str, t.Any]]:
        places = ("drive_root", "engine", "kubeconfig", "context", "node_address")
        given = {key: self._arguments[key] for key in places}
        found = run_module(nas_server_info, topology=topology or self.topology(), **given)["servers"]
        return {report["name"]: report for report in found}

    def nas(self, name: str) -> Nas:
        report = self.reports()[name]
        return Nas(
            name=name,
            role=report["role"],
            port=report["port"],
            windows=Path(report["local_directory"]),
            read_only=report["read_only"],
            sync_mode=report["sync_mode"],
            fsid=report["fsid"],
        )

    def ready(self) -> bool:
        return all(report["state"] == "ready" for report in self.reports().values())


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator()


@pytest.fixture(scope="module")
def kube() -> Kube:
    return Kube()


def seconds_until_ready(
    simulator: Simulator, kube: Kube, before: t.Mapping[str, str], gone: t.Collection[str]
) -> float:
    return eventually(
        lambda: all(kube.uids().get(name) not in (None, before[name]) for name in gone) and simulator.ready(), READY
    )


def test_one_killed_pod_comes_back(simulator: Simulator, kube: Kube) -> None:
    output = simulator.nas("nas-output-1")
    output.write("one.txt", b"kept")
    eventually(lambda: (output.windows / "one.txt").exists(), TO_WINDOWS)
    before = kube.uids()
    kube.kill("nas-output-1")
    print(f"measured: one pod back after {seconds_until_ready(simulator, kube, before, ['nas-output-1']):.1f} s")
    after = kube.uids()
    assert {name for name in SEVEN if after[name] != before[name]} == {"nas-output-1"}
    assert simulator.nas("nas-output-1").read("one.txt") == b"kept"


def test_all_killed_pods_come_back_with_every_file(simulator: Simulator, kube: Kube) -> None:
    for name in ("nas-output-1", "nas-output-2", "nas-output-3"):
        nas = simulator.nas(name)
        nas.write("all.txt", name.encode())
        eventually(lambda nas=nas: (nas.windows / "all.txt").exists(), TO_WINDOWS)  # type: ignore[misc]
    # Never seen by the agent: only persistent storage can bring it back.
    simulator.nas("nas-output-2").write("last.txt", b"last")
    before, fsids = kube.uids(), {name: report["fsid"] for name, report in simulator.reports().items()}
    kube.kill(*SEVEN)
    print(f"measured: seven pods back after {seconds_until_ready(simulator, kube, before, SEVEN):.1f} s")
    for name in SEVEN:
        assert simulator.nas(name).read("before.txt") == f"A file of {name} from before the start\n".encode()
    for name in ("nas-output-1", "nas-output-2", "nas-output-3"):
        assert simulator.nas(name).read("all.txt") == name.encode()
    assert simulator.nas("nas-output-2").read("last.txt") == b"last"
    assert {name: report["fsid"] for name, report in simulator.reports().items()} == fsids


def test_deployment_deleted_by_hand_is_put_back(simulator: Simulator, kube: Kube) -> None:
    before = kube.uids()
    kube.apps.delete_namespaced_deployment("nas-input-1", kube.namespace)
    assert simulator.apply(check=True) == ["replace nas-input-1"]
    assert simulator.apply() == ["replace nas-input-1"]
    assert simulator.apply() == []
    assert {name for name in SEVEN if kube.uids()[name] != before[name]} == {"nas-input-1"}


def test_change_of_one_server_replaces_its_pod_alone(simulator: Simulator, kube: Kube) -> None:
    change = {"name": "nas-input-2", "export_options": "ro,sync,no_root_squash"}
    for options in ({"change": change}, {}):
        before = kube.uids()
        assert simulator.apply(check=True, **options) == ["replace nas-input-2"]
        assert kube.uids() == before
        assert simulator.apply(**options) == ["replace nas-input-2"]
        assert simulator.apply(**options) == []
        assert {name for name in SEVEN if kube.uids()[name] != before[name]} == {"nas-input-2"}


def test_server_is_added_and_removed_beside_the_others(simulator: Simulator, kube: Kube) -> None:
    before, more = kube.uids(), simulator.topology(EXTRA)
    simulator.layout(more)
    assert simulator.apply(topology=more) == ["create extra-output"]
    windows = Path(simulator.reports(more)["extra-output"]["local_directory"])
    (windows / "kept.txt").write_bytes(b"x")
    assert simulator.apply(purge=True) == ["remove extra-output"]
    assert (windows / "kept.txt").read_bytes() == b"x"
    assert kube.uids() == before


def test_stopped_servers_carry_their_last_changes_and_start_again(simulator: Simulator, kube: Kube) -> None:
    output = simulator.nas("nas-output-1")
    for number in range(100):
        output.write(f"last-{number}.txt", b"%d" % number)
    assert simulator.apply("stopped", servers=["nas-output-1"]) == ["stop nas-output-1"]
    assert len(list(output.windows.glob("last-*.txt"))) == 100
    assert simulator.apply("present") == []
    assert simulator.reports()["nas-output-1"]["state"] == "stopped"
    assert simulator.apply("started") == ["start nas-output-1"]
    assert simulator.nas("nas-output-1").read("last-99.txt") == b"99"


def test_server_with_changes_that_cannot_be_carried_is_not_ended(simulator: Simulator, tmp_path: Path) -> None:
    output = simulator.nas("nas-output-1")
    marker = output.windows / ".file-simulator.json"
    marker.rename(tmp_path / "marker")
    eventually(lambda: simulator.reports()["nas-output-1"]["sync"]["state"] == "halted", TO_NAS)
    output.write("precious.txt", b"x")
    eventually(lambda: simulator.reports()["nas-output-1"]["sync"]["pending"] > 0, TO_NAS)
    for state in ("stopped", "absent"):
        with pytest.raises(ModuleFailed, match=r"server nas-output-1: nobody can tell what has not reached"):
            simulator.apply(state, servers=["nas-output-1"])
    (tmp_path / "marker").rename(marker)
    eventually(lambda: (output.windows / "precious.txt").exists(), TO_WINDOWS)
    assert simulator.apply() == []


def test_failures_tell_their_cause(simulator: Simulator, kube: Kube) -> None:
    """Each leaves a broken nas-input-3 behind, which the next run mends."""
    one: dict[str, t.Any] = {"servers": ["nas-input-3"]}
    huge = {"name": "nas-input-3", "resources": {"server": {"requests": {"cpu": "64"}, "limits": {"cpu": "64"}}}}
    for options, cause in [
        ({"node_data_root": "/nowhere"}, "the node has no directory /nowhere/nas-input-3"),
        ({"image": "localhost/no/such:1"}, "image localhost/no/such:1 is not on the node"),
        ({"change": huge, "wait_timeout": 5}, "no node takes its pod: .*Insufficient cpu"),
    ]:
        with pytest.raises(ModuleFailed, match=f"server nas-input-3: not ready.*: {cause}"):
            simulator.apply(**one, **options)
    quota = {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    kube.core.create_namespaced_resource_quota(kube.namespace, quota)
    try:
        with pytest.raises(ModuleFailed, match=r"nas-input-3: not ready: its pod is refused: .*exceeded quota"):
            simulator.apply(**one)
    finally:
        kube.core.delete_namespaced_resource_quota("none", kube.namespace)
    simulator.apply("restarted", **one)
    assert simulator.ready()


def test_refusals_touch_nothing(simulator: Simulator, kube: Kube) -> None:
    before = kube.versions()
    port = simulator.reports()["nas-input-1"]["port"]
    service = {"metadata": {"name": "taken"}, "spec": {"type": "NodePort", "ports": [{"port": 1, "nodePort": 32190}]}}
    kube.core.create_namespaced_service("default", service)
    try:
        with pytest.raises(ModuleFailed, match="port: 32190 is the NodePort of Service taken in namespace default"):
            simulator.apply(change={"name": "nas-input-1", "port": 32190})
    finally:
        kube.core.delete_namespaced_service("taken", "default")
    other = {**simulator.topology(), "namespace": "second", "instance": "second"}
    with pytest.raises(ModuleFailed, match="is that of nas-input-1 of instance file-simulator in namespace file-sim"):
        simulator.apply(topology=other)
    with pytest.raises(ModuleFailed, match=r"context: 'no-such' is not in .*; it has "):
        simulator.apply(context="no-such")
    assert simulator.reports()["nas-input-1"]["port"] == port
    assert kube.versions() == before


def test_twelve_steps(simulator: Simulator, kube: Kube) -> None:
    """Create, again, modify, again, delete, again: each first in check mode, which changes nothing."""
    plain = simulator.topology(EXTRA)
    squashed = simulator.topology({**EXTRA, "export_options": "rw,root_squash"})
    simulator.layout(plain)
    for state, topology, expected in [
        ("present", plain, ["create extra-output"]),
        ("present", plain, []),
        ("present", squashed, ["replace extra-output"]),
        ("present", squashed, []),
        ("absent", plain, ["remove extra-output"]),
        ("absent", plain, []),
    ]:
        before = kube.versions()
        given: dict[str, t.Any] = {"topology": topology, "servers": ["extra-output"]}
        assert simulator.apply(state, check=True, **given) == expected
        assert kube.versions() == before
        assert simulator.apply(state, **given) == expected


def test_all_seven_are_ready_within_30_seconds(simulator: Simulator, kube: Kube) -> None:
    simulator.apply("absent")
    assert kube.pods() == {}
    started = time.monotonic()
    assert simulator.apply() == [f"create {name}" for name in SEVEN]
    seconds = time.monotonic() - started
    print(f"measured: seven servers created and ready after {seconds:.1f} s")
    assert simulator.ready()
    assert seconds < READY
    assert simulator.nas("nas-output-2").read("last.txt") == b"last"
