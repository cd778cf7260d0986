# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""minikube_profile_info and minikube_image on a minikube that runs nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._windows_path import Drives
from ansible_collections.file_simulator.nas.plugins.modules import (
    minikube_image,
    minikube_preflight_info,
    minikube_profile,
    minikube_profile_info,
    windows_directory,
)

from ..conftest import ModuleFailed
from ..fake_minikube import FakeMinikube

Run = t.Callable[..., "dict[str, t.Any]"]
IMAGE = "localhost/file-simulator/nas:0123456789ab"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    monkeypatch.setattr(minikube_profile, "machine_memory", lambda: 16000)
    return {"drive_root": str(tmp_path / "drives"), "kubeconfig": str(tmp_path / "kubeconfig")}


@pytest.fixture
def running(run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any], tmp_path: Path) -> dict[str, t.Any]:
    """A profile that runs, as minikube_profile returned it."""
    run_module(windows_directory, drive_root=place["drive_root"], registry=str(tmp_path / "registry.json"))
    result: dict[str, t.Any] = run_module(minikube_profile, **place)
    return result


@pytest.fixture
def archive(tmp_path: Path, minikube: FakeMinikube) -> str:
    path = tmp_path / "nas image ü.tar"
    path.write_text("")
    minikube.archives[str(path)] = IMAGE
    return str(path)


def test_tells_the_same_as_the_profile_did(
    run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any], running: dict[str, t.Any]
) -> None:
    before = len(minikube.changes)
    told = run_module(minikube_profile_info, **place)
    assert told["cluster"] == running["cluster"]
    assert (told["installed"], told["on_windows"], told["version"]) == (True, False, "1.38.1")
    assert (told["profiles"], told["profile"]["state"]) == (["file-simulator"], "running")
    assert (told["changed"], minikube.changes[before:]) == (False, [])


def test_tells_of_a_lost_mount_and_leaves_it(
    run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any], running: dict[str, t.Any]
) -> None:
    minikube.mounted.clear()
    before = len(minikube.changes)
    mount = run_module(minikube_profile_info, **place)["cluster"]["mount"]
    assert (mount["proved"], minikube.changes[before:]) == (False, [])
    assert "No such file" in mount["problem"]


@pytest.mark.parametrize(("state", "word"), [("Stopped", "stopped"), ("Paused", "paused"), ("Nonexistent", "absent")])
def test_has_no_cluster_unless_it_runs(
    run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any], running: dict[str, t.Any], state: str, word: str
) -> None:
    minikube.states["file-simulator"] = state
    told = run_module(minikube_profile_info, **place)
    assert (told["profile"]["state"], told["profile"]["driver"], told["cluster"]) == (word, "docker", None)


def test_tells_of_what_is_not_there(run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any]) -> None:
    minikube.unreadable = ["file-simulator"]
    assert run_module(minikube_profile_info, **place)["profile"]["state"] == "unreadable"
    Path(minikube.executable).unlink()
    told = run_module(minikube_profile_info, **place)
    assert (told["installed"], told["profiles"], told["cluster"]) == (False, [], None)


def test_mount_of_a_data_root_that_is_not_laid_out(
    run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any], running: dict[str, t.Any], tmp_path: Path
) -> None:
    (tmp_path / "drives" / "c" / "simulator-data" / ".file-simulator.json").unlink()
    mount = run_module(minikube_profile_info, **place)["cluster"]["mount"]
    assert (mount["proved"], mount["problem"]) == (False, "the data root is not laid out")


def test_image_is_loaded_once(
    run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any], running: dict[str, t.Any], archive: str
) -> None:
    given = {**place, "image": IMAGE, "archive": archive}
    before = len(minikube.changes)
    assert run_module(minikube_image, check=True, **given)["changed"]
    assert minikube.changes[before:] == []
    assert run_module(minikube_image, **given)["changed"]
    assert minikube.last("image") == ["image", "ls", "--profile=file-simulator", "--format=json"]
    assert not run_module(minikube_image, check=True, **given)["changed"]
    assert not run_module(minikube_image, **given)["changed"]
    assert minikube.changes[before:] == ["image load"]


def test_image_that_did_not_arrive_is_an_error(
    run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any], running: dict[str, t.Any], archive: str
) -> None:
    minikube.archives.clear()
    with pytest.raises(ModuleFailed, match="does not have localhost/file-simulator/nas:0123456789ab after that"):
        run_module(minikube_image, **place, image=IMAGE, archive=archive)
    with pytest.raises(ModuleFailed, match="is no file"):
        run_module(minikube_image, **place, image=IMAGE, archive=archive + ".gone")


def test_image_needs_a_running_profile(
    run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any], archive: str
) -> None:
    given = {**place, "image": IMAGE, "archive": archive}
    assert run_module(minikube_image, check=True, **given)["changed"]
    with pytest.raises(ModuleFailed, match="is absent, not running"):
        run_module(minikube_image, **given)
    Path(minikube.executable).unlink()
    assert run_module(minikube_image, check=True, **given)["changed"]


def test_minikube_exe_is_told_where_windows_sees_the_archive(
    run_module: Run,
    minikube: FakeMinikube,
    place: dict[str, t.Any],
    running: dict[str, t.Any],
    archive: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(minikube_image, "find_drives", lambda _stand_in: Drives("wsl", str(tmp_path / "drives")))
    Path(minikube.executable).rename(minikube.executable + ".exe")
    minikube.executable += ".exe"
    seen = "\\\\wsl.localhost\\Debian" + archive.replace("/", "\\")
    minikube.archives[seen] = IMAGE
    assert run_module(minikube_image, **place, image=IMAGE, archive=archive)["changed"]
    assert [call for call in minikube.calls if call[1:2] == ["load"]] == [
        ["image", "load", "--profile=file-simulator", seen]
    ]


def test_preflight_tells_and_does_not_fail(run_module: Run, minikube: FakeMinikube, place: dict[str, t.Any]) -> None:
    told = run_module(minikube_preflight_info, **place, driver="virtualbox", memory=2**23)
    assert told["installed"]
    assert "driver virtualbox: VBoxManage is not installed; it comes with VirtualBox" in told["problems"]
    assert any(problem.startswith("memory: ") for problem in told["problems"])
    Path(minikube.executable).unlink()
    assert not run_module(minikube_preflight_info, **place)["installed"]
