# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What podman is told about a machine, for every kind of machine."""

from __future__ import annotations

import builtins
import configparser
import itertools
import json
import os
import re
import resource
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import host as _machine
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.host import (
    Machine,
    adaptation,
    read_machine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import ULIMIT

PODMAN_OWN = 1048576
LIMITS = [0, 512, 1024, 4096, ULIMIT - 1, ULIMIT, 65536, PODMAN_OWN - 1, PODMAN_OWN, 2**30]
MACHINES = [
    Machine(files, processes, may_raise, hybrid, runtimes)
    for files, processes, may_raise, hybrid, runtimes in itertools.product(
        LIMITS, LIMITS, (True, False), (True, False), ((), ("crun",), ("runc",), ("crun", "runc"))
    )
]


def settings_of(text: str) -> dict[str, dict[str, t.Any]]:
    """Read the text as TOML, of which it uses strings and lists alone."""
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return {name: {key: json.loads(value) for key, value in parser[name].items()} for name in parser.sections()}


def test_ordinary_machine_needs_nothing() -> None:
    assert adaptation(Machine(PODMAN_OWN, PODMAN_OWN, False, False, ("crun",))) == ""
    assert adaptation(Machine(1024, 1024, True, False, ("crun",))) == ""


def test_limited_machine_with_hybrid_cgroups() -> None:
    text = adaptation(Machine(20000, 10000, False, True, ("crun", "runc")))
    assert settings_of(text) == {
        "containers": {"default_ulimits": [f"nofile={ULIMIT}:{ULIMIT}", f"nproc={ULIMIT}:{ULIMIT}"]},
        "engine": {"runtime": "runc"},
    }


def test_every_machine_is_adapted_to_or_refused() -> None:
    for machine in MACHINES:
        try:
            settings = settings_of(adaptation(machine))
        except SimulatorError as error:
            too_low = not machine.may_raise_limits and min(machine.files, machine.processes) < ULIMIT
            assert too_low or (machine.cgroup_hybrid and "runc" not in machine.runtimes)
            assert error.message.startswith("podman: ")
            continue
        assert (settings.get("engine") == {"runtime": "runc"}) == machine.cgroup_hybrid
        ulimits = settings.get("containers", {}).get("default_ulimits", [])
        found = {name: (int(soft), int(hard)) for name, soft, hard in (re.split("[=:]", limit) for limit in ulimits)}
        needed = not machine.may_raise_limits and min(machine.files, machine.processes) < PODMAN_OWN
        assert set(found) == ({"nofile", "nproc"} if needed else set())
        for name, limit in (("nofile", machine.files), ("nproc", machine.processes)):
            assert max(found.get(name, (0,))) <= limit


@pytest.mark.parametrize(("files", "processes", "name"), [(1023, 65536, "nofile"), (65536, 100, "nproc")])
def test_limit_that_is_too_low_is_refused(files: int, processes: int, name: str) -> None:
    with pytest.raises(SimulatorError, match=f"podman: the hard limit {name} is .* and may not be raised; allow at l"):
        adaptation(Machine(files, processes, False, False, ("crun",)))
    assert adaptation(Machine(files, processes, True, False, ("crun",))) == ""


@pytest.mark.parametrize(("files", "processes"), [(4096, 65536), (65536, 4096), (1024, 1024)])
def test_machine_on_which_our_own_containers_cannot_start_is_refused(files: int, processes: int) -> None:
    """Each container is created with ULIMIT, which the kernel refuses above the hard limit."""
    with pytest.raises(SimulatorError, match="hard limit"):
        adaptation(Machine(files, processes, False, False, ("crun",)))


def test_hybrid_cgroups_without_runc_are_refused() -> None:
    with pytest.raises(SimulatorError, match="hybrid mode, where only runc works; install runc"):
        adaptation(Machine(PODMAN_OWN, PODMAN_OWN, True, True, ("crun",)))


class TestReadMachine:
    @pytest.fixture(autouse=True)
    def machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        limits = {resource.RLIMIT_NOFILE: (10, 20000), resource.RLIMIT_NPROC: (10, resource.RLIM_INFINITY)}
        monkeypatch.setattr(_machine.resource, "getrlimit", limits.__getitem__)

    def test_hard_limits(self) -> None:
        machine = read_machine(lambda name: False)
        assert (machine.files, machine.processes) == (20000, PODMAN_OWN)

    def test_runtimes(self) -> None:
        assert read_machine(lambda name: name == "runc").runtimes == ("runc",)
        assert read_machine(lambda name: True).runtimes == ("crun", "runc")

    @pytest.mark.parametrize(
        ("status", "may"),
        [
            ("Name:\tx\nCapEff:\t0000000001000000\n", True),
            ("CapEff:\t000001ffffffffff\n", True),
            ("CapEff:\t000001fffeffffff\n", False),
            ("Name:\tx\n", False),
            (None, False),
        ],
    )
    def test_capability_to_raise_limits(
        self, status: str | None, may: bool, tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "status"
        if status is not None:
            path.write_text(status)
        real = builtins.open
        monkeypatch.setattr(
            _machine, "open", lambda name, **options: real(path, **options), raising=False
        )  # /proc/self/status
        assert read_machine(lambda name: True).may_raise_limits is may

    @pytest.mark.parametrize(("unified", "controllers", "hybrid"), [(1, 0, True), (1, 1, False), (0, 0, False)])
    def test_hybrid_cgroups(
        self, unified: int, controllers: int, hybrid: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os.path, "isdir", lambda path: bool(unified))
        monkeypatch.setattr(os.path, "exists", lambda path: bool(controllers))
        assert read_machine(lambda name: True).cgroup_hybrid is hybrid
