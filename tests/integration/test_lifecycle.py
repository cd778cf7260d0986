# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real pods through their life: the twelve steps, and what must not be lost on the way.

Needs root, podman, and the NAS image in NAS_IMAGE; molecule's scenario default brings them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import typing as t
from pathlib import Path

import pytest

from ..harness.ports import reserve
from ..module_runner import ModuleFailed, run_module
from .nfs import TO_NAS, TO_WINDOWS, Nas, eventually

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    nas_server_info,
    windows_directory,
)

INSTANCE, _PORTS = reserve("lifecycle")
PORTS = dict(zip(("nas-input-1", "nas-output-1", "nas-output-2"), _PORTS, strict=False))


class Simulator:
    """Three servers of an instance of their own."""

    def __init__(self, directory: Path, instance: str = INSTANCE) -> None:
        self.drives = directory / "drives"
        self.root = self.drives / "c" / "simulator-data"
        self.topology: dict[str, t.Any] = {
            "instance": instance,
            "servers": [{"name": name, "port": port} for name, port in PORTS.items()],
        }
        self._common = {"drive_root": str(self.drives)}
        registry = str(directory / "registry.json")
        run_module(windows_directory, topology=self.topology, registry=registry, **self._common)

    def apply(self, state: str = "started", *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        change = options.pop("change", None)
        topology = {**self.topology, "changes": [change]} if change else self.topology
        image = os.environ["NAS_IMAGE"]
        return run_module(
            nas_server, check=check, topology=topology, state=state, image=image, **self._common, **options
        )

    def nas(self, name: str) -> Nas:
        report = self.reports()[name]
        return Nas(name, report["role"], report["port"], self.root / name, False, report["sync_mode"], report["fsid"])

    def reports(self) -> dict[str, dict[str, t.Any]]:
        found = run_module(nas_server_info, topology=self.topology, **self._common)["servers"]
        return {report["name"]: report for report in found}


@pytest.fixture
def simulator(tmp_path: Path) -> t.Iterator[Simulator]:
    assert os.environ.get("NAS_IMAGE"), "NAS_IMAGE is not set; run these tests with: molecule test"
    simulator = Simulator(tmp_path)
    simulator.apply("absent", purge=True, delete_storage=True)
    try:
        yield simulator
    finally:
        simulator.apply("absent", purge=True, delete_storage=True)


def verbs(result: dict[str, t.Any]) -> list[str]:
    return [f"{action['verb']} {action['server']}" for action in result["actions"]]


def pods() -> dict[str, str]:
    """The ids of the instance's pods, by server."""
    shown = subprocess.run(
        ["podman", "pod", "ps", "--format", "json", "--filter", f"label=file-simulator.instance={INSTANCE}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return {pod["Labels"]["file-simulator.server"]: pod["Id"] for pod in json.loads(shown)}


def test_twelve_steps(simulator: Simulator) -> None:
    """Create, again, modify, again, delete, again: each first in check mode, which changes nothing."""
    squashed = {"name": "nas-input-1", "export_options": "rw,root_squash"}
    everyone = list(PORTS)
    for state, change, expected in [
        ("started", None, [f"create {name}" for name in everyone]),
        ("started", None, []),
        ("started", squashed, ["replace nas-input-1"]),
        ("started", squashed, []),
        ("absent", None, [f"remove {name}" for name in everyone]),
        ("absent", None, []),
    ]:
        before = pods()
        predicted = simulator.apply(state, check=True, change=change)
        assert pods() == before
        assert verbs(predicted) == verbs(simulator.apply(state, change=change)) == expected
        untouched = [name for name in everyone if f"replace {name}" in expected] if expected else []
        if state == "started" and before:
            assert {n: i for n, i in pods().items() if n not in untouched} == {
                n: i for n, i in before.items() if n not in untouched
            }
    assert pods() == {}


def test_ready_within_30_seconds_and_gone_within_20(simulator: Simulator) -> None:
    started = time.monotonic()
    simulator.apply()
    ready = time.monotonic()
    assert {report["state"] for report in simulator.reports().values()} == {"ready"}
    simulator.apply("absent")
    assert ready - started < 30
    assert time.monotonic() - ready < 20


def test_last_writes_reach_windows_before_a_server_goes(simulator: Simulator) -> None:
    simulator.apply()
    output, persistent = simulator.nas("nas-output-1"), simulator.nas("nas-output-2")
    for number in range(200):
        for nas in (output, persistent):
            nas.write(f"{number}.txt", b"%d" % number)
    simulator.apply("absent")
    for nas in (output, persistent):
        assert {path.name for path in nas.windows.glob("*.txt")} == {f"{number}.txt" for number in range(200)}


def test_restart_keeps_what_clients_wrote(simulator: Simulator) -> None:
    simulator.apply()
    for name in PORTS:
        simulator.nas(name).write("kept.txt", name.encode())
    before = {name: report["fsid"] for name, report in simulator.reports().items()}
    simulator.apply("restarted")
    for name in PORTS:
        assert simulator.nas(name).read("kept.txt") == name.encode()
    assert {name: report["fsid"] for name, report in simulator.reports().items()} == before


def kill(container: str) -> None:
    """End a container's process as a crash does, behind podman's back."""
    shown = subprocess.run(
        ["podman", "inspect", "--format", "{{.State.Pid}}", f"{INSTANCE}.{container}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    os.kill(int(shown), signal.SIGKILL)


def test_killed_containers_come_back_by_themselves(simulator: Simulator) -> None:
    simulator.apply()
    nas = simulator.nas("nas-output-1")
    nas.write("kept.txt", b"x")
    for container in ("nfs-server", "sync-agent"):
        kill(f"nas-output-1.{container}")
    eventually(lambda: simulator.reports()["nas-output-1"]["state"] == "ready", 30)
    fresh = simulator.nas("nas-output-1")
    assert fresh.read("kept.txt") == b"x"
    fresh.write("after.txt", b"y")
    eventually(lambda: (fresh.windows / "after.txt").exists(), TO_WINDOWS)
    assert verbs(simulator.apply()) == []


def test_kill_of_everything_loses_nothing_on_persistent_storage(simulator: Simulator) -> None:
    """What a client wrote and closed is on the NAS and in Windows afterwards, whatever was under way."""
    persistent = {"name": "nas-output-2", "storage": {"type": "persistent"}}
    for attempt in range(3):
        simulator.apply(change=persistent)
        nas = simulator.nas("nas-output-2")
        acknowledged = {f"{attempt}-{number}.bin": os.urandom(50_000) for number in range(40)}
        for name, content in acknowledged.items():
            nas.write(name, content)
        subprocess.run(
            ["podman", "pod", "kill", "--signal", "KILL", f"{INSTANCE}.nas-output-2"], capture_output=True, check=True
        )
        # As a machine that restarts finds it: the volume, and nothing that runs.
        simulator.apply("stopped", change=persistent)
        simulator.apply(change=persistent)
        after = simulator.nas("nas-output-2")
        assert {name: after.read(name) for name in acknowledged} == acknowledged
        for name, content in acknowledged.items():
            eventually(lambda path=after.windows / name: path.exists(), TO_WINDOWS)
            assert (after.windows / name).read_bytes() == content


def test_the_only_file_of_a_directory_can_be_deleted(simulator: Simulator) -> None:
    simulator.apply()
    nas = simulator.nas("nas-input-1")
    (nas.windows / "only.txt").write_bytes(b"x")
    eventually(lambda: nas.exists("only.txt"), TO_NAS)
    (nas.windows / "only.txt").unlink()
    eventually(lambda: not nas.exists("only.txt"), TO_NAS)


def test_clients_that_are_not_listed_are_kept_out(simulator: Simulator) -> None:
    def refused() -> bool:
        return "the server answered NFS4ERR_" in simulator.reports()["nas-output-1"]["problem"]

    simulator.apply(change={"name": "nas-output-1", "clients": ["192.0.2.0/24"]}, wait=False)
    eventually(refused, 30)
    simulator.apply(change={"name": "nas-output-1", "clients": ["127.0.0.0/8", "192.0.2.0/24"]})
    assert simulator.nas("nas-output-1").names() == set()


def test_unmounted_windows_directory_stops_the_sync_and_nothing_else(simulator: Simulator, tmp_path: Path) -> None:
    simulator.apply()
    nas = simulator.nas("nas-input-1")
    (nas.windows / "kept.txt").write_bytes(b"x")
    eventually(lambda: nas.exists("kept.txt"), TO_NAS)
    # What an unmounted directory looks like from inside the pod: it is there, and empty.
    for path in nas.windows.iterdir():
        path.rename(tmp_path / path.name)
    eventually(lambda: simulator.reports()["nas-input-1"]["sync"]["state"] == "halted", TO_NAS)
    assert nas.read("kept.txt") == b"x"
    (tmp_path / ".file-simulator.json").rename(nas.windows / ".file-simulator.json")
    (tmp_path / "kept.txt").rename(nas.windows / "kept.txt")
    eventually(lambda: simulator.reports()["nas-input-1"]["sync"]["state"] in ("idle", "running"), TO_NAS)
    assert nas.read("kept.txt") == b"x"


def test_server_with_changes_that_cannot_be_carried_is_not_removed(simulator: Simulator, tmp_path: Path) -> None:
    simulator.apply()
    nas = simulator.nas("nas-output-1")
    marker = nas.windows / ".file-simulator.json"
    marker.rename(tmp_path / "marker")
    eventually(lambda: simulator.reports()["nas-output-1"]["sync"]["state"] == "halted", TO_NAS)
    nas.write("precious.txt", b"x")
    with pytest.raises(ModuleFailed, match=r"server nas-output-1: .*C:\\simulator-data.*'precious.txt' may be lost"):
        simulator.apply("absent", servers=["nas-output-1"])
    eventually(lambda: simulator.reports()["nas-output-1"]["state"] == "ready", 30)
    (tmp_path / "marker").rename(marker)
    eventually(lambda: (nas.windows / "precious.txt").exists(), TO_WINDOWS)
    simulator.apply("absent", servers=["nas-output-1"])


def test_server_whose_agent_was_halted_since_its_start_is_not_removed(simulator: Simulator, tmp_path: Path) -> None:
    simulator.apply()
    nas = simulator.nas("nas-output-1")
    marker = nas.windows / ".file-simulator.json"
    marker.rename(tmp_path / "marker")
    eventually(lambda: simulator.reports()["nas-output-1"]["sync"]["state"] == "halted", TO_NAS)
    started = simulator.reports()["nas-output-1"]["sync"]["started"]
    nas.write("precious.txt", b"x")
    kill("nas-output-1.sync-agent")
    eventually(lambda: simulator.reports()["nas-output-1"]["sync"]["started"] != started, 30)
    with pytest.raises(
        ModuleFailed, match=r"server nas-output-1: nobody can tell what has not reached C:\\simulator-data"
    ):
        simulator.apply("absent", servers=["nas-output-1"])
    (tmp_path / "marker").rename(marker)
    eventually(lambda: (nas.windows / "precious.txt").exists(), TO_WINDOWS)


def test_port_of_another_instance_is_refused(simulator: Simulator, tmp_path: Path) -> None:
    simulator.apply()
    other = Simulator(tmp_path / "other", f"{INSTANCE}-second")
    with pytest.raises(ModuleFailed, match=r"server nas-input-1: port: 127.0.0.1:\d+ is in use"):
        other.apply()
    assert verbs(other.apply("absent", purge=True)) == []
    assert verbs(simulator.apply()) == []
