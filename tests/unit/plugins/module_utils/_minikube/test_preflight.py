# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a machine from running a node, and that each of it is said in one line with a way out."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import preflight
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import DRIVERS

GOOD = preflight.Seen(
    memory=16000,
    disk_free=50000,
    disk_path="/home/user",
    programs=["docker", "podman", "virsh", "qemu-img", "VBoxManage"],
    is_root=False,
)
EXE = dataclasses.replace(GOOD, on_windows=True, programs=[], memory=0)


def problems(driver: str, force: bool = False, **different: t.Any) -> list[str]:
    seen = dataclasses.replace(EXE if driver == "hyperv" else GOOD, **different)
    return preflight.problems(driver, 8192, 10240, force, seen)


@pytest.mark.parametrize("driver", [driver for driver in DRIVERS if driver != "none"])
def test_a_good_machine_has_none(driver: str) -> None:
    assert problems(driver) == []


@pytest.mark.parametrize(
    ("driver", "different", "told"),
    [
        ("docker", {"programs": []}, "docker is not installed; it comes with Docker"),
        (
            "docker",
            {"engine_error": "Cannot connect to the Docker daemon"},
            "start Docker Desktop with its WSL integration",
        ),
        ("docker", {"engine_error": "dial unix: permission denied"}, "usermod --append --groups docker"),
        ("podman", {"engine_error": "x"}, "podman does not answer: x; see: podman info"),
        ("docker", {"is_root": True}, "refuses it from root; run as another user"),
        ("docker", {"memory": 8191}, "memory: 8192 MiB are asked for, and this machine has 8191 MiB"),
        ("docker", {"disk_free": 10239}, "disk: /home/user has 10239 MiB free"),
        ("kvm2", {"kvm": "there is no /dev/kvm"}, "no virtualisation: there is no /dev/kvm"),
        ("hyperv", {"on_windows": False, "memory": 16000}, "needs minikube.exe"),
        ("hyperv", {"hyperv_rights": False}, "Run as administrator"),
        ("none", {"programs": ["systemctl", "conntrack", "crictl"]}, "needs root"),
    ],
)
def test_each_problem_is_told_alone(driver: str, different: dict[str, t.Any], told: str) -> None:
    (problem,) = problems(driver, **different)
    assert told in problem
    assert "\n" not in problem


def test_what_does_not_matter() -> None:
    assert problems("docker", force=True, is_root=True) == []
    assert problems("ssh", memory=1) == []
    assert problems("hyperv", hyperv_rights=None) == []


def test_looks_at_this_machine(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def runner(command: list[str], **_how: t.Any) -> tuple[int, str, str]:
        asked.append(command)
        return 1, "", "a warning\nCannot connect\n"

    seen = preflight.look("docker", False, str(tmp_path / "not" / "yet"), runner, lambda name: name == "docker")
    assert (seen.engine_error, seen.disk_path, seen.kvm) == ("Cannot connect", str(tmp_path), None)
    assert seen.memory == preflight.machine_memory() > 100
    assert asked == [["docker", "info", "--format", "json"]]
    assert preflight.look("podman", False, str(tmp_path), runner, lambda name: False).engine_error == ""


@pytest.mark.parametrize(
    ("answer", "rights"), [((0, "True\r\n", ""), True), ((0, "False\r\n", ""), False), ((1, "", "x"), None)]
)
def test_asks_windows_for_rights(answer: tuple[int, str, str], rights: bool | None, tmp_path: Path) -> None:
    seen = preflight.look("hyperv", True, str(tmp_path), lambda _command, **_how: answer, lambda _name: False)
    assert seen.hyperv_rights is rights


def test_virtualisation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "kvm"
    assert "nestedVirtualization" in str(preflight._kvm_problem(str(device)))
    device.write_text("")
    assert preflight._kvm_problem(str(device)) is None
    monkeypatch.setattr(preflight.os, "access", lambda *_how: False)
    assert "join the group kvm" in str(preflight._kvm_problem(str(device)))
