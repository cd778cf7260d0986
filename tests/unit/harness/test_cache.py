# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What machines are made of is made once, and whole."""

from __future__ import annotations

import concurrent.futures
import os
import time
from pathlib import Path

import pytest

from ...harness import cache


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


def test_it_is_made_again_only_when_a_source_has_changed(tmp_path: Path) -> None:
    source, made = tmp_path / "source", []

    def make(draft: Path) -> None:
        made.append(draft)
        (draft / "file").write_text(source.read_text())

    for content in ("one", "one", "two"):
        source.write_text(content)
        assert (cache.cached("kind", [source, "text"], make) / "file").read_text() == content
    cache.cached("kind", [source, "another text"], make)
    assert len(made) == 3


def test_what_could_not_be_made_leaves_nothing(place: Path) -> None:
    def fail(draft: Path) -> None:
        (draft / "part").write_text("")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cache.cached("kind", ["text"], fail)
    assert [path.name for path in place.iterdir()] == ["kind.lock"]


def test_two_that_want_the_same_make_it_once() -> None:
    made = []

    def make(draft: Path) -> None:
        made.append(draft)
        time.sleep(0.2)
        (draft / "bread").write_text("warm")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda _: cache.cached("bread", ["flour"], make), range(2)))
    assert len(made) == 1
    assert [(directory / "bread").read_text() for directory in found] == ["warm", "warm"]


def test_what_nobody_has_asked_for_goes(place: Path) -> None:
    (older := place / "kind-older").mkdir(parents=True)
    (other := place / "kind.other-older").mkdir()
    for directory in (older, other):
        os.utime(directory, (time.time() - 90_000, time.time() - 90_000))
    cache.cached("kind", ["text"], lambda draft: None)
    assert not older.exists()
    assert other.exists()
