# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directories whose drive may not answer, seen on a real mount that has frozen."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows import answering, drives
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import spaces_of

from .....harness.frozen_mount import can_freeze, frozen

ROOT = WindowsPath.parse(r"C:\simulator-data")
DIRECTORIES = (ROOT, WindowsPath.parse(r"C:\simulator-data\nas-1"))


@pytest.fixture
def drive(tmp_path: Path) -> drives.Drives:
    """A drive C: with a data root, and no server's directory yet."""
    (tmp_path / "c/simulator-data").mkdir(parents=True)
    return drives.Drives("emulated", str(tmp_path))


@pytest.fixture
def frozen_drive(drive: drives.Drives, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[drives.Drives]:
    if not can_freeze():
        pytest.skip("a mount that answers nothing needs root and /dev/fuse")
    monkeypatch.setattr(drives, "_ANSWER_SECONDS", 1.0)
    with frozen(Path(drive.root, "c")):
        yield drive


def test_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    there, missing = answering.answers([str(tmp_path), str(tmp_path / "none")], 20)
    assert there.identity == (os.stat(tmp_path).st_dev, os.stat(tmp_path).st_ino)
    assert 0 <= there.free_bytes <= there.all_bytes and not there.error
    assert missing.error == errno.ENOENT


def test_first_that_does_not_answer_ends_the_list(frozen_drive: drives.Drives) -> None:
    found = answering.answers(["/", frozen_drive.local(ROOT), "/"], 2)
    assert [each.error for each in found] == [0]


def test_one_that_does_not_answer_keeps_nobody_from_knowing_the_others(frozen_drive: drives.Drives) -> None:
    found = answering.each_answer(["/", frozen_drive.local(ROOT), "/", "/none", frozen_drive.local(ROOT)], 2)
    assert [each and each.error for each in found] == [0, None, 0, errno.ENOENT, None]
    assert answering.each_answer([], 2) == []


def test_program_that_has_asked_ends(frozen_drive: drives.Drives, tmp_path: Path) -> None:
    """A thread that waits for a frozen drive keeps its whole process, which not even SIGKILL ends."""
    place = frozen_drive.local(ROOT)
    program = f"from {spaces_of.__module__} import spaces_of; print(spaces_of([{place!r}])[{place!r}])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    asking = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
    # Where it does not end, waiting for it would not, either.
    assert asking.communicate(timeout=30)[0] == "None\n"


def test_drive_that_has_frozen_is_refused(frozen_drive: drives.Drives) -> None:
    with pytest.raises(
        SimulatorError, match=r"^C:\\simulator-data \(.*/c\): its drive has not answered for 1 s; mount it"
    ):
        drives.check_answering(frozen_drive, DIRECTORIES)


@pytest.mark.parametrize("kind", ["emulated", "wsl"])
def test_drive_that_is_dead_is_refused(drive: drives.Drives, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    dead = [answering.Answer(1, 2, 3, 4, 0), answering.Answer(0, 0, 0, 0, errno.EIO)]
    monkeypatch.setattr(drives, "answers", lambda _paths, _seconds: dead)
    on = drives.Drives(kind, drive.root)
    with pytest.raises(SimulatorError) as refused:
        drives.check_answering(on, DIRECTORIES)
    assert "its drive is dead (Input/output error); mount it again" in refused.value.message
    assert ("wsl.exe --shutdown" in refused.value.message) == (kind == "wsl")


def test_directories_that_are_not_there_yet_are_no_matter(drive: drives.Drives) -> None:
    drives.check_answering(drive, [*DIRECTORIES, WindowsPath.parse(r"D:\none")])
