# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine loses its power, and podman does not notice: the same table, for podman as a whole."""

from __future__ import annotations

import time
import typing as t

import pytest

from ..module_runner import ModuleFailed
from .private_machine import PrivateMachine

INSTANCE = "powerless"
# Nobody outside reaches these: the machine's addresses are its own.
SERVERS = [{"name": "nas-input-1", "port": 32340}, {"name": "nas-output-1", "port": 32341}]
CONTENT = "written by a consumer, and nowhere else"


class Simulator:
    """Two servers on a machine of their own."""

    def __init__(self, machine: PrivateMachine, drives: str, image: str) -> None:
        self.machine = machine
        self._image = image
        self._topology = {"drive_root": drives, "topology": {"instance": INSTANCE, "servers": SERVERS}}
        self._registry = f"{drives}/registry.json"
        self.windows = f"{drives}/c/simulator-data/nas-output-1"

    def apply(self, state: str = "started", **more: t.Any) -> dict[str, t.Any]:
        if state == "started":
            self.machine.module("windows_directory", registry=self._registry, **self._topology)
        return self.machine.module(
            "nas_server", state=state, image=self._image, wait_timeout=60, **self._topology, **more
        )  # fmt: skip

    def states(self) -> list[str]:
        return [report["state"] for report in self.reports()]

    def reports(self) -> list[dict[str, t.Any]]:
        found: list[dict[str, t.Any]] = self.machine.module("nas_server_info", **self._topology)["servers"]
        return found

    def write(self, name: str = "precious") -> None:
        shape = "{{.Mountpoint}}"
        volume = self.machine.run("podman", "volume", "inspect", "--format", shape, f"{INSTANCE}.nas-output-1.export")
        self.machine.run("bash", "-c", f"echo '{CONTENT}' > {volume.strip()}/data/{name}")

    def carried(self, name: str = "precious") -> bool:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if CONTENT in self.machine.run("bash", "-c", f"cat {self.windows}/{name} 2>/dev/null || true"):
                return True
            time.sleep(0.5)
        return False


@pytest.fixture
def simulator(tmp_path_factory: pytest.TempPathFactory, nas_image: str) -> t.Iterator[Simulator]:
    disk = tmp_path_factory.mktemp("machine")
    machine = PrivateMachine(disk)
    try:
        machine.start()
        machine.load_image(nas_image)
        made = Simulator(machine, str(disk / "drives"), nas_image)
        made.apply()
        made.write()
        yield made
    finally:
        machine.lose_power()


def lose_power(simulator: Simulator) -> None:
    simulator.machine.lose_power()
    simulator.machine.start()


def test_servers_that_ran_come_back(simulator: Simulator) -> None:
    lose_power(simulator)
    reports = simulator.reports()
    assert [report["state"] for report in reports] == ["broken", "broken"]
    assert all("podman did not see" in report["problem"] and "make up" in report["problem"] for report in reports)
    assert simulator.apply()["changed"]
    assert simulator.states() == ["ready", "ready"]
    assert not simulator.apply()["changed"]
    assert simulator.carried()


def test_servers_that_ran_go(simulator: Simulator) -> None:
    assert simulator.carried()
    lose_power(simulator)
    simulator.apply("absent", purge=True)
    assert not simulator.apply("absent", purge=True)["changed"]
    shown = [simulator.machine.run("podman", *words, "--quiet") for words in (("ps", "--all"), ("volume", "ls"))]
    assert shown == ["", ""]
    assert simulator.carried()


def test_what_was_not_carried_keeps_its_server(simulator: Simulator) -> None:
    simulator.apply("stopped")
    simulator.write("late")
    lose_power(simulator)
    with pytest.raises(ModuleFailed, match=r"'late' ha.* not reached"):
        simulator.apply("absent", purge=True)
    simulator.apply()
    assert simulator.carried("late")
    simulator.apply("absent", purge=True)


def test_servers_that_were_stopped_come_back(simulator: Simulator) -> None:
    """Nothing claims to run, and podman's locks are new all the same."""
    simulator.apply("stopped")
    lose_power(simulator)
    assert simulator.states() == ["stopped", "stopped"]
    simulator.apply()
    assert simulator.states() == ["ready", "ready"]
    assert not simulator.apply()["changed"]
