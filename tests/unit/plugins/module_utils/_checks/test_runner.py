# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runner: what is left out and why, what a failure keeps from running, and what a broken check does."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._checks import runner as _check_runner
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.catalogue import CATALOGUE, selected
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Failed, Finding, Skipped
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Result
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.runner import Runner
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NasError

from ...fake_nas import FakeSimulator

Findings = t.Callable[..., t.Any]


@pytest.fixture
def simulator(tmp_path: Path) -> FakeSimulator:
    return FakeSimulator(tmp_path)


@pytest.fixture
def all_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check finds that all is well."""
    monkeypatch.setattr(
        _check_runner, "EACH", dict.fromkeys(_check_runner.EACH, lambda _bench, _subject: Finding("ok"))
    )
    together: Findings = lambda _bench, subjects: {each.name: Finding("ok") for each in subjects}  # noqa: E731
    monkeypatch.setattr(_check_runner, "TOGETHER", dict.fromkeys(_check_runner.TOGETHER, together))


def run(
    simulator: FakeSimulator, *, engine: str = "podman", disruptive: bool = True, writing: bool = True
) -> list[Result]:
    return Runner(simulator.bench(), engine).run(list(CATALOGUE), disruptive=disruptive, writing=writing)


def outcomes(results: list[Result]) -> dict[tuple[str, str | None], str]:
    found = {(each.check, each.server): each.outcome for each in results}
    assert len(found) == len(results)
    return found


@pytest.mark.usefixtures("all_pass")
def test_results_come_in_the_order_of_checks_and_servers(simulator: FakeSimulator) -> None:
    results = run(simulator, engine="kubernetes")
    servers = [subject.name for subject in simulator.subjects]
    assert [(each.check, each.server) for each in results] == [(c.name, s) for c in CATALOGUE for s in servers]
    assert {each.outcome for each in results} == {"passed"}


@pytest.mark.usefixtures("all_pass")
@pytest.mark.parametrize(
    ("options", "left_out", "word"),
    [
        ({"engine": "podman"}, lambda check: check.engines == ("kubernetes",), "means nothing with the engine podman"),
        ({"disruptive": False}, lambda check: check.disruptive, "disruptive: true"),
        ({"writing": False}, lambda check: check.writes, "in check mode nothing is written"),
    ],
)
def test_what_is_left_out_says_why(
    simulator: FakeSimulator, options: dict[str, t.Any], left_out: t.Callable[..., bool], word: str
) -> None:
    results = run(simulator, **{"engine": "kubernetes", **options})
    skipped = [each for each in results if each.outcome == "skipped"]
    assert {each.check for each in skipped} == {check.name for check in CATALOGUE if left_out(check)}
    assert all(word in each.detail and each.server is None for each in skipped)


@pytest.mark.usefixtures("all_pass")
@pytest.mark.parametrize(
    "broken", [check for check in CATALOGUE if check.name in _check_runner.EACH], ids=lambda c: c.name
)
def test_failure_skips_what_needs_it_on_that_server_alone(
    simulator: FakeSimulator, monkeypatch: pytest.MonkeyPatch, broken: t.Any
) -> None:
    def check(_bench: t.Any, subject: t.Any) -> Finding:
        if subject.name == "nas-backup":
            raise Failed("it is broken", evidence=["a log"])
        return Finding("ok")

    monkeypatch.setitem(_check_runner.EACH, broken.name, check)
    found = outcomes(run(simulator, engine="kubernetes"))
    odd = {pair: outcome for pair, outcome in found.items() if outcome != "passed"}
    needing = {(other.name, "nas-backup"): "skipped" for other in CATALOGUE if broken.name in other.needs}
    assert odd == {(broken.name, "nas-backup"): "failed", **needing}


@pytest.mark.usefixtures("all_pass")
def test_skipped_check_keeps_nothing_from_running(simulator: FakeSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def skip(_bench: t.Any, _subject: t.Any) -> Finding:
        raise Skipped("means nothing here")

    monkeypatch.setitem(_check_runner.EACH, "sync_state", skip)
    found = outcomes(run(simulator, engine="kubernetes"))
    assert {check for (check, _server), outcome in found.items() if outcome != "passed"} == {"sync_state"}


@pytest.mark.usefixtures("all_pass")
@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (ZeroDivisionError("division"), "the check broke: ZeroDivisionError: division"),
        (NasError("server gone"), "the NFS client: server gone"),
    ],
)
@pytest.mark.parametrize("name", ["listing", "isolation"])
def test_check_that_breaks_has_failed_and_the_others_go_on(
    simulator: FakeSimulator, monkeypatch: pytest.MonkeyPatch, error: Exception, detail: str, name: str
) -> None:
    def broken(*_arguments: t.Any) -> t.NoReturn:
        raise error

    monkeypatch.setitem(_check_runner.EACH if name in _check_runner.EACH else _check_runner.TOGETHER, name, broken)
    results = Runner(simulator.bench(), "podman").run(selected([name, "ready"], []), disruptive=False, writing=True)
    failed = [each for each in results if each.outcome == "failed"]
    assert {(each.check, each.detail) for each in failed} == {(name, detail)}
    assert len([each for each in results if each.outcome == "passed"]) == len(simulator.subjects)
