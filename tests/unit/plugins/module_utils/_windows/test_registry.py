# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the machine remembers of its layouts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.registry import Registry


class TestRegistry:
    def test_is_empty_before_it_was_written(self, tmp_path: Path) -> None:
        registry = Registry(str(tmp_path / "none" / "registry.json"))
        assert (registry.read(), registry.file_systems()) == ({}, {})

    def test_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        registry = Registry(str(tmp_path / "a" / "registry.json"))
        for generations in ({"/a": "1", "/ä b": "2"}, {"/c": "3"}):
            for file_systems in ({}, {"/a": "ext4 1234 at /"}):
                registry.write(generations, file_systems)
                assert (registry.read(), registry.file_systems()) == (generations, file_systems)
        assert os.listdir(tmp_path / "a") == ["registry.json"]

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"null", b"5"])
    def test_is_damaged(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "registry.json").write_bytes(content)
        with pytest.raises(SimulatorError, match=r"registry.json: cannot be read .*; remove it if it is damaged"):
            Registry(str(tmp_path / "registry.json")).read()

    def test_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(SimulatorError, match="cannot be written"):
            Registry(str(tmp_path / "file" / "registry.json")).write({}, {})
