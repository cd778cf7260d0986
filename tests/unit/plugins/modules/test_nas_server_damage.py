# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that podman calls whole and that are not; tests/broken_states has all of them with the real one."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import cli, damage
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info

from ..conftest import ModuleFailed
from ..fake_podman import HANGS, FakePodman
from .test_nas_server import Run, arguments, verbs

__all__ = ["arguments"]
POD = "file-simulator.nas-input-1"
SERVER = f"{POD}.nfs-server"


@pytest.fixture
def one(run_module: Run, arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    """Arguments for one server of two that run."""
    run_module(nas_server, **arguments)
    return {**arguments, "servers": ["nas-input-1"]}


def status(run_module: Run, one: dict[str, t.Any]) -> str:
    given = {key: value for key, value in one.items() if key not in ("image", "wait")}
    return str(run_module(nas_server_info, **given)["servers"][0]["problem"])


def test_container_that_ends_again_and_again_is_made_anew(
    run_module: Run, podman: FakePodman, one: dict[str, t.Any]
) -> None:
    podman.restarts = {SERVER: 12}
    assert status(run_module, one).startswith(
        "nfs-server ends again and again, 12 times so far; make up (in a playbook: nas_server with state: started)"
    )
    assert verbs(run_module(nas_server, state="started", **one)) == ["repair nas-input-1"]
    podman.restarts = {SERVER: 1}
    assert verbs(run_module(nas_server, state="started", **one)) == []


def test_paused_server_goes_on_before_it_is_made_anew(
    run_module: Run, podman: FakePodman, one: dict[str, t.Any]
) -> None:
    podman.pods[POD]["containers"][SERVER] = "paused"
    assert "nfs-server is paused; make up (in a playbook: nas_server with state: started)" in status(run_module, one)
    before = len(podman.calls)
    assert verbs(run_module(nas_server, state="started", **one)) == ["repair nas-input-1"]
    changes = [words[:2] for words in podman.calls[before:]]
    assert changes.index(["pod", "unpause"]) < changes.index(["pod", "stop"]) < changes.index(["pod", "rm"])


@pytest.mark.parametrize(
    "words",
    [
        "cannot remove container 1f as it is running - running or paused containers cannot be removed",
        "container 1f is in use, as another podman has it",
    ],
)
def test_removal_is_tried_again_as_long_as_it_is_there(
    run_module: Run, podman: FakePodman, one: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(cli, "_REMOVAL_PAUSE", 0)
    podman.fail["pod rm"] = words
    with pytest.raises(ModuleFailed, match=words):
        run_module(nas_server, **{**one, "state": "absent"})
    assert len([made for made in podman.calls if made[:2] == ["pod", "rm"]]) == cli._REMOVALS


def test_removal_that_hangs_is_not_tried_again(run_module: Run, podman: FakePodman, one: dict[str, t.Any]) -> None:
    podman.fail["pod rm"] = HANGS
    with pytest.raises(ModuleFailed, match="podman pod rm did not end"):
        run_module(nas_server, **{**one, "state": "absent"})
    assert len([made for made in podman.calls if made[:2] == ["pod", "rm"]]) == 1


def test_removal_that_podman_cannot_be_asked_about_fails_with_its_own_reason(
    run_module: Run, podman: FakePodman, one: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_REMOVAL_PAUSE", 0)
    podman.fail.update({"pod rm": "no space left on device", "pod exists": "no space left either"})
    with pytest.raises(ModuleFailed, match="remove the pod: podman: no space left on device"):
        run_module(nas_server, **{**one, "state": "absent"})


def test_running_server_that_does_not_answer_has_its_network_set_again_and_is_then_made_anew(
    run_module: Run, podman: FakePodman, one: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("damage", "lifecycle"):
        monkeypatch.setattr(f"{damage.__name__.rpartition('.')[0]}.{module}.ANSWER_SECONDS", 0.1)
    predicted = run_module(nas_server, check=True, state="started", **{**one, "wait": True})
    assert verbs(predicted) == ["repair nas-input-1"]
    assert "it runs and does not answer: 127.0.0.1:" in str(predicted["diff"]["before"])
    before = len(podman.calls)
    # Nobody answers here; that is said after it was made anew.
    with pytest.raises(ModuleFailed, match="not ready after 1 s"):
        run_module(nas_server, state="started", **{**one, "wait": True, "wait_timeout": 1})
    changes = [words[:2] for words in podman.calls[before:]]
    assert changes.index(["network", "reload"]) < changes.index(["pod", "rm"]) < changes.index(["pod", "create"])
