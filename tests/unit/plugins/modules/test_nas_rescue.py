# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_rescue against a podman that runs nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import nas_rescue, nas_server

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments

__all__ = ["arguments"]


@pytest.fixture
def given(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], tmp_path: Path) -> dict[str, t.Any]:
    run_module(nas_server, **arguments)
    to = tmp_path / "rescued"
    to.mkdir()
    kept = {name: arguments[name] for name in ("topology", "podman_executable")}
    return {**kept, "servers": ["nas-output-1"], "to": str(to)}


def test_volume_is_read_only_and_the_target_is_not(
    run_module: Run, podman: FakePodman, given: dict[str, t.Any], tmp_path: Path
) -> None:
    podman.left_at_last["nas-output-1"] = {"copied": 2, "failed": [], "failed_count": 0}
    result = run_module(nas_rescue, **given)
    assert result["changed"] and result["rescued"][0]["server"] == "nas-output-1"
    (call,) = [call for call in podman.calls if call[0] == "run"]
    mounts = [word for word in call if word.startswith("type=")]
    assert mounts == [
        f"type=bind,source={tmp_path}/drives/c/simulator-data/nas-output-1,destination=/windows,ro=true",
        "type=volume,source=file-simulator.nas-output-1.export,destination=/export,ro=true",
        f"type=bind,source={tmp_path}/rescued/nas-output-1,destination=/rescue",
    ]
    assert call[call.index("--network") + 1] == "none"


def test_refused(run_module: Run, podman: FakePodman, given: dict[str, t.Any]) -> None:
    with pytest.raises(ModuleFailed, match="to: /nowhere is no directory"):
        run_module(nas_rescue, **{**given, "to": "/nowhere"})
    podman.pods.clear()
    with pytest.raises(ModuleFailed, match="nas-output-1: it has no pod"):
        run_module(nas_rescue, **given)
