# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Windows directory, read and written without following a link."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._windows.tree import Node, Version, WindowsTree

SECOND = 1_000_000_000


@pytest.fixture
def tree(tmp_path: Path) -> WindowsTree:
    (tmp_path / "windows").mkdir()
    return WindowsTree(str(tmp_path / "windows"))


@pytest.mark.parametrize(
    ("recorded", "now", "same"),
    [
        (5 * SECOND + 7, 5 * SECOND + 7, True),
        (5 * SECOND + 7, 5 * SECOND + 900, True),
        (5 * SECOND + 7, 5 * SECOND + 5_000, False),
        (5 * SECOND + 7, 5 * SECOND, True),
        (5 * SECOND, 6 * SECOND, False),
    ],
)
def test_times_of_a_drive_that_keeps_whole_seconds(recorded: int, now: int, same: bool) -> None:
    version = Version(3, "sha", recorded)
    assert version.fits(Node("file", 3, now)) == same
    assert not version.fits(Node("file", 4, now)) and not version.fits(Node("directory", 3, now))


def test_what_counts(tree: WindowsTree, tmp_path: Path) -> None:
    top = tmp_path / "windows"
    (top / "orders").mkdir()
    for name in (".file-simulator.json", ".~nas-sync-0123456789abcdef.tmp", "orders/.~nas-data-0123456789abcdef.tmp"):
        (top / name).write_text("ours")
    (top / "orders" / ".file-simulator.json").write_text("a tester's")
    (top / "link").symlink_to("orders")
    nodes, unfinished = tree.nodes()
    assert {path: node.kind for path, node in nodes.items()} == {
        "orders": "directory", "orders/.file-simulator.json": "file", "link": "other",
    }  # fmt: skip
    assert unfinished == ["orders/.~nas-data-0123456789abcdef.tmp"]


def test_no_link_is_followed(tree: WindowsTree, tmp_path: Path) -> None:
    """Neither a directory's nor a file's: what is behind it is neither read nor changed."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret").write_text("x")
    (tmp_path / "windows" / "d").symlink_to(elsewhere)
    (tmp_path / "windows" / "f").symlink_to(elsewhere / "secret")
    for attempt in (
        lambda: tree.sha256("d/secret"),
        lambda: tree.sha256("f"),
        lambda: tree.write_beside("d/new", io.BytesIO(b"x")),
        lambda: tree.make_directory("d/new"),
        lambda: tree.remove("d/secret"),
        lambda: tree.remove_directory("d/secret"),
        lambda: tree.rename("d/secret", "d/other"),
        lambda: tree.node("d/secret"),
    ):
        with pytest.raises(OSError):
            attempt()
    assert [path.name for path in elsewhere.iterdir()] == ["secret"]


def test_directory_itself_may_be_a_link(tree: WindowsTree, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "windows")
    linked = WindowsTree(str(tmp_path / "link"))
    linked.make_directory("orders")
    assert set(linked.nodes()[0]) == set(tree.nodes()[0]) == {"orders"}


def test_file_appears_whole(tree: WindowsTree, tmp_path: Path) -> None:
    tree.make_directory("orders")
    tree.make_directory("orders")
    name, version = tree.write_beside("orders/1.csv", io.BytesIO(b"x" * 3_000_000))
    assert version.size == 3_000_000 and tree.node("orders/1.csv") is None
    tree.rename(name, "orders/1.csv")
    node = tree.node("orders/1.csv")
    assert node is not None and version.fits(node) and tree.sha256("orders/1.csv") == version.sha256
    assert not tree.remove_directory("orders")
    tree.remove("orders/1.csv")
    tree.remove("orders/1.csv")
    assert tree.remove_directory("orders") and tree.remove_directory("orders")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_is_new_belongs_to_whom_the_directory_belongs(tree: WindowsTree, tmp_path: Path) -> None:
    os.chown(tmp_path / "windows", 1234, 5678)
    tree.make_directory("orders")
    name, _version = tree.write_beside("orders/1.csv", io.BytesIO(b"x"))
    tree.rename(name, "orders/1.csv")
    for path in ("orders", "orders/1.csv"):
        found = (tmp_path / "windows" / path).stat()
        assert (found.st_uid, found.st_gid) == (1234, 5678)


def test_failed_writing_leaves_nothing(tree: WindowsTree, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the source is gone")

    with pytest.raises(OSError, match="the source is gone"):
        tree.write_beside("x", Broken())
    assert list((tmp_path / "windows").iterdir()) == []
