# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_sync against a podman and a cluster that run nothing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_sync

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments

__all__ = ["arguments"]

DONE = {"done": True}
OPEN = {"path": "log", "reason": "it is being written"}
MISSING = {"done": False, "waiting": [OPEN], "waiting_count": 3}
AGENT = ["python3", "-m", "nas_sync_agent", "sync", "--nonce"]


def asked(podman: FakePodman) -> list[list[str]]:
    return [call for call in podman.calls if call[0] == "exec" and "sync" in call]


@pytest.fixture
def given(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    """Arguments for two servers that run and have nothing to carry."""
    run_module(nas_server, **arguments)
    podman.left = {"nas-input-1": DONE, "nas-output-1": DONE}
    return {name: arguments[name] for name in ("topology", "podman_executable", "drive_root")}


@pytest.mark.parametrize("check_mode", [False, True])
def test_all_servers_are_asked(run_module: Run, podman: FakePodman, given: dict[str, t.Any], check_mode: bool) -> None:
    result = run_module(nas_sync, check=check_mode, **given)
    assert not result["changed"]
    found = [(each["server"], each["done"], each["problem"]) for each in result["servers"]]
    assert found == [("nas-input-1", True, ""), ("nas-output-1", True, "")]
    assert all(each["seconds"] >= 0 for each in result["servers"])
    calls = sorted(asked(podman))
    assert [call[1] for call in calls] == [
        "file-simulator.nas-input-1.sync-agent",
        "file-simulator.nas-output-1.sync-agent",
    ]
    assert all(call[2:7] == AGENT and call[8:] == ["--timeout", "60"] for call in calls)


def test_nobody_writes(run_module: Run, podman: FakePodman, given: dict[str, t.Any]) -> None:
    run_module(nas_sync, servers=["nas-input-1"], quiet=False, timeout=1, **given)
    (call,) = asked(podman)
    assert call[8:] == ["--timeout", "1", "--complete"]


def test_what_is_missing_is_named(run_module: Run, podman: FakePodman, given: dict[str, t.Any]) -> None:
    refused = [{"path": "a:b", "reason": "the name has a character that Windows does not allow"}]
    podman.left["nas-output-1"] = {**MISSING, "refused": refused, "refused_count": 1}
    podman.left["nas-input-1"] = {"done": False, "halted_reason": "the marker is gone"}
    with pytest.raises(ModuleFailed) as failed:
        run_module(nas_sync, **given)
    result = failed.value.result
    assert result["problems"] == [
        "server nas-input-1: sync halted: the marker is gone",
        "server nas-output-1: 3 paths not there yet: 'log' (it is being written) and 2 more; "
        "1 path refused: 'a:b' (the name has a character that Windows does not allow)",
    ]
    assert [each["waiting"] for each in result["servers"]] == [[], [OPEN]]


def test_refused_name_is_a_failure(run_module: Run, podman: FakePodman, given: dict[str, t.Any]) -> None:
    podman.left["nas-output-1"] = {**DONE, "refused": [{"path": "a:b", "reason": "x"}], "refused_count": 1}
    with pytest.raises(ModuleFailed, match="server nas-output-1: 1 path refused: 'a:b'"):
        run_module(nas_sync, **given)


def test_one_that_does_not_answer(run_module: Run, podman: FakePodman, given: dict[str, t.Any]) -> None:
    """It does not keep the others' answers from who asks."""
    podman.fail["exec file-simulator.nas-input-1.sync-agent"] = "no such container"
    podman.left["nas-output-1"] = MISSING
    with pytest.raises(ModuleFailed) as failed:
        run_module(nas_sync, **given)
    first, second = failed.value.result["problems"]
    assert first.startswith("server nas-input-1: ask its sync agent: podman: ") and "no such container" in first
    assert second.startswith("server nas-output-1: 3 paths")


def test_answer_of_another_question(run_module: Run, podman: FakePodman, given: dict[str, t.Any]) -> None:
    podman.left["nas-input-1"] = {**DONE, "nonce": "old"}
    with pytest.raises(ModuleFailed, match="answer is an old one"):
        run_module(nas_sync, **given)


@pytest.mark.parametrize("timeout", [-1, 3601])
def test_timeout_is_bounded(run_module: Run, given: dict[str, t.Any], timeout: int) -> None:
    with pytest.raises(ModuleFailed, match="timeout: "):
        run_module(nas_sync, timeout=timeout, **given)


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("check_mode", [False, True])
def test_server_without_agent(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], named: bool, check_mode: bool
) -> None:
    """Its initial copy runs once more, when it is asked for by name."""
    servers = [{"name": "nas-input-1", **arguments["topology"]["servers"][0], "sync": {"mode": "none"}}]
    arguments["topology"] = {"servers": servers}
    run_module(nas_server, **arguments)
    given = {name: arguments[name] for name in ("topology", "podman_executable", "drive_root")}
    before = len(podman.calls)
    result = run_module(nas_sync, check=check_mode, **given, **({"servers": ["nas-input-1"]} if named else {}))
    copied = ["start", "--attach", "file-simulator.nas-input-1.sync-windows-data"] in podman.calls[before:]
    assert copied == (named and not check_mode)
    assert [each["done"] for each in result["servers"]] == ([True] if copied else [])


def test_cluster(run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> None:
    given = {key: in_cluster[key] for key in ("engine", "kubeconfig", "context", "topology", "drive_root")}
    with pytest.raises(ModuleFailed, match="server nas-input-1: it has no pod"):
        run_module(nas_sync, **given)
    run_module(nas_server, **in_cluster)
    kubernetes.left = {"nas-input-1": DONE, "nas-output-1": DONE}
    assert [each["done"] for each in run_module(nas_sync, **given)["servers"]] == [True, True]
    kubernetes.left["nas-output-1"] = MISSING
    kubernetes.silent.add("nas-input-1")
    with pytest.raises(ModuleFailed) as failed:
        run_module(nas_sync, **given)
    first, second = failed.value.result["problems"]
    assert first.startswith("server nas-input-1: its sync agent does not answer")
    assert second.startswith("server nas-output-1: 3 paths not there yet")
