# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""minikube_profile_info on a minikube that runs nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import (
    minikube_profile_info,
)

from ..fake_minikube import FakeMinikube

Run = t.Callable[..., "dict[str, t.Any]"]
IMAGE = "localhost/file-simulator/nas:0123456789ab"


def test_tells_the_same_as_the_profile_did(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], minikube_running: dict[str, t.Any]
) -> None:
    before = len(minikube.changes)
    told = run_module(minikube_profile_info, **minikube_place)
    assert told["cluster"] == minikube_running["cluster"]
    assert (told["installed"], told["on_windows"], told["version"]) == (True, False, "1.38.1")
    assert (told["profiles"], told["profile"]["state"]) == (["file-simulator"], "running")
    assert (told["changed"], minikube.changes[before:]) == (False, [])


def test_tells_of_a_lost_mount_and_leaves_it(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], minikube_running: dict[str, t.Any]
) -> None:
    minikube.mounted.clear()
    before = len(minikube.changes)
    mount = run_module(minikube_profile_info, **minikube_place)["cluster"]["mount"]
    assert (mount["verified"], minikube.changes[before:]) == (False, [])
    assert "No such file" in mount["problem"]


@pytest.mark.parametrize(("state", "word"), [("Stopped", "stopped"), ("Paused", "paused"), ("Nonexistent", "absent")])
def test_has_no_cluster_unless_it_runs(
    run_module: Run,
    minikube: FakeMinikube,
    minikube_place: dict[str, t.Any],
    minikube_running: dict[str, t.Any],
    state: str,
    word: str,
) -> None:
    minikube.states["file-simulator"] = state
    told = run_module(minikube_profile_info, **minikube_place)
    assert (told["profile"]["state"], told["profile"]["driver"], told["cluster"]) == (word, "docker", None)


def test_tells_of_what_is_not_there(run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any]) -> None:
    minikube.unreadable = ["file-simulator"]
    assert run_module(minikube_profile_info, **minikube_place)["profile"]["state"] == "unreadable"
    Path(minikube.executable).unlink()
    told = run_module(minikube_profile_info, **minikube_place)
    assert (told["installed"], told["profiles"], told["cluster"]) == (False, [], None)


def test_mount_of_a_data_root_that_is_not_laid_out(
    run_module: Run,
    minikube: FakeMinikube,
    minikube_place: dict[str, t.Any],
    minikube_running: dict[str, t.Any],
    tmp_path: Path,
) -> None:
    (tmp_path / "drives" / "c" / "simulator-data" / ".file-simulator.json").unlink()
    mount = run_module(minikube_profile_info, **minikube_place)["cluster"]["mount"]
    assert (mount["verified"], mount["problem"]) == (False, "the data root is not laid out")
