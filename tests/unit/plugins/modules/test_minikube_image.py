# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""minikube_image on a minikube that runs nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives
from ansible_collections.file_simulator.nas.plugins.modules import (
    minikube_image,
)

from ..conftest import ModuleFailed
from ..fake_minikube import FakeMinikube

Run = t.Callable[..., "dict[str, t.Any]"]
IMAGE = "localhost/file-simulator/nas:0123456789ab"


@pytest.fixture
def archive(tmp_path: Path, minikube: FakeMinikube) -> str:
    path = tmp_path / "nas image ü.tar"
    path.write_text("")
    minikube.archives[str(path)] = IMAGE
    return str(path)


def test_image_is_loaded_once(
    run_module: Run,
    minikube: FakeMinikube,
    minikube_place: dict[str, t.Any],
    minikube_running: dict[str, t.Any],
    archive: str,
) -> None:
    given = {**minikube_place, "image": IMAGE, "archive": archive}
    before = len(minikube.changes)
    assert run_module(minikube_image, check=True, **given)["changed"]
    assert minikube.changes[before:] == []
    assert run_module(minikube_image, **given)["changed"]
    assert minikube.last("image") == ["image", "ls", "--profile=file-simulator", "--format=json"]
    assert not run_module(minikube_image, check=True, **given)["changed"]
    assert not run_module(minikube_image, **given)["changed"]
    assert minikube.changes[before:] == ["image load"]


def test_image_that_did_not_arrive_is_an_error(
    run_module: Run,
    minikube: FakeMinikube,
    minikube_place: dict[str, t.Any],
    minikube_running: dict[str, t.Any],
    archive: str,
) -> None:
    minikube.archives.clear()
    with pytest.raises(ModuleFailed, match="does not have localhost/file-simulator/nas:0123456789ab after that"):
        run_module(minikube_image, **minikube_place, image=IMAGE, archive=archive)
    with pytest.raises(ModuleFailed, match="is no file"):
        run_module(minikube_image, **minikube_place, image=IMAGE, archive=archive + ".gone")


def test_image_needs_a_running_profile(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], archive: str
) -> None:
    given = {**minikube_place, "image": IMAGE, "archive": archive}
    assert run_module(minikube_image, check=True, **given)["changed"]
    with pytest.raises(ModuleFailed, match="is absent, not running"):
        run_module(minikube_image, **given)
    Path(minikube.executable).unlink()
    assert run_module(minikube_image, check=True, **given)["changed"]


def test_minikube_exe_is_told_where_windows_sees_the_archive(
    run_module: Run,
    minikube: FakeMinikube,
    minikube_place: dict[str, t.Any],
    minikube_running: dict[str, t.Any],
    archive: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(minikube_image, "find_drives", lambda _stand_in: Drives("wsl", str(tmp_path / "drives")))
    Path(minikube.executable).rename(minikube.executable + ".exe")
    minikube.executable += ".exe"
    seen = "\\\\wsl.localhost\\Debian" + archive.replace("/", "\\")
    minikube.archives[seen] = IMAGE
    assert run_module(minikube_image, **minikube_place, image=IMAGE, archive=archive)["changed"]
    assert [call for call in minikube.calls if call[1:2] == ["load"]] == [
        ["image", "load", "--profile=file-simulator", seen]
    ]
