# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of servers with several exports: each export counts, and the result says which it was."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.catalogue import CATALOGUE
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import PREFIX, remove_leftovers
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Finding, of_exports
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import (
    FAILED,
    PASSED,
    SKIPPED,
    Measure,
    Result,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.runner import Runner
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import availability
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer

from ...fake_nas import FakeSimulator

SERVER = {
    "name": "nas01",
    "role": "output",
    "address": "127.7.7.1",
    "nfs_versions": [3, 4],
    "exports": [
        {"path": "/vol/out1", "subdirectory": "out1", "export_id": 11},
        {"path": "/vol/out2", "subdirectory": "out2", "export_id": 12, "export_options": "ro"},
    ],
}


@pytest.fixture
def simulator(tmp_path: Path) -> FakeSimulator:
    return FakeSimulator(tmp_path, servers=[SERVER])


def result(simulator: FakeSimulator, name: str) -> Result:
    (check,) = [each for each in CATALOGUE if each.name == name]
    (found,) = Runner(simulator.context(), "podman").run([check], disruptive=False, writing=True)
    return found


def test_each_export_is_listed_in_each_version(simulator: FakeSimulator) -> None:
    simulator.nas["nas01"].tree = {"a": b""}
    asked: list[tuple[str, int, int]] = []
    connect = simulator._connect

    def noted(address: t.Any) -> t.Any:
        asked.append((address.path, address.version, address.mount_port))
        return connect(address)

    simulator._connect = noted  # type: ignore[method-assign]
    found = result(simulator, "listing")
    assert (found.outcome, found.detail) == (PASSED, "/vol/out1: 1 name in /vol/out1; /vol/out2: 0 names in /vol/out2")
    assert asked == [("/vol/out1", 3, 20048), ("/vol/out1", 4, 20048), ("/vol/out2", 3, 20048), ("/vol/out2", 4, 20048)]


def test_the_export_that_fails_is_named_alone(simulator: FakeSimulator) -> None:
    simulator.more["nas01", "/vol/out2"].free = 0
    found = result(simulator, "free_space")
    assert found.outcome == FAILED and found.detail == "/vol/out2: only 0 MiB are free in the export"
    assert [each.value for each in found.measures] == [0.0]


def test_export_that_is_read_only_must_refuse_and_the_other_is_not_asked(simulator: FakeSimulator) -> None:
    found = result(simulator, "read_only")
    assert found.outcome == FAILED and found.detail.startswith("/vol/out2: a client could write a file")
    assert simulator.nas["nas01"].tree == {}


def test_files_of_checks_lie_in_the_directory_of_the_export(simulator: FakeSimulator, tmp_path: Path) -> None:
    left = [tmp_path / "nas01" / part / f"{PREFIX}x" for part in ("out1", "out2")]
    for path in left:
        path.write_text("left over")
    simulator.nas["nas01"].tree = {f"{PREFIX}y": b""}
    simulator.more["nas01", "/vol/out2"].tree = {f"{PREFIX}z": b""}
    assert remove_leftovers(simulator.context(), PREFIX) == []
    assert not any(path.exists() for path in left)
    assert simulator.nas["nas01"].tree == simulator.more["nas01", "/vol/out2"].tree == {}


@pytest.mark.parametrize(
    ("fsids", "outcome", "detail"),
    [
        ([11, 12], PASSED, "/vol/out1: fsid 11.11; /vol/out2: fsid 12.12"),
        ([11, 13], FAILED, "/vol/out2: its fsid is 13.13, not 12.12"),
        (
            [11, 11],
            FAILED,
            "/vol/out1: its fsid 11.11 is also that of /vol/out2; /vol/out2: its fsid 11.11 is also that of /vol/out1",
        ),
    ],
)
def test_each_export_has_the_file_system_id_of_its_export_id(
    simulator: FakeSimulator, monkeypatch: pytest.MonkeyPatch, fsids: list[int], outcome: str, detail: str
) -> None:
    seen = dict(zip(["/vol/out1", "/vol/out2"], fsids))
    monkeypatch.setattr(availability, "probe", lambda _host, _port, path, **_how: Answer((seen[path], seen[path]), 0.0))
    found = availability.fsid(simulator.context(), simulator.targets)["nas01"]
    assert (found.outcome, found.detail) == (outcome, detail)


def test_finding_of_one_export_is_what_it_was() -> None:
    finding = Finding("well", measures=(Measure("free", 1.0, "MiB"),))
    assert of_exports([("/data", finding)]) is finding


@pytest.mark.parametrize(
    ("outcomes", "outcome", "detail"),
    [
        ((PASSED, SKIPPED), PASSED, "/a: 0"),
        ((SKIPPED, SKIPPED), SKIPPED, "/a: 0; /b: 1"),
        ((PASSED, FAILED), FAILED, "/b: 1"),
        ((FAILED, SKIPPED), FAILED, "/a: 0"),
    ],
)
def test_the_worst_counts(outcomes: tuple[str, str], outcome: str, detail: str) -> None:
    findings = [
        (path, Finding(str(number), each, remedy=f"mend {number}"))
        for number, (path, each) in enumerate(zip(["/a", "/b"], outcomes))
    ]
    found = of_exports(findings)
    assert (found.outcome, found.detail) == (outcome, detail)
    assert found.remedy == f"mend {detail[-1] if outcome == FAILED else 0}"


def test_of_measures_the_worst_counts() -> None:
    def finding(latency: float, free: float) -> Finding:
        return Finding("", measures=(Measure("latency", latency, "s", limit=30), Measure("free", free, "MiB")))

    found = of_exports([("/a", finding(1, 7)), ("/b", finding(2, 9))])
    assert {each.name: each.value for each in found.measures} == {"latency": 2, "free": 7}
