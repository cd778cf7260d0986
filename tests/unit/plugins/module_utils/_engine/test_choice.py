# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The choice of an engine: a table of what people meet, and rules over every combination there is."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.choice import (
    ASKED,
    Choice,
    ClusterAccess,
    EngineEnvironment,
    Recorded,
    choose,
    wants_download,
)

MINE = Recorded("minikube", ClusterAccess("/kube/config", "mine"), reachable=True)
THEIRS = Recorded("kubernetes", ClusterAccess("/kube/config", "theirs"), reachable=True)
GONE = dataclasses.replace(MINE, reachable=False)
PROGRAM = "/usr/bin/minikube"
FIELDS: dict[str, tuple[t.Any, ...]] = {
    "podman_runs": (False, True),
    "recorded": (None, MINE, THEIRS, GONE),
    "context": ("", "theirs", "another"),
    "minikube": ("", PROGRAM),
    "profile_exists": (False, True),
    "driver": ("", "docker"),
    "may_install": (False, True),
    "download": (None, False, True),
}


def every(**fixed: t.Any) -> t.Iterator[EngineEnvironment]:
    """Every combination of FIELDS with some of them fixed."""
    fields = {**FIELDS, **{name: (value,) for name, value in fixed.items()}}
    for values in itertools.product(*fields.values()):
        yield EngineEnvironment("i", **dict(zip(fields, values)))


def outcome(asked: str, seen: EngineEnvironment, *, running: bool = False) -> Choice | str:
    try:
        return choose(asked, seen, running=running)
    except SimulatorError as error:
        return error.message


@pytest.mark.parametrize(
    ("seen", "choice", "reason"),
    [
        ({}, "podman", "Minikube is not installed, and could not run: no driver"),
        ({"driver": "docker", "may_install": False}, "podman", "not installed, and minikube_install is false"),
        ({"driver": "docker", "download": False}, "podman", "not installed, and cannot be downloaded from here"),
        ({"driver": "docker", "download": True}, "minikube", "it can be installed, and use the driver docker"),
        ({"minikube": PROGRAM}, "podman", "Minikube is here, but cannot run: no driver"),
        ({"minikube": PROGRAM, "driver": "kvm2"}, "minikube", "/usr/bin/minikube can use the driver kvm2"),
        ({"minikube": PROGRAM, "profile_exists": True}, "minikube", "its profile file-simulator is there"),
        ({"minikube": PROGRAM, "driver": "kvm2", "podman_runs": True}, "podman", "it runs instance i already"),
        ({"recorded": MINE}, "minikube", "instance i is in the cluster mine already"),
        ({"recorded": THEIRS}, "kubernetes", "instance i is in the cluster theirs already"),
        ({"recorded": THEIRS, "context": "another"}, "kubernetes", "the cluster another is named"),
        ({"recorded": GONE}, "podman", "Minikube is not installed"),
        ({"context": "another", "minikube": PROGRAM, "driver": "kvm2"}, "kubernetes", "the cluster another is named"),
    ],
)
def test_auto(seen: dict[str, t.Any], choice: str, reason: str) -> None:
    found = choose("auto", EngineEnvironment("i", **seen))
    assert found.choice == choice
    assert reason in found.reason
    assert found.line.startswith(f"Engine: {choice}") and "\n" not in found.line


@pytest.mark.parametrize(
    ("seen", "choice", "reason"),
    [
        ({}, "podman", "nothing runs instance i"),
        ({"driver": "docker", "download": True}, "podman", "nothing runs instance i"),
        ({"minikube": PROGRAM, "driver": "docker"}, "podman", "nothing runs instance i"),
        ({"minikube": PROGRAM, "profile_exists": True}, "minikube", "its profile file-simulator is there"),
        ({"podman_runs": True, "recorded": MINE}, "podman", "it runs instance i already"),
        ({"recorded": MINE}, "minikube", "instance i is in the cluster mine already"),
    ],
)
def test_what_runs_now(seen: dict[str, t.Any], choice: str, reason: str) -> None:
    found = choose("auto", EngineEnvironment("i", **seen), running=True)
    assert (found.choice, found.reason) == (choice, reason)


@pytest.mark.parametrize(
    ("asked", "seen", "message"),
    [
        ("kubernetes", {}, "engine: kubernetes needs the cluster's name; set file_simulator_context"),
        ("minikube", {"podman_runs": True}, "engine: podman runs instance i, and minikube would answer on the same"),
        ("kubernetes", {"podman_runs": True, "context": "a"}, "engine: podman runs instance i, and kubernetes would"),
        ("podman", {"recorded": MINE}, "engine: instance i was stood up in the cluster mine, and podman would"),
    ],
)
def test_refused(asked: str, seen: dict[str, t.Any], message: str) -> None:
    with pytest.raises(SimulatorError) as caught:
        choose(asked, EngineEnvironment("i", **seen))
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize("asked", ASKED)
def test_what_is_asked_for_is_what_comes(asked: str, running: bool) -> None:
    """... or is refused; nothing is put in its place. Auto is never refused."""
    for seen in every():
        found = outcome(asked, seen, running=running)
        if asked == "auto":
            assert isinstance(found, Choice)
        else:
            assert isinstance(found, str) or found.choice == asked
        if isinstance(found, Choice):
            assert (found.engine == "podman") == (found.choice == "podman")
            assert found.recorded is None or found.recorded.choice == found.choice


@pytest.mark.parametrize("asked", ASKED)
def test_two_engines_never_stand_on_the_same_ports(asked: str) -> None:
    for seen in every(podman_runs=True):
        found = outcome(asked, seen)
        assert isinstance(found, str) or found.engine == "podman"
    for seen in every(podman_runs=False, context=""):
        if seen.recorded and seen.recorded.reachable and isinstance(found := outcome(asked, seen), Choice):
            assert found.engine == "kubernetes"


def test_auto_takes_minikube_only_where_it_can_run() -> None:
    for seen in every(podman_runs=False, recorded=None, context=""):
        can_run = seen.profile_exists or bool(seen.driver) if seen.minikube else (
            seen.may_install and bool(seen.driver) and seen.download is True
        )  # fmt: skip
        assert (choose("auto", seen).choice == "minikube") == can_run


def test_network_is_asked_exactly_where_its_answer_counts() -> None:
    for asked, running in itertools.product(ASKED, (False, True)):
        for seen in every(download=None):
            answers = [
                outcome(asked, dataclasses.replace(seen, download=download), running=running)
                for download in (False, True)
            ]
            assert wants_download(asked, seen, running=running) == (answers[0] != answers[1])


def test_network_is_asked_once() -> None:
    assert not any(wants_download("auto", seen) for download in (False, True) for seen in every(download=download))
