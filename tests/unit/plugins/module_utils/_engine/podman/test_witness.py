# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would be lost with a volume is not asked of anybody while the Windows drive has frozen: he would not answer."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Current
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import witness as module
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found

from ......harness.frozen_mount import can_freeze, frozen


class NoPodman:
    """A podman that nobody is to call."""

    def call(self, arguments: t.Sequence[str], operation: str) -> str:
        raise AssertionError(f"{operation}: {arguments}")


@pytest.mark.skipif(not can_freeze(), reason="a mount that answers nothing needs root and /dev/fuse")
def test_drive_that_has_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_DRIVE_SECONDS", 1.0)
    description = {
        "syncs_to_windows": True,
        "local_directory": str(tmp_path),
        "windows_directory": r"C:\simulator-data\nas-1",
        "generation": "one",
    }
    found = Found("desk", Current("nas-1", description, running=True, stopped=False), {"sync-agent": "running"})
    witness = module.Witness(t.cast(t.Any, NoPodman()), "desk")
    with frozen(tmp_path):
        expected = r"nobody can tell what has not reached C:\simulator-data\nas-1: its drive has not answered for 1 s"
        assert witness.objection(found) == witness.last_objection(found) == expected
