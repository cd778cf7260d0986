# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the end of the last instance removes, and what keeps it from that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import kept

SCRIPT = Path(__file__).resolve().parents[3] / "playbooks/files/remove_settings.sh"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The directory after a removal: what all share, and locks that nobody holds."""
    (tmp_path / "state").mkdir()
    for name in ("containers.conf", "file-simulator.lock"):
        (tmp_path / "state" / name).touch()
    return tmp_path / "state"


def said(state: Path) -> str:
    return subprocess.run(["sh", str(SCRIPT), str(state)], capture_output=True, text=True, check=True).stdout


def test_settings_go_with_the_last_instance(state: Path) -> None:
    (state / "what_all_share").mkdir()
    (state / "test_data").mkdir()
    assert said(state) == "removed\n"
    assert not state.exists()


def test_what_was_put_into_windows_directories_is_known_while_they_are_there(state: Path) -> None:
    record = state / "test_data" / "file-simulator" / "nas-input-1.json"
    record.parent.mkdir(parents=True)
    record.touch()
    assert said(state) == "removed\n"
    assert [path for path in state.rglob("*") if path.is_file()] == [record]


@pytest.mark.parametrize("name", ["second/nas-input-1/", "second.image"])
def test_settings_stay_for_another_instance(state: Path, name: str) -> None:
    if name.endswith("/"):
        (state / name).mkdir(parents=True)
    else:
        (state / name).touch()
    assert said(state) == ""
    assert (state / "containers.conf").exists()


def test_settings_stay_for_a_run_that_is_about_to_need_them(state: Path) -> None:
    with kept(str(state), 0):
        assert said(state) == ""
    assert (state / "containers.conf").exists()
