# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a module is, as it tells while it runs."""

from __future__ import annotations

import itertools
import os
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.progress import PREFIX, telling


def until(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_told_is_there_as_long_as_the_work_goes_on(tmp_path: Path) -> None:
    count = itertools.count(1)
    file = tmp_path / "run" / f"{PREFIX}{os.getpid()}"
    with telling(lambda: [f"{next(count)} files", "and more"], seconds=0.01, directory=str(file.parent)):
        until(lambda: file.exists() and int(file.read_text().split()[0]) > 3)
        assert file.read_text().splitlines()[1] == "and more"
    assert list(file.parent.iterdir()) == []


def test_short_work_tells_nothing(tmp_path: Path) -> None:
    with telling(lambda: ["x"], seconds=60, directory=str(tmp_path / "run")):
        pass
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("wrong", ["a file", "lines"])
def test_what_keeps_it_from_telling_keeps_nobody_from_working(wrong: str, tmp_path: Path) -> None:
    asked = []

    def lines() -> list[str]:
        asked.append(True)
        if wrong == "lines":
            raise RuntimeError(wrong)
        return ["x"]

    (tmp_path / "run").write_text("no directory")
    with telling(lines, seconds=0.01, directory=str(tmp_path / "run")):
        until(lambda: bool(asked))
    assert (tmp_path / "run").read_text() == "no directory"


def test_what_hangs_as_it_is_asked_holds_nobody_up(tmp_path: Path) -> None:
    asked, back = threading.Event(), threading.Event()

    def lines() -> list[str]:
        asked.set()
        back.wait(30)
        return ["x"]

    begin = time.monotonic()
    with telling(lines, seconds=0.01, directory=str(tmp_path)):
        assert asked.wait(30)
    assert time.monotonic() - begin < 20 and not list(tmp_path.iterdir())
    back.set()
