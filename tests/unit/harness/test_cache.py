# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes minutes to make is made once, also where two test runs want it at the same time."""

from __future__ import annotations

import concurrent.futures
import time
from pathlib import Path

import pytest

from ...harness.machine import cache


def test_two_that_want_the_same_make_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")
    (recipe := tmp_path / "recipe").write_text("flour")
    made = []

    def make(draft: Path) -> None:
        made.append(draft)
        time.sleep(0.2)
        (draft / "bread").write_text("warm")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda _: cache.cached("bread", [recipe], make), range(2)))
    assert len(made) == 1
    assert [(directory / "bread").read_text() for directory in found] == ["warm", "warm"]
