# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pod whose Windows directory was deleted and made anew, and whose storage goes with it: its agent empties it first."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import agent
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.pod_spec import Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.removal_guard import RemovalGuard
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.render import server_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Action, Current
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images, pod_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import write_marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import Marker

MARKER = Marker("nas-output-1", "generation", True, "file-simulator", restored="since")
PLACEMENT = Placement("file-simulator", "ns", 32154, "/mnt/nas-output-1", "generation", (1, 30))
POD = {
    "metadata": {"name": "pod"},
    "status": {"containerStatuses": [{"name": "nfs-server", "state": {"running": {}}}]},
}


@pytest.fixture(autouse=True)
def run_in_the_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand what is run in a container to the one that there is."""
    monkeypatch.setattr(agent, "execute", lambda cluster, *words: cluster.execute(*words))


class Pod:
    """A cluster with one pod, whose agent is bound to the directory that it had when it was started."""

    def __init__(self, bound_to: Marker, *, brings: bool = True) -> None:
        self.starts, self._bound_to, self._brings = 1, bound_to, brings

    def execute(self, _namespace: str, _pod: str, _container: str, command: t.Sequence[str], _seconds: float) -> str:
        if command[1] == "-c":
            self.starts, self._bound_to = self.starts + 1, MARKER
            raise SimulatorError("the container ended")
        halted = self._bound_to != MARKER
        if "status" in command:
            return json.dumps({"started": self.starts, "state": "halted" if halted else "idle"})
        return json.dumps(
            {
                "nonce": command[command.index("--nonce") + 1],
                "state": "unknown" if halted else "known",
                "reason": "its directory is gone" if halted else "",
                "windows": {"generation": "generation", "restored": self._bound_to.restored},
                "refused_count": 0 if self._brings else 1,
                "refused": [] if self._brings else [{"path": "CON", "reason": "no name"}],
                "waiting_count": 0,
                "error_count": 0,
            }
        )


def check(pod: Pod, directory: Path, mode: str = "nas_to_windows", *, check_mode: bool = False) -> None:
    topology = read_topology(
        {"servers": [{"name": MARKER.server, "port": 32154, "sync": {"mode": mode}}]}
    )  # fmt: skip
    (directory / "c" / "simulator-data" / MARKER.server).mkdir(parents=True)
    write_marker(str(directory / "c" / "simulator-data" / MARKER.server), MARKER)

    def described(placement: Placement) -> dict[str, t.Any]:
        return {item["kind"]: item for item in server_objects(pod_of(topology.servers[0], Images("image")), placement)}

    current = Current(MARKER.server, described(PLACEMENT), running=True, stopped=False)
    watcher = mock.Mock(pods=lambda: {MARKER.server: [POD]})
    guard = RemovalGuard(t.cast(t.Any, pod), watcher, topology, Drives("emulated", str(directory)), {})
    desired = {MARKER.server: described(dataclasses.replace(PLACEMENT, restored=MARKER.restored))}
    guard.check([Action("replace", MARKER.server)], desired, {MARKER.server: current}, check_mode=check_mode)


def test_agent_is_started_again_on_the_new_directory(tmp_path: Path) -> None:
    pod = Pod(Marker("nas-output-1", "generation", True))
    check(pod, tmp_path)
    assert pod.starts == 2


def test_what_it_cannot_bring_there_keeps_the_pod(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"'CON' .* cannot be copied to Windows"):
        check(Pod(Marker("nas-output-1", "generation", True), brings=False), tmp_path)


def test_nothing_is_done_in_check_mode(tmp_path: Path) -> None:
    pod = Pod(Marker("nas-output-1", "generation", True))
    check(pod, tmp_path, check_mode=True)
    assert pod.starts == 1


def test_agent_that_brings_nothing_to_windows_is_left_alone(tmp_path: Path) -> None:
    pod = Pod(Marker("nas-output-1", "generation", True))
    check(pod, tmp_path, mode="windows_to_nas")
    assert pod.starts == 1
