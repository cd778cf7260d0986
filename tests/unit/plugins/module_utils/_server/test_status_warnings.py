# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What deserves attention although a server runs, and what does not."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_warnings import warnings_of

from ...strategies import QUICK

# 2026-11-22T09:30:00Z
TOLD = 1795339800.0
QUIET = {
    "state": "idle", "halted_reason": None, "time": "2026-11-22T09:30:00.123Z", "lag_seconds": 0.0, "pending": 0,
    "conflicts": [], "conflict_count": 0, "refused": [], "refused_count": 0, "errors": [], "error_count": 0,
}  # fmt: skip


def warnings(now: float | None = TOLD, agent: bool = True, space: t.Any = None, **sync: t.Any) -> list[str]:
    return warnings_of({**QUIET, **sync}, space or {}, agent=agent, now=now)


def test_at_rest_there_are_none() -> None:
    assert warnings() == []
    assert warnings_of(None, {}, agent=False) == []


@pytest.mark.parametrize(
    ("sync", "told"),
    [
        ({"halted_reason": "the marker is gone"}, "sync halted: the marker is gone"),
        ({"lag_seconds": 75.0}, "a change has been waiting for 75 s"),
        (
            {"conflict_count": 2, "conflicts": [{"path": "a", "kept_as": "b"}, {"path": "r.csv", "kept_as": "r.conflict-nas.csv"}]},
            "2 conflicts, the last: r.csv is kept as r.conflict-nas.csv",
        ),
        ({"refused_count": 1, "refused": [{"path": "a:b", "side": "windows", "reason": "':'"}]}, "1 refused name, the last: a:b: ':'"),
        ({"error_count": 2, "errors": [{"path": "x", "reason": "EIO"}]}, "2 files that fail and are tried again, the last: x: EIO"),
        ({"conflict_count": 3, "conflicts": "?"}, "3 conflicts"),
    ],
)  # fmt: skip
def test_each_has_a_line(sync: dict[str, t.Any], told: str) -> None:
    assert warnings(**sync) == [told]


@pytest.mark.parametrize(
    ("later", "state", "silent"),
    [(121, "idle", True), (119, "idle", False), (999, "stopped", False), (-50, "idle", False)],
)
def test_silence(later: float, state: str, silent: bool) -> None:
    assert bool(warnings(TOLD + later, state=state)) is silent


def test_silence_is_not_judged_by_another_clock() -> None:
    assert warnings(None) == [] and warnings(TOLD + 1e6, time="soon") == []


def test_agent_that_says_nothing() -> None:
    assert warnings_of(None, {}, agent=True) == ["the sync agent says nothing of itself"]


@pytest.mark.parametrize(
    ("space", "told"),
    [
        ({"windows_free": (1 << 30) - 1}, ["only 1024 MiB are free on the Windows drive"]),
        ({"nas_free": 0}, ["only 0 B are free on the NAS"]),
        ({"windows_free": 1 << 30, "nas_free": 256 << 20}, []),
        ({"windows_free": None, "nas_free": None}, []),
    ],
)
def test_little_space(space: dict[str, int | None], told: list[str]) -> None:
    assert warnings(space=space) == told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["path", "reason", "kept_as"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@QUICK
@given(st.dictionaries(st.sampled_from(list(QUIET)), JSON))
def test_whatever_an_agent_writes_there_is_an_answer(sync: dict[str, t.Any]) -> None:
    assert all(isinstance(text, str) for text in warnings_of(sync, {}, agent=True, now=TOLD))
