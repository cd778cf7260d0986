# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows directories on this machine: what a marker proves, and how much space there is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows import directory as windows
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME, Marker

ROOT = WindowsPath.parse(r"C:\simulator-data")
MARKER = Marker("nas-1", "0000-1111", True)


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
        with pytest.raises(SimulatorError, match=r"file-simulator.json: is damaged; remove it, and make up"):
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
        found = windows.spaces_of([str(tmp_path)])[str(tmp_path)]
        assert found is not None and 0 <= found[0] <= found[1]
        assert windows.spaces_of([str(tmp_path / "missing")]) == {str(tmp_path / "missing"): None}
