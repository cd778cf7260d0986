# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipe's tag, and what the image's metadata says."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._image.recipe import (
    Recipe,
    image_config,
    image_manifest,
    mmdebstrap_command,
    wrong_versions,
)

RECIPE = Recipe(
    name="localhost/file-simulator/nas",
    suite="bookworm",
    packages=("nfs-ganesha", "python3"),
    machine="x86_64",
    mirror="",
    pinned={"nfs-ganesha": "4.3"},
    files={"/usr/lib/a.py": "a\n", "/usr/lib/b.py": "b\n"},
)
CHANGES: dict[str, t.Any] = {
    "name": "localhost/file-simulator/other",
    "suite": "trixie",
    "packages": ("nfs-ganesha", "python3", "rsync"),
    "machine": "aarch64",
    "pinned": {"nfs-ganesha": "4.4"},
    "files": {"/usr/lib/a.py": "a\n", "/usr/lib/b.py": "c\n"},
}


def changed(field: str) -> Recipe:
    return dataclasses.replace(RECIPE, **{field: CHANGES[field]})


def test_tables_name_every_part_of_a_recipe() -> None:
    assert {field.name for field in dataclasses.fields(Recipe)} == {*CHANGES, "mirror"}


@pytest.mark.parametrize("field", CHANGES)
def test_tag_tells_recipes_apart(field: str) -> None:
    assert changed(field).tag != RECIPE.tag


@pytest.mark.parametrize("field", CHANGES)
def test_base_is_shared_by_recipes_that_differ_in_files_or_name_alone(field: str) -> None:
    assert (changed(field).base_tag == RECIPE.base_tag) == (field in ("name", "files"))


def test_tag_depends_neither_on_the_mirror_nor_on_the_order_of_files() -> None:
    files = dict(reversed(list(RECIPE.files.items())))
    same = dataclasses.replace(RECIPE, mirror="http://mirror.example/debian", files=files)
    assert (same.tag, same.base_tag) == (RECIPE.tag, RECIPE.base_tag)


def test_names_follow_from_the_tag() -> None:
    assert RECIPE.reference == f"localhost/file-simulator/nas:{RECIPE.tag}"
    assert RECIPE.archive_name == f"nas-{RECIPE.tag}.tar"
    assert len(RECIPE.tag) == 12 and set(RECIPE.tag) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("mirror", "end"), [("", []), ("http://mirror.example/debian", ["http://mirror.example/debian"])]
)
def test_mmdebstrap_is_asked_for_the_packages(mirror: str, end: list[str]) -> None:
    command = mmdebstrap_command(dataclasses.replace(RECIPE, mirror=mirror), "/usr/bin/mmdebstrap", "/x.tar")
    assert command[0] == "/usr/bin/mmdebstrap"
    assert "--include=nfs-ganesha,python3" in command
    position = command.index("bookworm")
    assert command[position:] == ["bookworm", "/x.tar", *end]
    assert all(word.startswith("--") for word in command[1:position])


@pytest.mark.parametrize(
    ("machine", "architecture"), [("x86_64", "amd64"), ("aarch64", "arm64"), ("riscv64", "riscv64")]
)
def test_config_names_layers_and_architecture(machine: str, architecture: str) -> None:
    config = image_config(dataclasses.replace(RECIPE, machine=machine), ["aa", "bb"])
    assert (config["os"], config["architecture"]) == ("linux", architecture)
    assert config["rootfs"] == {"type": "layers", "diff_ids": ["sha256:aa", "sha256:bb"]}
    assert len(config["history"]) == 2
    assert any(word.startswith("PATH=") and "/usr/sbin" in word for word in config["config"]["Env"])


def test_manifest_names_the_image() -> None:
    assert image_manifest(RECIPE, "c.json", ["base.tar", "files.tar"]) == [
        {"Config": "c.json", "RepoTags": [RECIPE.reference], "Layers": ["base.tar", "files.tar"]}
    ]


STATUS = """\
Package: nfs-ganesha
Status: install ok installed
Description: server
 Package: not-a-field
 .
Version: 4.3-2

Package: bare
"""


@pytest.mark.parametrize(
    ("pinned", "wrong"),
    [
        ({}, []),
        ({"nfs-ganesha": "4.3"}, []),
        ({"nfs-ganesha": "4.3-2"}, []),
        ({"nfs-ganesha": "6"}, ["nfs-ganesha is 4.3-2, not 6"]),
        ({"python3": "3"}, ["python3 is missing, not 3"]),
        ({"bare": "1"}, ["bare is missing, not 1"]),
        ({"not-a-field": "1", "nfs-ganesha": "6"}, ["nfs-ganesha is 4.3-2, not 6", "not-a-field is missing, not 1"]),
    ],
)
def test_wrong_versions(pinned: dict[str, str], wrong: list[str]) -> None:
    assert wrong_versions(STATUS, pinned) == wrong
