# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""windows_directory lays out what is exported by itself, here and on a Windows node, and takes it away when it is bare."""

from __future__ import annotations

import shutil
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.modules import windows_directory
from ansible_collections.file_simulator.nas.plugins.plugin_utils._windows.node import lay_out

from ..conftest import ModuleFailed
from ..fake_windows_node import FakeWindowsNode

Run = t.Callable[..., "dict[str, t.Any]"]
TOPOLOGY = {
    "servers": [
        {
            "name": "nas-input-1",
            "port": 32150,
            "exports": [
                {"path": "/vol/in1", "subdirectory": "in1"},
                {"path": "/vol/in2", "subdirectory": "deep/in2"},
                {"path": "/vol/in3", "subdirectory": "deep/in3"},
            ],
        },
        {"name": "nas-backup", "port": 32151, "exports": [{"path": "/backup", "subdirectory": "b"}]},
    ]
}
INSIDE = ["nas-backup/b", "nas-input-1/deep", "nas-input-1/deep/in2", "nas-input-1/deep/in3", "nas-input-1/in1"]


class Layout:
    """Lays out and takes away, on a disk that stands for the Windows drive."""

    def __init__(self, root: Path, run: Run) -> None:
        self.root = root
        self._run = run

    def __call__(self, state: str = "present", **more: t.Any) -> dict[str, t.Any]:
        return self._run(state=state, **{"topology": TOPOLOGY, **more})

    @property
    def inside(self) -> list[str]:
        found = self.root.glob("*/**/*") if self.root.is_dir() else []
        return sorted(str(each.relative_to(self.root)) for each in found if each.is_dir())


@pytest.fixture(params=["disk", "windows"])
def layout(request: pytest.FixtureRequest, tmp_path: Path, run_module: Run) -> Layout:
    if request.param == "disk":
        where = {"drive_root": str(tmp_path / "drives"), "registry": str(tmp_path / "registry.json")}

        def on_disk(**given: t.Any) -> dict[str, t.Any]:
            return run_module(windows_directory, check=given.pop("check", False), **where, **given)

        return Layout(tmp_path / "drives" / "c" / "simulator-data", on_disk)
    node = FakeWindowsNode(tmp_path)
    common = {"servers": None, "registry": None, "force": False, "take_over": False}

    def on_node(**given: t.Any) -> dict[str, t.Any]:
        check = given.pop("check", False)
        return lay_out({**common, **given}, node.run, check_mode=check)

    return Layout(tmp_path / "C" / "simulator-data", on_node)


def test_subdirectories_are_made_once_and_again_when_they_are_gone(layout: Layout) -> None:
    predicted = layout(check=True)
    assert layout.inside == []
    done = layout()
    assert layout.inside == INSIDE
    assert predicted["diff"] == done["diff"]
    assert done["diff"]["after"]["C:\\simulator-data\\nas-input-1\\in1"] == "directory"
    assert not layout()["changed"]
    (layout.root / "nas-input-1" / "in1").rmdir()
    again = layout()
    assert again["changed"] and list(again["diff"]["before"]) == ["C:\\simulator-data\\nas-input-1\\in1"]
    assert layout.inside == INSIDE


def test_server_without_exports_of_its_own_has_none(layout: Layout) -> None:
    layout(topology={"servers": [{"name": "nas-input-1", "port": 32150}]})
    assert layout.inside == []


def test_bare_subdirectories_go_with_the_layout(layout: Layout) -> None:
    layout()
    assert layout("absent")["changed"]
    assert not layout.root.exists()
    assert not layout("absent")["changed"]


@pytest.mark.parametrize("where", ["nas-input-1/deep/in2/file", "nas-input-1/deep/mine/file", "nas-input-1/file"])
def test_what_is_in_them_stays_and_so_do_they(layout: Layout, where: str) -> None:
    layout()
    (layout.root / where).parent.mkdir(exist_ok=True)
    (layout.root / where).write_text("a tester's")
    layout("absent")
    assert (layout.root / where).read_text() == "a tester's"
    assert (layout.root / "nas-input-1" / "in1").is_dir()
    assert not (layout.root / "nas-backup").exists()
    layout()
    layout("absent", force=True)
    assert layout.inside == []


def test_directory_that_a_tester_made_stays(layout: Layout) -> None:
    (layout.root / "nas-input-1" / "in1").mkdir(parents=True)
    layout()
    layout("absent")
    assert (layout.root / "nas-input-1" / "in1").is_dir()


def test_file_in_the_place_of_one_is_refused_before_anything_is_touched(layout: Layout) -> None:
    layout()
    shutil.rmtree(layout.root / "nas-backup")
    (layout.root / "nas-input-1" / "in1").rmdir()
    (layout.root / "nas-input-1" / "in1").write_text("")
    with pytest.raises((ModuleFailed, SimulatorError), match=r"nas-input-1.in1.* is not a directory; move it away"):
        layout()
    assert not (layout.root / "nas-backup").exists()
