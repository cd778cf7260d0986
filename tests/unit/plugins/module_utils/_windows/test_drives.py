# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where this machine sees Windows drives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import (
    Drives,
    automount_root,
    check_drive,
    find_drives,
)

from ...strategies import QUICK, windows_paths

ROOT = WindowsPath.parse(r"C:\simulator-data")


class TestFindDrives:
    def find(self, tmp_path: Path, release: str | None, wsl_conf: str | None) -> Drives:
        for name, text in (("osrelease", release), ("wsl.conf", wsl_conf)):
            if text is not None:
                (tmp_path / name).write_text(text)
        return find_drives(*(str(tmp_path / name) for name in ("stand-in", "wsl.conf", "osrelease", "mountinfo")))

    @pytest.mark.parametrize("release", ["6.1.0-13-amd64\n", "", None])
    def test_elsewhere_a_directory_stands_for_them(self, tmp_path: Path, release: str | None) -> None:
        found = self.find(tmp_path, release, "[automount]\nroot = /windows/\n")
        assert found == Drives("emulated", str(tmp_path / "stand-in"))

    @pytest.mark.parametrize(
        "release", ["5.15.153.1-microsoft-standard-WSL2\n", "4.4.0-19041-Microsoft\n", "6.6-MICROSOFT-x\n"]
    )
    @pytest.mark.parametrize(
        ("wsl_conf", "root"), [(None, "/mnt/"), ("", "/mnt/"), ("[automount]\nroot = /windows/\n", "/windows/")]
    )
    def test_wsl_has_drives(self, tmp_path: Path, release: str, wsl_conf: str | None, root: str) -> None:
        assert self.find(tmp_path, release, wsl_conf) == Drives("wsl", root)

    @pytest.mark.parametrize(
        ("wsl_conf", "message"),
        [
            ("[automount]\nenabled = false\n", "switches automount off, and no Windows drive is mounted; remove"),
            ("root = /x\n", "cannot be read"),
        ],
    )
    def test_wsl_without_drives_is_refused(self, tmp_path: Path, wsl_conf: str, message: str) -> None:
        with pytest.raises(SimulatorError, match=message):
            self.find(tmp_path, "microsoft", wsl_conf)

    def test_wsl_conf_that_cannot_be_read_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "wsl.conf").mkdir()
        with pytest.raises(SimulatorError, match=r"wsl\.conf: cannot be read: Is a directory"):
            self.find(tmp_path, "microsoft", None)

    def test_drives_that_are_mounted_elsewhere_are_found(self, tmp_path: Path) -> None:
        """By /etc/fstab, with automount switched off or not."""
        (tmp_path / "mountinfo").write_text(r"40 28 0:47 / /data/d rw - 9p D:\134 rw,aname=drvfs;path=D:\134;uid=0")
        off = self.find(tmp_path, "microsoft", "[automount]\nenabled = false\n")
        on = self.find(tmp_path, "microsoft", "")
        assert off == on == Drives("wsl", "/mnt/", {"D": "/data/d"})
        assert on.local(WindowsPath.parse(r"D:\a b\ü")) == "/data/d/a b/ü"
        assert on.local(ROOT) == "/mnt/c/simulator-data"
        check_drive(on, WindowsPath.parse("D:\\a"))
        with pytest.raises(SimulatorError, match="drive E: is not mounted at /mnt/e"):
            check_drive(on, WindowsPath.parse("E:\\a"))

    def test_stand_in_may_be_in_the_home_directory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        found = find_drives("~/drives", kernel_release=str(tmp_path / "none"))
        assert found.root == str(tmp_path / "drives")


class TestCheckDrive:
    def test_drive_that_is_not_mounted_under_wsl_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "c").mkdir()
        with pytest.raises(SimulatorError, match=r"C:\\simulator-data: drive C: is not mounted at .*/c; check the let"):
            check_drive(Drives("wsl", str(tmp_path)), ROOT)

    def test_mounted_drive_is_good(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os.path, "ismount", lambda path: path == str(tmp_path / "c"))
        check_drive(Drives("wsl", str(tmp_path)), ROOT)

    def test_stand_in_need_not_be_there(self, tmp_path: Path) -> None:
        check_drive(Drives("emulated", str(tmp_path / "none")), ROOT)


@pytest.mark.parametrize("root", ["/mnt", "/mnt/"])
def test_drive_is_a_directory_in_lower_case(root: str) -> None:
    drives = Drives("wsl", root)
    path = WindowsPath.parse(r"D:\Prüf daten\x")
    assert drives.local(path) == "/mnt/d/Prüf daten/x"
    assert drives.drive(path) == "/mnt/d"


@QUICK
@given(windows_paths)
def test_local_path_stays_below_its_drive(path: WindowsPath) -> None:
    drives = Drives("emulated", "/drives")
    assert drives.local(path).split("/")[3:] == list(path.parts)
    assert drives.local(path).startswith(drives.drive(path))


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("", "/mnt/"),
        ("[network]\nhostname = x\n", "/mnt/"),
        ("[automount]\n", "/mnt/"),
        ("[automount]\nroot = /windows/\n", "/windows/"),
        ("[automount]\nROOT=/windows\n", "/windows"),
        ('[automount]\nroot = "/my drives/"\n', "/my drives/"),
        ("[automount]\nroot = /windows/ # where drives are\n", "/windows/"),
        ("# [automount]\n# root = /x\n", "/mnt/"),
        ("[automount]\nroot =\n", "/mnt/"),
        ('[automount]\nroot = ""\n', "/mnt/"),
        ("[automount]\nenabled = true\noptions = \"metadata,umask=22\"\nroot = /a%b/\n", "/a%b/"),
        ("[automount]\nroot = /first/\n[boot]\nsystemd = true\n[automount]\nroot = /second/\n", "/second/"),
        ("[automount]\r\nroot = /windows/\r\n", "/windows/"),
    ],
)  # fmt: skip
def test_automount_root(text: str, root: str) -> None:
    assert automount_root(text) == root


@pytest.mark.parametrize("word", ["false", "False", "0", "no", '"false"', "false # never"])
def test_automount_that_is_switched_off(word: str) -> None:
    assert automount_root(f"[automount]\nenabled = {word}\n") is None


@pytest.mark.parametrize("text", ["root = /x/\n", "[automount\nroot = /x/\n", "[automount]\nroot\n"])
def test_malformed_wsl_conf_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"\A/etc/wsl.conf cannot be read: [^\n]+\Z"):
        automount_root(text)


@QUICK
@given(st.text(st.sampled_from("[]automount=root#;/ \n\"'%"), max_size=60))
def test_any_wsl_conf_is_read_or_refused(text: str) -> None:
    try:
        assert automount_root(text) != ""
    except ValueError as error:
        assert "/etc/wsl.conf" in str(error)
