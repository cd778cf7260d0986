# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The archive: whole or not at all, with every digest right, and built from what is there already."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tarfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._image.archive import build_archive
from ansible_collections.file_simulator.nas.plugins.module_utils._image.recipe import Recipe

from ...fake_mmdebstrap import STATUS, FakeMmdebstrap

RECIPE = Recipe(
    name="localhost/file-simulator/nas",
    suite="bookworm",
    packages=("nfs-ganesha",),
    machine="x86_64",
    pinned={"nfs-ganesha": "4.3"},
    files={"/usr/lib/prüfung.py": "größe = 1\n", "/etc/b": "b"},
)


@pytest.fixture
def mmdebstrap() -> FakeMmdebstrap:
    return FakeMmdebstrap("mmdebstrap")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "images"


def build(mmdebstrap: FakeMmdebstrap, cache: Path, **change: t.Any) -> Path:
    recipe = dataclasses.replace(RECIPE, **change)
    target = cache / recipe.archive_name
    build_archive(recipe, str(target), mmdebstrap.run, mmdebstrap.executable)
    return target


def content(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as packed:
        return {entry.name: packed.extractfile(entry).read() for entry in packed}


def test_digests_are_those_of_what_they_name(mmdebstrap: FakeMmdebstrap, cache: Path) -> None:
    files = content(build(mmdebstrap, cache))
    (manifest,) = json.loads(files.pop("manifest.json"))
    assert manifest["RepoTags"] == [RECIPE.reference]
    config_text = files.pop(manifest["Config"])
    assert manifest["Config"] == hashlib.sha256(config_text).hexdigest() + ".json"
    assert list(files) == manifest["Layers"], "the archive holds what the manifest does not name"
    assert json.loads(config_text)["rootfs"]["diff_ids"] == [
        f"sha256:{hashlib.sha256(files[layer]).hexdigest()}" for layer in manifest["Layers"]
    ]


def test_files_lie_where_the_recipe_says_and_root_owns_them(
    mmdebstrap: FakeMmdebstrap, cache: Path, tmp_path: Path
) -> None:
    layer = tmp_path / "files.tar"
    layer.write_bytes(content(build(mmdebstrap, cache))["files.tar"])
    assert content(layer) == {"etc/b": b"b", "usr/lib/prüfung.py": "größe = 1\n".encode()}
    with tarfile.open(layer) as packed:
        assert {(entry.uid, entry.gid, entry.mode, entry.mtime) for entry in packed} == {(0, 0, 0o644, 0)}


def test_same_recipe_makes_the_same_layers(mmdebstrap: FakeMmdebstrap, cache: Path, tmp_path: Path) -> None:
    first, second = (content(build(mmdebstrap, directory)) for directory in (cache, tmp_path / "other"))
    assert first == second


def test_base_is_built_once_for_recipes_with_the_same_packages(mmdebstrap: FakeMmdebstrap, cache: Path) -> None:
    build(mmdebstrap, cache)
    build(mmdebstrap, cache, files={"/etc/b": "c"})
    assert len(mmdebstrap.calls) == 1
    build(mmdebstrap, cache, packages=("nfs-ganesha", "rsync"))
    assert len(mmdebstrap.calls) == 2


def test_nothing_but_archives_stays_in_the_cache(mmdebstrap: FakeMmdebstrap, cache: Path) -> None:
    target = build(mmdebstrap, cache)
    assert sorted(os.listdir(cache)) == sorted([f"base-{RECIPE.base_tag}.tar", target.name])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("I: retrying\nE: no such suite\nE: more\n", "E: no such suite"),
        ("first\nlast\n", "first"),
        ("", "no reason given"),
    ],
)
def test_failed_mmdebstrap_leaves_nothing_and_tells_why(
    error: str, reason: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mmdebstrap = FakeMmdebstrap("mmdebstrap")
    mmdebstrap.failure = error or "x"
    if not error:
        real = mmdebstrap.run
        monkeypatch.setattr(mmdebstrap, "run", lambda command, **options: (*real(command)[:2], ""))
    with pytest.raises(SimulatorError, match=f"image {RECIPE.reference}: mmdebstrap: {reason}") as failure:
        build(mmdebstrap, cache)
    assert os.listdir(cache) == []
    assert failure.value.details["rc"] == 25 and failure.value.details["cmd"] == mmdebstrap.calls[0]


def test_wrong_version_is_refused_and_leaves_nothing(cache: Path) -> None:
    with pytest.raises(SimulatorError, match=r"nfs-ganesha is 6\.5-1, not 4\.3; choose a suite that has it"):
        build(FakeMmdebstrap("mmdebstrap", version="6.5-1"), cache)
    assert os.listdir(cache) == []


@pytest.mark.parametrize("pinned", [{}, {"nfs-ganesha": "4.3"}])
def test_root_file_system_without_packages_is_refused(
    mmdebstrap: FakeMmdebstrap, cache: Path, pinned: dict[str, str]
) -> None:
    del mmdebstrap.files[STATUS]
    with pytest.raises(SimulatorError, match=RECIPE.name):
        build(mmdebstrap, cache, pinned=pinned)
    assert os.listdir(cache) == []


def test_result_that_is_no_tar_is_refused_and_leaves_nothing(cache: Path) -> None:
    def run(command: list[str], **_options: t.Any) -> tuple[int, str, str]:
        Path(next(word for word in command if word.endswith(".tar"))).write_bytes(b"no tar" * 1000)
        return 0, "", ""

    with pytest.raises(SimulatorError, match="cannot be built in"):
        build_archive(RECIPE, str(cache / RECIPE.archive_name), run, "mmdebstrap")
    assert os.listdir(cache) == []


def test_failure_keeps_the_archive_that_was_there(mmdebstrap: FakeMmdebstrap, cache: Path) -> None:
    target = build(mmdebstrap, cache)
    before = target.read_bytes()
    os.unlink(cache / f"base-{RECIPE.base_tag}.tar")
    mmdebstrap.failure = "E: no network"
    with pytest.raises(SimulatorError):
        build(mmdebstrap, cache)
    assert target.read_bytes() == before
    assert os.listdir(cache) == [target.name]


def test_cache_that_cannot_be_made_is_refused(mmdebstrap: FakeMmdebstrap, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SimulatorError, match="the image cannot be built there"):
        build(mmdebstrap, tmp_path / "file" / "cache")


def test_old_archives_go_and_the_newest_stay(mmdebstrap: FakeMmdebstrap, cache: Path) -> None:
    built = []
    for number in range(4):
        target = build(mmdebstrap, cache, packages=("nfs-ganesha", f"package-{number}"))
        for path in cache.iterdir():
            os.utime(path, (path.stat().st_mtime - 100,) * 2)
        built.append(target.name)
    left = os.listdir(cache)
    assert {name for name in left if name.startswith("nas-")} == set(built[-2:])
    assert len([name for name in left if name.startswith("base-")]) == 2


@pytest.mark.parametrize("name", ["nas-notes.txt", "base-camp", "nas-extra-0123456789ab.tar"])
def test_foreign_files_in_the_cache_stay(name: str, mmdebstrap: FakeMmdebstrap, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / name).write_text("mine")
    os.utime(cache / name, (0, 0))
    for number in range(3):
        build(mmdebstrap, cache, files={"/etc/b": str(number)}, packages=("nfs-ganesha", f"p-{number}"))
    assert (cache / name).read_text() == "mine"


def test_foreign_directory_in_the_cache_is_no_obstacle(mmdebstrap: FakeMmdebstrap, cache: Path) -> None:
    (cache / "nas-photos").mkdir(parents=True)
    os.utime(cache / "nas-photos", (0, 0))
    for number in range(3):
        build(mmdebstrap, cache, files={"/etc/b": str(number)})
    assert (cache / "nas-photos").is_dir()
