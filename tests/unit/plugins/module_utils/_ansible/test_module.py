# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module begins and ends with: one line for a failure, and a podman that suits the machine."""

from __future__ import annotations

import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import module as _module
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

CONFIGURATION = "CONTAINERS_CONF"


class Module:
    """As much of an AnsibleModule as these functions use."""

    def __init__(self, state_directory: Path, *, check_mode: bool = False, podman: str | None = "podman") -> None:
        self.params = {"podman_executable": "podman", "state_directory": str(state_directory)}
        self.check_mode = check_mode
        self.environments: list[dict[str, str]] = []
        self.ended: list[dict[str, t.Any]] = []
        self._podman = podman

    def get_bin_path(self, name: str) -> str | None:
        return self._podman if name == "podman" else None

    def run_command(self, command: list[str], **options: t.Any) -> tuple[int, str, str]:
        self.environments.append(options["environ_update"])
        return 0, "[]", ""

    def fail_json(self, **result: t.Any) -> None:
        self.ended.append(result)
        raise SystemExit(1)

    def exit_json(self, **result: t.Any) -> None:
        self.ended.append(result)
        raise SystemExit(0)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """A machine whose adaptation a test may set, and whose caller is root."""
    found = types.SimpleNamespace(text="")
    monkeypatch.setattr(_module, "adaptation", lambda machine: found.text)
    monkeypatch.setattr(_module.os, "geteuid", lambda: 0)
    return found


def test_result_is_what_the_work_returns(tmp_path: Path) -> None:
    module = Module(tmp_path)
    with pytest.raises(SystemExit, match="0"):
        _module.run(module, lambda given: {"changed": given is module})
    assert module.ended == [{"changed": True}]


def test_error_becomes_one_failure_with_its_details(tmp_path: Path) -> None:
    module = Module(tmp_path)

    def work(_module: object) -> dict[str, t.Any]:
        raise SimulatorError("server a: no", rc=3)

    with pytest.raises(SystemExit, match="1"):
        _module.run(module, work)
    assert module.ended == [{"msg": "server a: no", "rc": 3}]


def test_chosen_servers_come_in_the_order_in_which_they_are_named() -> None:
    topology = read_topology(None)
    assert _module.chosen(topology, None) == list(topology.servers)
    assert _module.chosen(topology, []) == []
    assert [server.name for server in _module.chosen(topology, ["nas-output-1", "nas-backup"])] == [
        "nas-output-1",
        "nas-backup",
    ]


def test_chosen_server_counts_once() -> None:
    assert len(_module.chosen(read_topology(None), ["nas-backup", "nas-backup"])) == 1


def test_machine_that_needs_nothing_gets_no_configuration(tmp_path: Path) -> None:
    module = Module(tmp_path / "state")
    podman = _module.open_podman(module)
    assert podman is not None and podman.pods() == []
    assert [CONFIGURATION in given for given in module.environments] == [False] and not (tmp_path / "state").exists()


def test_machine_that_needs_something_gets_it_with_each_call(tmp_path: Path, machine: types.SimpleNamespace) -> None:
    machine.text = '[engine]\nruntime = "runc"\n'
    path = tmp_path / "state" / "containers.conf"
    module = Module(tmp_path / "state")
    podman = _module.open_podman(module, changes=True)
    assert podman is not None
    podman.pods()
    assert [given[CONFIGURATION] for given in module.environments] == [str(path)]
    assert path.read_text() == machine.text


def test_configuration_is_written_only_when_it_changes(tmp_path: Path, machine: types.SimpleNamespace) -> None:
    machine.text = "old"
    _module.open_podman(Module(tmp_path), changes=True)
    path = tmp_path / "containers.conf"
    before = path.stat().st_mtime_ns
    _module.open_podman(Module(tmp_path), changes=True)
    assert path.stat().st_mtime_ns == before
    machine.text = "new"
    _module.open_podman(Module(tmp_path), changes=True)
    assert path.read_text() == "new"


@pytest.mark.parametrize(("check_mode", "changes"), [(True, True), (True, False), (False, False)])
def test_what_changes_nothing_writes_nothing_and_uses_what_is_there(
    tmp_path: Path, machine: types.SimpleNamespace, check_mode: bool, changes: bool
) -> None:
    machine.text = "x"
    module = Module(tmp_path, check_mode=check_mode)
    for expected in (None, str(tmp_path / "containers.conf")):
        podman = _module.open_podman(module, changes=changes)
        assert podman is not None
        podman.pods()
        assert module.environments[-1].get(CONFIGURATION) == expected
        assert (tmp_path / "containers.conf").exists() == bool(expected)
        (tmp_path / "containers.conf").write_text("x")


def test_configuration_that_cannot_be_written_is_told(tmp_path: Path, machine: types.SimpleNamespace) -> None:
    machine.text = "x"
    (tmp_path / "file").write_text("")
    with pytest.raises(SimulatorError, match=r"containers.conf: cannot be written: (Not a directory|File exists)"):
        _module.open_podman(Module(tmp_path / "file"), changes=True)


def test_missing_podman_matters_outside_check_mode_alone(tmp_path: Path) -> None:
    assert _module.open_podman(Module(tmp_path, podman=None, check_mode=True)) is None
    with pytest.raises(SimulatorError, match="podman is not installed"):
        _module.open_podman(Module(tmp_path, podman=None))


def test_caller_must_be_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_module.os, "geteuid", lambda: 1000)
    with pytest.raises(SimulatorError, match="become: true"):
        _module.open_podman(Module(tmp_path))
