# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows directories on this machine: where the drives are, and what a marker proves."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import Drives, WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows import directory as windows
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME, Marker

ROOT = WindowsPath.parse(r"C:\simulator-data")
MARKER = Marker("nas-1", "0000-1111", True)


class TestFindDrives:
    def find(self, tmp_path: Path, release: str | None, wsl_conf: str | None) -> Drives:
        for name, text in (("osrelease", release), ("wsl.conf", wsl_conf)):
            if text is not None:
                (tmp_path / name).write_text(text)
        return windows.find_drives(
            *(str(tmp_path / name) for name in ("stand-in", "wsl.conf", "osrelease", "mountinfo"))
        )

    @pytest.mark.parametrize("release", ["6.1.0-13-amd64\n", "", None])
    def test_elsewhere_a_directory_stands_for_them(self, tmp_path: Path, release: str | None) -> None:
        found = self.find(tmp_path, release, "[automount]\nroot = /windows/\n")
        assert found == Drives("stand_in", str(tmp_path / "stand-in"))

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
        windows.check_drive(on, WindowsPath.parse("D:\\a"))
        with pytest.raises(SimulatorError, match="drive E: is not mounted at /mnt/e"):
            windows.check_drive(on, WindowsPath.parse("E:\\a"))

    def test_stand_in_may_be_in_the_home_directory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        found = windows.find_drives("~/drives", kernel_release=str(tmp_path / "none"))
        assert found.root == str(tmp_path / "drives")


class TestCheckDrive:
    def test_drive_that_is_not_mounted_under_wsl_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "c").mkdir()
        with pytest.raises(SimulatorError, match=r"C:\\simulator-data: drive C: is not mounted at .*/c; check the let"):
            windows.check_drive(Drives("wsl", str(tmp_path)), ROOT)

    def test_mounted_drive_is_good(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os.path, "ismount", lambda path: path == str(tmp_path / "c"))
        windows.check_drive(Drives("wsl", str(tmp_path)), ROOT)

    def test_stand_in_need_not_be_there(self, tmp_path: Path) -> None:
        windows.check_drive(Drives("stand_in", str(tmp_path / "none")), ROOT)


class TestMarker:
    def test_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        windows.write_marker(str(tmp_path), MARKER)
        assert windows.read_marker(str(tmp_path)) == MARKER
        assert os.listdir(tmp_path) == [MARKER_NAME]
        assert json.loads((tmp_path / MARKER_NAME).read_text())["format"] == 1

    def test_is_replaced(self, tmp_path: Path) -> None:
        windows.write_marker(str(tmp_path), Marker("nas-2", "x", False))
        windows.write_marker(str(tmp_path), MARKER)
        assert windows.read_marker(str(tmp_path)) == MARKER

    def test_claim_is_kept_and_older_ones_have_none(self) -> None:
        claimed = Marker("a", "g", True, "one")
        assert Marker.parse(claimed.text) == claimed
        assert Marker.parse('{"format": 1, "server": "a", "generation": "g", "created": true}').instance == ""

    def test_is_missing(self, tmp_path: Path) -> None:
        assert windows.read_marker(str(tmp_path)) is None
        assert windows.read_marker(str(tmp_path / "none")) is None
        (tmp_path / "file").write_text("")
        assert windows.read_marker(str(tmp_path / "file")) is None

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"5",
            b'"text"',
            b"{}",
            b'{"server": "a", "generation": "b"}',
            b"\xff\xfe\x00",
            b'{"server": "nas-1", "gener',
        ],
    )
    def test_is_damaged(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / MARKER_NAME).write_bytes(content)
        with pytest.raises(SimulatorError, match=r"file-simulator.json: is damaged; remove it and run the role"):
            windows.read_marker(str(tmp_path))

    def test_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / MARKER_NAME).mkdir()
        with pytest.raises(SimulatorError, match="is a directory and no regular file"):
            windows.read_marker(str(tmp_path))

    def test_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(SimulatorError, match=r"cannot be written: No such file or directory"):
            windows.write_marker(str(tmp_path / "none"), MARKER)

    def test_stays_whole_when_writing_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        windows.write_marker(str(tmp_path), MARKER)

        def full(*_arguments: object, **_options: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(windows.os, "replace", full)
        with pytest.raises(SimulatorError, match="No space left"):
            windows.write_marker(str(tmp_path), Marker("nas-1", "other", True))
        assert windows.read_marker(str(tmp_path)) == MARKER


class TestRequireMarker:
    def test_right_one_is_returned(self, tmp_path: Path) -> None:
        windows.write_marker(str(tmp_path), MARKER)
        assert windows.require_marker(ROOT, str(tmp_path), "nas-1") == MARKER

    def test_missing_directory(self, tmp_path: Path) -> None:
        with pytest.raises(SimulatorError, match=r"C:\\simulator-data \(.*none\) does not exist: it is not mounted"):
            windows.require_marker(ROOT, str(tmp_path / "none"), "nas-1")

    def test_empty_mount_point(self, tmp_path: Path) -> None:
        with pytest.raises(SimulatorError, match=r"has no marker \.file-simulator\.json: it is not mounted, or not"):
            windows.require_marker(ROOT, str(tmp_path), "nas-1")

    @pytest.mark.parametrize("server", ["nas-2", ""])
    def test_marker_of_another(self, tmp_path: Path, server: str) -> None:
        windows.write_marker(str(tmp_path), MARKER)
        with pytest.raises(SimulatorError, match="has the marker of 'nas-1'"):
            windows.require_marker(ROOT, str(tmp_path), server)


class TestSpace:
    def test_of_a_directory_and_of_none(self, tmp_path: Path) -> None:
        found = windows.space_of(str(tmp_path))
        assert found is not None and 0 <= found[0] <= found[1]
        assert windows.space_of(str(tmp_path / "missing")) is None

    def test_drive_that_hangs_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        released = threading.Event()
        monkeypatch.setattr(windows, "_SPACE_SECONDS", 0.05)
        real = os.statvfs
        monkeypatch.setattr(windows.os, "statvfs", lambda path: released.wait(10) and real(path))
        assert windows.space_of("/") is None
        released.set()
