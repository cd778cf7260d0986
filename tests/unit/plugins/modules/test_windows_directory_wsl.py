# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""windows_directory on a machine that looks like WSL: its wsl.conf, its kernel and its drives are files of a test."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import find_drives
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME
from ansible_collections.file_simulator.nas.plugins.modules import windows_directory

from ..conftest import ModuleFailed

Run = t.Callable[..., "dict[str, t.Any]"]


class Wsl:
    """Drives C: and D: below an automount root that is not /mnt; E: is mounted by fstab, F: is not there at all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "win" / "f").mkdir(parents=True)
        points = {"C": root / "win" / "c", "D": root / "win" / "d", "E": root / "extra disk"}
        self.drives = points
        for point in points.values():
            point.mkdir()
        (root / "osrelease").write_text("6.6.114.1-microsoft-standard-WSL2\n")
        (root / "wsl.conf").write_text(f'[automount]\nroot = {root}/win/\noptions = "metadata,umask=22"\n')
        (root / "mountinfo").write_text(
            "".join(
                rf"9{n} 22 0:4{n} / {str(point).replace(' ', chr(92) + '040')} rw,noatime - 9p {letter}:\134 "
                rf"rw,dirsync,aname=drvfs;path={letter}:\134;uid=1000;gid=1000;metadata" + "\n"
                for n, (letter, point) in enumerate(points.items())
            )
        )

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob(MARKER_NAME))


@pytest.fixture
def wsl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wsl:
    files = {name: str(tmp_path / "wsl" / place) for name, place in
             [("wsl_conf", "wsl.conf"), ("kernel_release", "osrelease"), ("mountinfo", "mountinfo")]}  # fmt: skip
    monkeypatch.setattr(windows_directory, "find_drives", functools.partial(find_drives, **files))
    return Wsl(tmp_path / "wsl")


@pytest.fixture
def lay_out(wsl: Wsl, run_module: Run, tmp_path: Path) -> t.Callable[..., dict[str, t.Any]]:
    def call(data_root: str, directory: str = "", **more: t.Any) -> dict[str, t.Any]:
        server = {"name": "nas-1", "role": "input", "port": 32150, **({"directory": directory} if directory else {})}
        return run_module(
            windows_directory,
            topology={"data_root": data_root, "servers": [server]},
            registry=str(tmp_path / "registry.json"),
            **more,
        )

    return call


@pytest.mark.parametrize(
    ("data_root", "place"),
    [
        ("C:\\simulator-data", "win/c/simulator-data"),
        ("C:\\simulator-data\\", "win/c/simulator-data"),
        ("c:/simulator-data//", "win/c/simulator-data"),
        (r"C:\Program Files\Simulator Data", "win/c/Program Files/Simulator Data"),
        (r"C:\Prüfdaten\Käse, Öl & Co", "win/c/Prüfdaten/Käse, Öl & Co"),
        (r"D:\$(touch x);'\"".replace('"', ""), "win/d/$(touch x);'"),
        (r"E:\daten", "extra disk/daten"),
    ],
)
def test_paths(wsl: Wsl, lay_out: Run, data_root: str, place: str) -> None:
    result = lay_out(data_root)
    assert result["drives"] == "wsl"
    assert result["data_root"]["local_directory"] == str(wsl.root / place)
    assert wsl.files() == [f"{place}/{MARKER_NAME}", f"{place}/nas-1/{MARKER_NAME}"]
    assert lay_out(data_root)["changed"] is False


def test_directory_on_another_drive(wsl: Wsl, lay_out: Run) -> None:
    lay_out(r"C:\data", r"E:\fast disk\nas-1")
    assert wsl.files() == [f"extra disk/fast disk/nas-1/{MARKER_NAME}", f"win/c/data/{MARKER_NAME}"]


@pytest.mark.parametrize(
    ("data_root", "message"),
    [
        (r"\\server\share\data", "is a network .UNC. path; use a directory on a local drive"),
        (r"\\wsl.localhost\Ubuntu\home\me", "is a network .UNC. path"),
        ("simulator-data", "has no drive; write an absolute path"),
        (r"..\simulator-data", "has no drive"),
        ("/mnt/c/simulator-data", "has no drive"),
        (r"C:simulator-data", r"relative to the drive's current directory; write C:\\simulator-data"),
        (r"F:\simulator-data", r"drive F: is not mounted at .*/win/f; check the letter, or restart WSL"),
        (r"Q:\simulator-data", r"drive Q: is not mounted at .*/win/q"),
    ],
)
def test_refused(wsl: Wsl, lay_out: Run, data_root: str, message: str) -> None:
    with pytest.raises(ModuleFailed, match=message) as caught:
        lay_out(data_root)
    assert "\n" not in str(caught.value)
    assert wsl.files() == []


def test_drive_that_was_pulled_out_is_no_new_data_root(wsl: Wsl, lay_out: Run) -> None:
    """An external drive's letter can be that of another drive the next time."""
    lay_out(r"E:\data")
    wsl.drives["E"].rename(wsl.root / "pulled out")
    (wsl.drives["E"] / "data").mkdir(parents=True)
    with pytest.raises(ModuleFailed, match=r"E:\\data .* was laid out before, and now it is empty: it is not mounted"):
        lay_out(r"E:\data")


def test_warnings(lay_out: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(windows_directory.AnsibleModule, "warn", lambda _self, line: said.append(line))
    lay_out(r"C:\data")
    assert said == []
    deep = "C:\\" + "\\".join(["a fairly long name for a directory"] * 4)
    lay_out(deep)
    assert [line for line in said if f"{deep}\\nas-1 leaves 110 characters for what lies below it" in line]
    lay_out(deep, state="absent")
    assert len(said) == 1, "what goes needs no room"
