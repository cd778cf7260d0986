# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server's tree, seen through exports that show parts of it."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._data.listing import Query, look
from ansible_collections.file_simulator.nas.plugins.module_utils._data.parted_tree import PartedTree
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NotThere

from ...fake_nas import FakeNas


@pytest.fixture
def tree() -> PartedTree:
    first, second = FakeNas(), FakeNas()
    first.tree = {"a": b"1", "sub": None, "sub/b": b"2"}
    second.tree = {"c": b"3"}
    return PartedTree({"in1": first, "deep/in2": second})


def test_files_have_their_paths_in_the_tree(tree: PartedTree) -> None:
    seen, missing = look(tree, Query())
    assert ([each.path for each in seen], missing) == (["deep/in2/c", "in1/a", "in1/sub/b"], "")
    assert all(each.sha256 for each in seen)


@pytest.mark.parametrize(
    ("top", "paths"),
    [
        ("in1", ["in1/a", "in1/sub/b"]),
        ("in1/sub", ["in1/sub/b"]),
        ("deep", ["deep/in2/c"]),
        ("in", []),
        ("elsewhere", []),
    ],
)
def test_a_directory_of_the_tree_can_be_asked_for(tree: PartedTree, top: str, paths: list[str]) -> None:
    assert [each.path for each in look(tree, Query(top=top))[0]] == paths


def test_directories_on_the_way_are_directories(tree: PartedTree) -> None:
    seen, _missing = look(tree, Query(kind="directory"))
    assert [each.path for each in seen] == ["deep", "deep/in2", "in1", "in1/sub"]


def test_what_is_in_no_export_is_not_there(tree: PartedTree) -> None:
    with pytest.raises(NotThere, match="elsewhere is in no export"):
        tree.entries("elsewhere")
    with pytest.raises(NotThere, match="x is in no export"):
        list(tree.parts("x"))
