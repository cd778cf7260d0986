# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is printed of tasks that take long: of this run, what is new, and not each second."""

from __future__ import annotations

import os
import subprocess
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.callback.progress import CallbackModule


class Progress(t.NamedTuple):
    callback: CallbackModule
    directory: Path
    shown: list[str]

    def tell(self, text: str, process: int) -> None:
        (self.directory / f"progress-{process}").write_text(text)

    def looks(self, count: int = 1) -> list[str]:
        self.shown.clear()
        for _look in range(count):
            self.callback.look()
        return list(self.shown)


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    shown: list[str] = []
    display = types.SimpleNamespace(verbosity=0, display=lambda line, *_rest, **_options: shown.append(line))
    return Progress(CallbackModule(display=display, directory=str(tmp_path)), tmp_path, shown)


@pytest.fixture
def child() -> t.Iterator[int]:
    """A process that descends from this one, as a module does from Ansible."""
    with subprocess.Popen(["sh", "-c", "sleep 600 & echo $!; wait"], stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout
        number = int(shell.stdout.readline())
        yield number
        os.kill(number, 9)


def test_what_is_new_is_printed_but_not_each_second(progress: Progress, child: int) -> None:
    assert progress.looks() == []
    progress.tell("nas-input-1: 3 files\nnas-input-2: 5 files", child)
    assert progress.looks() == ["    … nas-input-1: 3 files", "    … nas-input-2: 5 files"]
    progress.tell("nas-input-1: 4 files", child)
    assert progress.looks(4) == []
    assert progress.looks() == ["    … nas-input-1: 4 files"]
    assert progress.looks(10) == []
    progress.tell("\x1b[2J", child)
    assert progress.looks() == ["    … ␛[2J"]


@pytest.mark.parametrize("name", ["progress-1", "progress-x", "progress-", "other", "progress-999999999"])
def test_what_others_tell_is_not_ours(progress: Progress, name: str) -> None:
    (progress.directory / name).write_text("x")
    assert progress.looks() == []


def test_a_machine_on_which_nobody_has_told_anything(progress: Progress) -> None:
    progress.directory.rmdir()
    assert progress.looks() == []


def test_it_looks_as_long_as_the_playbook_runs(progress: Progress) -> None:
    progress.callback.v2_playbook_on_start(None)
    progress.callback.v2_playbook_on_stats(None)
    progress.callback._thread.join(timeout=30)
    assert not progress.callback._thread.is_alive()
