# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run at a time, and a line that says who is in the way."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import kept, locked


def test_second_is_told_who_holds_it_since_when(tmp_path: Path) -> None:
    path = str(tmp_path / "deep" / "lock")
    line = rf"instance one: make up of .* \(pid {os.getpid()}\) holds it since 20..-..-.. ..:..:..; wait until it has ended"
    second = locked(path, "instance one", "make down", 0.2)
    with locked(path, "instance one", "make up", 0), pytest.raises(SimulatorError, match=line), second:
        pass
    with locked(path, "instance one", "make down", 0):
        pass


def test_second_waits_a_little(tmp_path: Path) -> None:
    path, order = str(tmp_path / "lock"), []

    def second() -> None:
        with locked(path, "it", "second", 10):
            order.append("second")

    with locked(path, "it", "first", 0):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    text = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", text, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline() == b"held\n"
        with pytest.raises(SimulatorError, match="another run holds it"), locked(path, "it", "this", 0):
            pass
        other.kill()
        other.wait(10)
    with locked(path, "it", "this", 0):
        pass


def test_lock_whose_file_was_removed_is_no_lock(tmp_path: Path) -> None:
    """Whoever holds the removed file does not keep the next ones from excluding each other."""
    path = str(tmp_path / "lock")
    with locked(path, "it", "first", 0):
        os.unlink(path)
        with locked(path, "it", "second", 0), pytest.raises(SimulatorError), locked(path, "it", "third", 0):
            pass


def test_fifo_in_its_place_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(SimulatorError, match="no regular file"), locked(str(tmp_path / "lock"), "it", "this", 0):
        pass


def test_transient_lock_leaves_no_file_and_takes_nobody_elses(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with locked(path, "it", "first", 0, transient=True):
        os.unlink(path)
        with locked(path, "it", "second", 0):
            pass
    assert os.listdir(tmp_path) == ["lock"]
    with locked(path, "it", "third", 0, transient=True):
        pass
    assert os.listdir(tmp_path) == []


def test_kept_directory_is_removed_by_nobody_who_asks_for_its_lock(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    with kept(str(directory), 0), kept(str(directory), 0):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)


def test_directory_that_is_being_removed_is_made_again(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    directory.mkdir()
    descriptor = os.open(directory, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(SimulatorError, match="another run is removing it"), kept(str(directory), 0.1):
        pass

    def remove() -> None:
        time.sleep(0.2)
        shutil.rmtree(directory)
        os.close(descriptor)

    remover = threading.Thread(target=remove)
    remover.start()
    with kept(str(directory), 10):
        remover.join()
        assert directory.is_dir()


def test_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(SimulatorError, match=r"file/state: cannot be made: Not a directory"),
        kept(str(tmp_path / "file" / "state"), 0),
    ):
        pass
