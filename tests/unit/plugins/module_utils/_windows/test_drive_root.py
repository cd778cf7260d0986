# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose home has the directory that stands for Windows drives."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._windows import drive_root as roots

NOBODY = pwd.getpwnam("nobody")


@pytest.mark.parametrize(
    ("environment", "user"),
    [
        ({}, pwd.getpwuid(0)),
        ({"HOME": "/elsewhere"}, pwd.getpwuid(0)),
        ({"SUDO_UID": str(NOBODY.pw_uid)}, NOBODY),
        ({"PKEXEC_UID": str(NOBODY.pw_uid)}, NOBODY),
        ({"DOAS_USER": "nobody"}, NOBODY),
    ],
)
def test_root_stands_for_the_person_who_calls(
    environment: dict[str, str], user: pwd.struct_passwd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert roots.home_of_caller(environment) == user.pw_dir


def test_others_have_their_own_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY.pw_uid)
    monkeypatch.setenv("HOME", "/elsewhere")
    monkeypatch.setenv("SUDO_UID", "0")
    assert roots.drive_root(None, "") == f"{NOBODY.pw_dir}/file-simulator"


def test_what_is_named_counts_then_what_is_recorded(tmp_path: Path) -> None:
    roots.record_drive_root("/drives of one", str(tmp_path / "one"))
    assert roots.drive_root(None, "one", str(tmp_path)) == "/drives of one"
    assert roots.drive_root("/named", "one", str(tmp_path)) == "/named"
    assert roots.drive_root(None, "two", str(tmp_path)) == f"{roots.home_of_caller()}/file-simulator"


def test_damaged_record_is_told(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "drive_root").write_text("")
    with pytest.raises(SimulatorError, match="is damaged; remove it and name drive_root"):
        roots.drive_root(None, "one", str(tmp_path))
