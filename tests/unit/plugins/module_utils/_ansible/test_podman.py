# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A podman that suits the machine, for a caller who may use it."""

from __future__ import annotations

import os
import stat
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import podman as _podman
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.podman import open_podman
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

CONFIGURATION = "CONTAINERS_CONF"


class Module:
    """As much of an AnsibleModule as these functions use."""

    def __init__(self, state_directory: Path, *, check_mode: bool = False, podman: str | None = "podman") -> None:
        self.params = {"podman_executable": "podman", "state_directory": str(state_directory)}
        self.check_mode = check_mode
        self.environments: list[dict[str, str]] = []
        self._podman = podman
        self.version = "4.3.1"

    def get_bin_path(self, name: str) -> str | None:
        return self._podman if name == "podman" else None

    def run_command(self, command: list[str], **options: t.Any) -> tuple[int, str, str]:
        if command[-1] == "--version":
            return 0, f"podman version {self.version}\n", ""
        self.environments.append(options["environ_update"])
        return 0, "[]", ""


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """A machine whose adaptation a test may set, and whose caller is root."""
    found = types.SimpleNamespace(text="")
    monkeypatch.setattr(_podman, "adaptation", lambda machine: found.text)
    monkeypatch.setattr(_podman.os, "geteuid", lambda: 0)
    return found


def test_machine_that_needs_nothing_gets_no_configuration(tmp_path: Path) -> None:
    module = Module(tmp_path / "state")
    podman = open_podman(module)
    assert podman is not None and podman.pods() == []
    assert [CONFIGURATION in given for given in module.environments] == [False] and not (tmp_path / "state").exists()


def test_podman_does_not_know_that_a_service_calls_it(tmp_path: Path) -> None:
    """Else it leaves conmon in the service's control group, and the containers end with the service."""
    module = Module(tmp_path / "state")
    podman = open_podman(module)
    assert podman is not None and podman.pods() == []
    assert [given["INVOCATION_ID"] for given in module.environments] == [""]


def test_machine_that_needs_something_gets_it_with_each_call(tmp_path: Path, machine: types.SimpleNamespace) -> None:
    machine.text = '[engine]\nruntime = "runc"\n'
    path = tmp_path / "state" / "containers.conf"
    module = Module(tmp_path / "state")
    podman = open_podman(module, changes=True)
    assert podman is not None
    podman.pods()
    assert [given[CONFIGURATION] for given in module.environments] == [str(path)]
    assert path.read_text() == machine.text


def test_configuration_is_written_only_when_it_changes(tmp_path: Path, machine: types.SimpleNamespace) -> None:
    machine.text = "old"
    open_podman(Module(tmp_path), changes=True)
    path = tmp_path / "containers.conf"
    before = path.stat().st_mtime_ns
    open_podman(Module(tmp_path), changes=True)
    assert path.stat().st_mtime_ns == before
    machine.text = "new"
    open_podman(Module(tmp_path), changes=True)
    assert path.read_text() == "new"


@pytest.mark.parametrize(("check_mode", "changes"), [(True, True), (True, False), (False, False)])
def test_what_changes_nothing_writes_nothing_and_uses_what_is_there(
    tmp_path: Path, machine: types.SimpleNamespace, check_mode: bool, changes: bool
) -> None:
    machine.text = "x"
    module = Module(tmp_path, check_mode=check_mode)
    for expected in (None, str(tmp_path / "containers.conf")):
        podman = open_podman(module, changes=changes)
        assert podman is not None
        podman.pods()
        assert module.environments[-1].get(CONFIGURATION) == expected
        assert (tmp_path / "containers.conf").exists() == bool(expected)
        (tmp_path / "containers.conf").write_text("x")


def test_configuration_that_cannot_be_written_is_told(tmp_path: Path, machine: types.SimpleNamespace) -> None:
    machine.text = "x"
    (tmp_path / "file").write_text("")
    with pytest.raises(SimulatorError, match=r"/file: cannot be made: File exists"):
        open_podman(Module(tmp_path / "file"), changes=True)


def test_missing_podman_matters_outside_check_mode_alone(tmp_path: Path) -> None:
    assert open_podman(Module(tmp_path, podman=None, check_mode=True)) is None
    with pytest.raises(SimulatorError, match="podman is not installed"):
        open_podman(Module(tmp_path, podman=None))


def test_caller_must_be_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_podman.os, "geteuid", lambda: 1000)
    with pytest.raises(SimulatorError, match="become: true"):
        open_podman(Module(tmp_path))


@pytest.mark.parametrize("version", ["4.3.1", "4.3.0", "4.9.4-rhel", "5.4.2", "10.0.1", "of a developer"])
def test_podman_that_is_new_enough(tmp_path: Path, version: str) -> None:
    module = Module(tmp_path)
    module.version = version
    assert open_podman(module) is not None


@pytest.mark.parametrize("version", ["3.4.4", "4.2.1", "4.2.0-dev"])
def test_podman_that_is_too_old(tmp_path: Path, version: str) -> None:
    module = Module(tmp_path)
    module.version = version
    with pytest.raises(SimulatorError) as caught:
        open_podman(module)
    assert caught.value.message == (
        f"podman: this is version {version}, and the servers need 4.3 or newer, as Debian 12 and Ubuntu 24.04 have it; "
        "or run them in a cluster (file_simulator_engine: minikube or kubernetes)"
    )


def test_what_a_careful_root_makes_is_for_everybody(tmp_path: Path, machine: types.SimpleNamespace) -> None:
    machine.text = "anything"
    before = os.umask(0o077)
    try:
        open_podman(Module(tmp_path / "state"), changes=True)
        made = [tmp_path / "state", tmp_path / "state/containers.conf"]
        assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o755, 0o644]
    finally:
        os.umask(before)
