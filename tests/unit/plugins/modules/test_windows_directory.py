# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""windows_directory on a real disk: the twelve steps, lost mounts, and files that are not ours."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._windows import layout
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.registry import Registry
from ansible_collections.file_simulator.nas.plugins.modules import windows_directory

from ..conftest import ModuleFailed

Run = t.Callable[..., "dict[str, t.Any]"]
TWO = [{"name": "nas-input-1", "port": 32150}, {"name": "nas-output-1", "port": 32151}]
THREE = [*TWO, {"name": "nas-backup", "port": 32152}]


_PATH = os.pathsep.join(path for path in sys.path if path)


@pytest.fixture
def arguments(tmp_path: Path) -> dict[str, t.Any]:
    return {
        "topology": {"servers": TWO},
        "drive_root": str(tmp_path / "drives"),
        "registry": str(tmp_path / "state" / "registry.json"),
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "drives" / "c" / "simulator-data"


def picture(directory: Path) -> dict[str, str | None]:
    """Everything below a directory, with the files' content; a lock's tells when it was taken, which does not matter."""
    return {
        str(path.relative_to(directory)): path.read_text() if path.is_file() and path.suffix != ".lock" else None
        for path in directory.rglob("*")
    }  # fmt: skip


def generation(directory: Path) -> str:
    return str(json.loads((directory / MARKER_NAME).read_text())["generation"])


def test_twelve_steps(run_module: Run, arguments: dict[str, t.Any], root: Path, tmp_path: Path) -> None:
    """Create, again, modify, again, delete, again: each in check mode first, which leaves the disk alone."""
    more = {**arguments, "topology": {"servers": THREE}}
    for state, given, changed, there in [
        ("present", arguments, True, ["nas-input-1", "nas-output-1"]),
        ("present", arguments, False, ["nas-input-1", "nas-output-1"]),
        ("present", more, True, ["nas-backup", "nas-input-1", "nas-output-1"]),
        ("present", more, False, ["nas-backup", "nas-input-1", "nas-output-1"]),
        ("absent", more, True, None),
        ("absent", more, False, None),
    ]:
        before = picture(tmp_path)
        predicted = run_module(windows_directory, check=True, state=state, **given)
        assert picture(tmp_path) == before, "check mode changed something"
        done = run_module(windows_directory, state=state, **given)
        assert predicted["changed"] == done["changed"] == changed
        assert predicted["diff"] == done["diff"]
        if not changed:
            assert done["diff"] == {"before": {}, "after": {}}
            assert picture(tmp_path) == before
        assert there == (sorted(path.name for path in root.iterdir() if path.is_dir()) if root.exists() else None)


def test_layouts_at_once_lose_no_registry_entries(arguments: dict[str, t.Any]) -> None:
    """Of 36 entries 30 were left: each run wrote back what it had read before the others wrote."""
    code = (
        "import json, sys; from tests.module_runner import run_module;"
        "from ansible_collections.file_simulator.nas.plugins.modules import windows_directory;"
        "run_module(windows_directory, **json.loads(sys.argv[1]))"
    )
    runs = []
    for number in range(6):
        topology = {"data_root": f"C:\\root-{number}", "servers": TWO}
        given = json.dumps({**arguments, "topology": topology})
        runs.append(subprocess.Popen([sys.executable, "-c", code, given], env={**os.environ, "PYTHONPATH": _PATH}))
    assert [run.wait(60) for run in runs] == [0] * 6
    assert len(Registry(arguments["registry"]).read()) == 18


@pytest.mark.parametrize("way", ["link", "nested"])
def test_servers_that_would_have_one_tree_are_refused(
    way: str, run_module: Run, arguments: dict[str, t.Any], tmp_path: Path
) -> None:
    drive = tmp_path / "drives" / "c"
    (drive / "one").mkdir(parents=True)
    (drive / "link").symlink_to("one")
    second = {"link": r"C:\link", "nested": r"C:\link\deeper"}[way]
    servers = [{**TWO[0], "directory": r"C:\one"}, {**TWO[1], "directory": second}]
    with pytest.raises(ModuleFailed, match="are one directory on the disk, or one lies in the other"):
        run_module(windows_directory, **{**arguments, "topology": {"servers": servers}})
    assert list((drive / "one").iterdir()) == []


def test_result_tells_where_things_are(run_module: Run, arguments: dict[str, t.Any], root: Path) -> None:
    assert run_module(windows_directory, check=True, **arguments)["data_root"]["free_bytes"] is None
    result = run_module(windows_directory, **arguments)
    assert result["drives"] == "emulated"
    assert result["data_root"]["windows_directory"] == r"C:\simulator-data"
    assert result["data_root"]["local_directory"] == str(root)
    assert result["data_root"]["free_bytes"] > 0
    assert result["directories"][1] == {
        "server": "nas-output-1",
        "windows_directory": r"C:\simulator-data\nas-output-1",
        "local_directory": str(root / "nas-output-1"),
    }
    assert result["diff"]["after"][r"C:\simulator-data\nas-input-1"] == "with marker"


def test_default_topology_has_seven_directories(run_module: Run, arguments: dict[str, t.Any], root: Path) -> None:
    run_module(windows_directory, **{**arguments, "topology": {}})
    assert len([path for path in root.iterdir() if path.is_dir()]) == 7


def test_chosen_servers_alone_are_laid_out_and_taken_away(
    run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    run_module(windows_directory, servers=["nas-input-1"], **arguments)
    assert not (root / "nas-output-1").exists()
    run_module(windows_directory, **arguments)
    run_module(windows_directory, state="absent", servers=["nas-input-1"], **arguments)
    assert sorted(path.name for path in root.iterdir()) == [MARKER_NAME, "nas-output-1"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_server_that_is_named_twice_counts_once(
    state: str, run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    twice = ["nas-input-1", "nas-input-1"]
    if state == "absent":
        run_module(windows_directory, **arguments)
    run_module(windows_directory, state=state, servers=twice, **arguments)
    assert run_module(windows_directory, state=state, servers=twice, **arguments)["changed"] is False


def test_unmounted_data_root_is_refused(run_module: Run, arguments: dict[str, t.Any], root: Path) -> None:
    run_module(windows_directory, **arguments)
    root.rename(root.with_name("elsewhere"))
    root.mkdir()
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=r"C:\\simulator-data .* now it is empty: it is not mounted"):
            run_module(windows_directory, check=check, **arguments)
    assert list(root.iterdir()) == []
    root.rmdir()
    root.with_name("elsewhere").rename(root)
    assert run_module(windows_directory, **arguments)["changed"] is False


def test_unmounted_data_root_is_no_reason_to_remove_anything(
    run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    run_module(windows_directory, **arguments)
    root.rename(root.with_name("elsewhere"))
    root.mkdir()
    assert run_module(windows_directory, state="absent", force=True, **arguments)["changed"] is False


def test_unmounted_directory_on_another_drive_is_refused(
    run_module: Run, arguments: dict[str, t.Any], tmp_path: Path
) -> None:
    """The same generation on an empty mount point would tell the agent that all files were deleted."""
    servers = [{**TWO[0], "directory": r"D:\incoming"}]
    given = {**arguments, "topology": {"servers": servers}}
    run_module(windows_directory, **given)
    directory = tmp_path / "drives" / "d" / "incoming"
    (directory / "precious").write_text("")
    directory.rename(tmp_path / "unmounted")
    directory.mkdir()
    with pytest.raises(ModuleFailed, match="is not mounted"):
        run_module(windows_directory, **given)
    assert list(directory.iterdir()) == []


def test_emptied_server_directory_gets_its_marker_back(
    run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    run_module(windows_directory, **arguments)
    before = generation(root / "nas-input-1")
    (root / "nas-input-1" / MARKER_NAME).unlink()
    result = run_module(windows_directory, **arguments)
    assert result["diff"]["after"] == {r"C:\simulator-data\nas-input-1": "with marker"}
    assert generation(root / "nas-input-1") == before


def test_directory_that_was_deleted_gets_its_generation_back(
    run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    run_module(windows_directory, **arguments)
    before, restored = generation(root / "nas-input-1"), set()
    for _time in range(2):
        shutil.rmtree(root / "nas-input-1")
        assert run_module(windows_directory, **arguments)["changed"] is True
        assert generation(root / "nas-input-1") == before
        restored.add(json.loads((root / "nas-input-1" / MARKER_NAME).read_text())["restored"])
        assert run_module(windows_directory, **arguments)["changed"] is False
    assert len(restored) == 2


def test_directory_that_was_taken_away_with_the_layout_is_a_new_one(
    run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    run_module(windows_directory, **arguments)
    before = generation(root / "nas-input-1")
    run_module(windows_directory, state="absent", **arguments)
    run_module(windows_directory, **arguments)
    assert generation(root / "nas-input-1") != before


def test_absent_never_removes_foreign_files(run_module: Run, arguments: dict[str, t.Any], root: Path) -> None:
    run_module(windows_directory, **arguments)
    for name in ("nas-input-1/order.xml", "photos/cat.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("mine")
    run_module(windows_directory, state="absent", **arguments)
    assert picture(root) == {
        "nas-input-1": None,
        "nas-input-1/order.xml": "mine",
        "photos": None,
        "photos/cat.png": "mine",
    }
    assert run_module(windows_directory, state="absent", **arguments)["changed"] is False


def test_absent_never_removes_a_directory_that_was_there_before(
    run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    (root / "nas-output-1").mkdir(parents=True)
    run_module(windows_directory, **arguments)
    run_module(windows_directory, state="absent", force=True, **arguments)
    assert picture(root) == {"nas-output-1": None}


@pytest.mark.parametrize("check", [True, False])
def test_diff_tells_of_no_removal_that_does_not_happen(
    check: bool, run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    run_module(windows_directory, **arguments)
    (root / "photos").mkdir()
    result = run_module(windows_directory, check=check, state="absent", **arguments)
    assert result["diff"]["after"][r"C:\simulator-data\nas-input-1"] == "absent"
    assert result["diff"]["after"][r"C:\simulator-data"] == "without marker"


@pytest.mark.parametrize("check", [True, False])
def test_diff_tells_how_each_place_was(check: bool, run_module: Run, arguments: dict[str, t.Any], root: Path) -> None:
    inputs, outputs = r"C:\simulator-data\nas-input-1", r"C:\simulator-data\nas-output-1"
    (root / "nas-input-1").mkdir(parents=True)
    assert run_module(windows_directory, check=True, **arguments)["diff"]["before"] == {
        r"C:\simulator-data": "without marker",
        inputs: "without marker",
        outputs: "absent",
    }
    run_module(windows_directory, **arguments)
    (root / "nas-output-1" / "report").write_text("")
    diff = run_module(windows_directory, check=check, state="absent", force=True, **arguments)["diff"]
    assert (diff["before"][inputs], diff["before"][outputs]) == ("with marker", "with marker and files")
    assert (diff["after"][inputs], diff["after"][outputs]) == ("without marker", "absent")


def test_diff_tells_whose_a_place_was(run_module: Run, arguments: dict[str, t.Any]) -> None:
    run_module(windows_directory, **arguments)
    other = {**arguments, "topology": {**arguments["topology"], "instance": "other"}, "take_over": True}
    diff = run_module(windows_directory, check=True, **other)["diff"]
    assert (
        diff["before"][r"C:\simulator-data\nas-input-1"]
        == "with the marker of 'nas-input-1' of instance file-simulator"
    )
    assert diff["after"][r"C:\simulator-data\nas-input-1"] == "with marker"


def test_force_removes_the_servers_files_and_nobody_elses(
    run_module: Run, arguments: dict[str, t.Any], root: Path, tmp_path: Path
) -> None:
    run_module(windows_directory, **arguments)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("")
    (root / "nas-input-1" / "deep" / "er").mkdir(parents=True)
    (root / "nas-input-1" / "deep" / "er" / "file").write_text("")
    (root / "nas-input-1" / "link").symlink_to(outside)
    (root / "photos").mkdir()
    (root / "photos" / "cat.png").write_text("")
    run_module(windows_directory, state="absent", force=True, **arguments)
    assert picture(root) == {"photos": None, "photos/cat.png": ""}
    assert (outside / "precious").exists(), "a link was followed"


def test_force_touches_no_directory_without_a_marker(run_module: Run, arguments: dict[str, t.Any], root: Path) -> None:
    (root / "nas-input-1").mkdir(parents=True)
    (root / "nas-input-1" / "file").write_text("mine")
    assert run_module(windows_directory, state="absent", force=True, **arguments)["changed"] is False
    assert (root / "nas-input-1" / "file").read_text() == "mine"


@pytest.mark.parametrize("where", ["", "nas-input-1"])
def test_path_that_is_a_file_is_refused(where: str, run_module: Run, arguments: dict[str, t.Any], root: Path) -> None:
    path = root / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    for check in (True, False):
        with pytest.raises(ModuleFailed, match="is not a directory; move it away"):
            run_module(windows_directory, check=check, **arguments)
    assert path.read_text() == "mine" and not list(root.rglob(MARKER_NAME))


def test_directory_of_another_server_is_refused(run_module: Run, arguments: dict[str, t.Any]) -> None:
    run_module(windows_directory, **arguments)
    renamed = {"servers": [{"name": "nas-input-9", "port": 32150, "directory": "nas-input-1"}]}
    with pytest.raises(ModuleFailed, match="is marked as that of 'nas-input-1'"):
        run_module(windows_directory, **{**arguments, "topology": renamed})


@pytest.mark.parametrize("content", ["{", "[]"])
def test_damaged_marker_is_told(content: str, run_module: Run, arguments: dict[str, t.Any], root: Path) -> None:
    run_module(windows_directory, **arguments)
    (root / "nas-input-1" / MARKER_NAME).write_text(content)
    for state in ("present", "absent"):
        with pytest.raises(ModuleFailed, match="is damaged; remove it"):
            run_module(windows_directory, state=state, **arguments)


@pytest.mark.parametrize(
    ("kind", "word"),
    [("fifo", "a FIFO"), ("link", "a symbolic link"), ("directory", "a directory"), ("socket", "a socket")],
)
def test_marker_that_is_no_regular_file_is_told_at_once(
    kind: str, word: str, run_module: Run, arguments: dict[str, t.Any], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A FIFO with nobody at its other end would keep whoever opens it waiting for ever."""
    run_module(windows_directory, **arguments)
    directory = root / "nas-input-1"
    marker = directory / MARKER_NAME
    kept = marker.rename(directory / "kept")
    if kind == "fifo":
        os.mkfifo(marker)
    elif kind == "link":
        marker.symlink_to(kept)
    elif kind == "directory":
        marker.mkdir()
    else:
        monkeypatch.chdir(directory)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(MARKER_NAME)
    signal.alarm(10)
    try:
        with pytest.raises(ModuleFailed, match=f"is {word} and no regular file; move it away"):
            run_module(windows_directory, **arguments)
    finally:
        signal.alarm(0)


@pytest.mark.parametrize("content", ["{", "[]"])
def test_damaged_registry_is_told_before_anything_is_touched(
    content: str, run_module: Run, arguments: dict[str, t.Any], root: Path
) -> None:
    registry = Path(arguments["registry"])
    registry.parent.mkdir()
    registry.write_text(content)
    with pytest.raises(ModuleFailed, match="remove it if it is damaged"):
        run_module(windows_directory, **arguments)
    assert not root.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"servers": ["nas-input-9"]}, "'nas-input-9' is not in the topology"),
        ({"topology": {"data_root": "/srv"}}, "topology: data_root: '/srv' has no drive"),
        ({"topology": {"servers": [{"name": "con", "role": "input", "port": 32150}]}}, "'con' is a device name"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_touched(
    given: dict[str, t.Any], message: str, run_module: Run, arguments: dict[str, t.Any], tmp_path: Path
) -> None:
    with pytest.raises(ModuleFailed, match=message):
        run_module(windows_directory, **{**arguments, **given})
    assert list(tmp_path.iterdir()) == []


def test_drive_that_is_not_mounted_under_wsl_is_refused(
    run_module: Run, arguments: dict[str, t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drives = windows_directory.find_drives(str(tmp_path / "mnt"))
    monkeypatch.setattr(windows_directory, "find_drives", lambda _root: type(drives)("wsl", drives.root))
    with pytest.raises(ModuleFailed, match="drive C: is not mounted"):
        run_module(windows_directory, **arguments)
    assert not (tmp_path / "mnt").exists()


class TestDrive:
    """The stand-in drive is a mount of its own, which may be missing after a restart of the machine."""

    @pytest.fixture(autouse=True)
    def _mount(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mount(monkeypatch, "ext4 1234-abcd at /drives")

    def mount(self, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
        monkeypatch.setattr(layout, "file_system_of", lambda _path: what)

    def test_missing_one_is_no_deleted_directory(
        self, run_module: Run, arguments: dict[str, t.Any], root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        run_module(windows_directory, **arguments)
        root.rename(tmp_path / "unmounted")
        self.mount(monkeypatch, "ext4 5678-abcd at /")
        for check in (True, False):
            with pytest.raises(ModuleFailed) as failure:
                run_module(windows_directory, check=check, **arguments)
            assert "was laid out on ext4 1234-abcd at /drives, and now ext4 5678-abcd at / is there" in str(
                failure.value
            )
            assert f"remove its lines from {arguments['registry']}" in str(failure.value)
        run_module(windows_directory, state="absent", **arguments)
        with pytest.raises(ModuleFailed, match="it is not mounted"):
            run_module(windows_directory, **arguments)
        assert not root.exists(), "a new empty tree was laid out in the mount point"

        (tmp_path / "unmounted").rename(root)
        self.mount(monkeypatch, "ext4 1234-abcd at /drives")
        assert run_module(windows_directory, **arguments)["changed"] is False

    def test_directory_that_was_deleted_comes_back(
        self, run_module: Run, arguments: dict[str, t.Any], root: Path
    ) -> None:
        run_module(windows_directory, **arguments)
        shutil.rmtree(root)
        assert run_module(windows_directory, **arguments)["changed"] is True
        assert (root / MARKER_NAME).exists()

    def test_marked_directories_that_moved_to_another_are_remembered_there(
        self, run_module: Run, arguments: dict[str, t.Any], root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_module(windows_directory, **arguments)
        self.mount(monkeypatch, "xfs 9999 at /drives")
        assert run_module(windows_directory, **arguments)["changed"] is False
        shutil.rmtree(root)
        assert run_module(windows_directory, **arguments)["changed"] is True

    def test_one_that_an_older_version_laid_out_is_remembered_now(
        self, run_module: Run, arguments: dict[str, t.Any], root: Path
    ) -> None:
        run_module(windows_directory, **arguments)
        registry = Registry(arguments["registry"])
        registry.write(registry.read(), {})
        assert run_module(windows_directory, **arguments)["changed"] is False
        assert registry.file_systems()[str(root)] == "ext4 1234-abcd at /drives"
