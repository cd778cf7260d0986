# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runner: what is left out and why, what a failure keeps from running, and what a broken check does."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.catalogue import CATALOGUE
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Failed, Finding, Skipped
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import Check
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Result
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.runner import Runner
from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import Active
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import Fault
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NasError

from ...fake_nas import FakeSimulator

Findings = t.Callable[..., t.Any]


@pytest.fixture
def simulator(tmp_path: Path) -> FakeSimulator:
    return FakeSimulator(tmp_path)


@pytest.fixture
def checks() -> dict[str, Check]:
    """All checks by name. Each finds that all is well; a test puts its own in its place with ``broken``."""
    return {
        check.name: dataclasses.replace(
            check,
            each=check.each and (lambda _context, _target: Finding("ok")),
            together=check.together and (lambda _context, targets: {each.name: Finding("ok") for each in targets}),
        )
        for check in CATALOGUE
    }


def broken(check: Check, work: t.Callable[..., t.Any]) -> Check:
    return dataclasses.replace(check, each=check.each and work, together=check.together and work)


def run(
    simulator: FakeSimulator,
    checks: t.Mapping[str, Check],
    *,
    engine: str = "podman",
    disruptive: bool = True,
    writing: bool = True,
) -> list[Result]:
    return Runner(simulator.context(), engine).run(list(checks.values()), disruptive=disruptive, writing=writing)


def outcomes(results: list[Result]) -> dict[tuple[str, str | None], str]:
    found = {(each.check, each.server): each.outcome for each in results}
    assert len(found) == len(results)
    return found


def test_results_come_in_the_order_of_checks_and_servers(simulator: FakeSimulator, checks: dict[str, Check]) -> None:
    results = run(simulator, checks, engine="kubernetes")
    servers = [target.name for target in simulator.targets]
    assert [(each.check, each.server) for each in results] == [(c.name, s) for c in CATALOGUE for s in servers]
    assert {each.outcome for each in results} == {"passed"}


@pytest.mark.parametrize(
    ("options", "left_out", "word"),
    [
        ({"engine": "podman"}, lambda check: check.engines == ("kubernetes",), "means nothing with the engine podman"),
        ({"disruptive": False}, lambda check: check.disruptive, "disruptive: true"),
        ({"writing": False}, lambda check: check.writes, "in check mode nothing is written"),
    ],
)
def test_what_is_left_out_says_why(
    simulator: FakeSimulator,
    checks: dict[str, Check],
    options: dict[str, t.Any],
    left_out: t.Callable[..., bool],
    word: str,
) -> None:
    results = run(simulator, checks, **{"engine": "kubernetes", **options})
    skipped = [each for each in results if each.outcome == "skipped"]
    assert {each.check for each in skipped} == {check.name for check in CATALOGUE if left_out(check)}
    assert all(word in each.detail and each.server is None for each in skipped)


@pytest.mark.parametrize("name", [check.name for check in CATALOGUE if check.each])
def test_failure_skips_what_needs_it_on_that_server_alone(
    simulator: FakeSimulator, checks: dict[str, Check], name: str
) -> None:
    def work(_context: t.Any, target: t.Any) -> Finding:
        if target.name == "nas-backup":
            raise Failed("it is broken", evidence=["a log"])
        return Finding("ok")

    checks[name] = broken(checks[name], work)
    found = outcomes(run(simulator, checks, engine="kubernetes"))
    odd = {pair: outcome for pair, outcome in found.items() if outcome != "passed"}
    needing = {(other.name, "nas-backup"): "skipped" for other in CATALOGUE if name in other.needs}
    assert odd == {(name, "nas-backup"): "failed", **needing}


def test_skipped_check_keeps_nothing_from_running(simulator: FakeSimulator, checks: dict[str, Check]) -> None:
    def skip(_context: t.Any, _target: t.Any) -> Finding:
        raise Skipped("means nothing here")

    checks["sync_state"] = broken(checks["sync_state"], skip)
    found = outcomes(run(simulator, checks, engine="kubernetes"))
    assert {check for (check, _server), outcome in found.items() if outcome != "passed"} == {"sync_state"}


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (ZeroDivisionError("division"), "the check broke: ZeroDivisionError: division"),
        (NasError("server gone"), "the NFS client: server gone"),
    ],
)
@pytest.mark.parametrize("name", ["listing", "isolation"])
def test_check_that_breaks_has_failed_and_the_others_go_on(
    simulator: FakeSimulator, checks: dict[str, Check], error: Exception, detail: str, name: str
) -> None:
    def work(*_arguments: t.Any) -> t.NoReturn:
        raise error

    chosen = {"ready": checks["ready"], name: broken(checks[name], work)}
    results = run(simulator, chosen, disruptive=False)
    failed = [each for each in results if each.outcome == "failed"]
    assert {(each.check, each.detail) for each in failed} == {(name, detail)}
    assert len([each for each in results if each.outcome == "passed"]) == len(simulator.targets)


@pytest.mark.parametrize(
    ("problem", "evidence", "told"),
    [
        (r"C:\simulator-data: cannot be written to: No space left on device", (), "free space on"),
        ("not within 60 s", ("sync agent: a: does not fit: needs 262144 bytes, has 6882",), "free space on"),
        ("not within 60 s", ("sync agent: a: no space left on the windows side",), "free space on"),
        ("not within 60 s", ("sync agent: idle",), "shows what became of the file"),
    ],
)
def test_a_side_that_is_full_is_what_to_do_something_about(
    simulator: FakeSimulator, checks: dict[str, Check], problem: str, evidence: tuple[str, ...], told: str
) -> None:
    def work(*_arguments: object) -> t.NoReturn:
        raise Failed(problem, evidence=evidence)

    checks["windows_to_nas"] = broken(checks["windows_to_nas"], work)
    failed = [result for result in run(simulator, checks) if result.outcome == "failed"]
    assert failed and all(told in result.remedy for result in failed)


def test_faults_on_purpose_keep_clients_checks_from_that_server_alone(
    simulator: FakeSimulator, checks: dict[str, Check]
) -> None:
    simulator.targets = [
        dataclasses.replace(target, status=dataclasses.replace(target.status, faults=[Active(Fault("full"))]))
        if target.name == "nas-backup"
        else target
        for target in simulator.targets
    ]
    results = run(simulator, checks, engine="kubernetes")
    skipped = {each.check: each for each in results if each.outcome == "skipped"}
    assert {each.server for each in skipped.values()} == {"nas-backup"}
    assert set(skipped) == {check.name for check in CATALOGUE if check.is_a_client}
    assert {"ready", "listing", "nas_to_windows"} < set(skipped)
    assert not {"containers", "security", "sync_state"} & set(skipped)
    told = "fault on purpose: full: writes and new files get ENOSPC, until it is ended"
    assert {each.detail for each in skipped.values()} == {told}
