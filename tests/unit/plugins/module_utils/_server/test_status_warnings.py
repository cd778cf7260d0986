# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What deserves attention although a server runs, and what does not."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_warnings import warnings_of

from ...strategies import QUICK

ROOT = Path(__file__).parents[5]
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
        ({"halted_reason": "the exported directory was replaced"}, "sync halted: the exported directory was replaced"),
        ({"lag_seconds": 75.0}, "a change has been waiting for 75 s"),
        (
            {"refused_count": 1, "refused": [{"path": "a:b", "side": "windows", "reason": "':'"}]},
            "1 path is refused and stays where it is: a:b: ':'",
        ),
        ({"error_count": 1, "errors": [{"path": "x", "reason": "EIO"}]}, "1 path fails and is tried again: x: EIO"),
        ({"conflict_count": 3, "conflicts": "?"}, "3 conflicts"),
    ],
)  # fmt: skip
def test_each_has_a_line(sync: dict[str, t.Any], told: str) -> None:
    assert warnings(**sync) == [told]


def refused(number: int) -> list[dict[str, str]]:
    return [{"path": f"{index:03}:x", "side": "nas", "reason": "has ':'"} for index in range(number)]


def test_several_have_a_line_each() -> None:
    conflicts = [{"path": "a", "kept_as": "b"}, {"path": "r.csv", "kept_as": "r.conflict-nas.csv"}]
    assert warnings(conflict_count=2, conflicts=conflicts) == [
        "2 conflicts",
        "conflict: a is kept as b",
        "conflict: r.csv is kept as r.conflict-nas.csv",
    ]
    assert warnings(refused_count=6, refused=refused(6)) == [
        "6 paths are refused and stay where they are",
        *(f"refused: {index:03}:x: has ':'" for index in range(6)),
    ]


@pytest.mark.parametrize(("number", "listed", "which"), [(12, 12, "all of them"), (300, 100, "100 of them")])
def test_the_first_ten_are_shown_and_how_to_see_the_others(number: int, listed: int, which: str) -> None:
    told = warnings(refused_count=number, refused=refused(listed))
    assert told[10] == "refused: 009:x: has ':'"
    assert told[11:] == [
        f"refused: {number - 10} more; make -s status FORMAT=json (in a playbook: nas_server_info) has {which}"
    ]


def test_the_last_conflicts_are_shown() -> None:
    conflicts = [{"path": str(index), "kept_as": "b"} for index in range(12)]
    told = warnings(conflict_count=12, conflicts=conflicts)
    assert told[1] == "conflict: 2 is kept as b" and told[10] == "conflict: 11 is kept as b"


GONE = "the marker .file-simulator.json cannot be read: No such file or directory"
DAMAGED = "the marker .file-simulator.json is damaged"


@pytest.mark.parametrize(("reason", "help_"), [(GONE, ""), (DAMAGED, "remove it, and ")])
def test_a_marker_that_is_gone_comes_back_with_make_up(reason: str, help_: str) -> None:
    told = f"sync halted: {reason}; {help_}make up (in a playbook: the role windows_layout) puts it back"
    assert warnings(halted_reason=reason) == [told]
    # Where its drive is not mounted, nothing is to be laid out.
    unmounted = warnings_of({**QUIET, "halted_reason": reason}, {}, agent=True, now=TOLD, missing="/mnt/c/x")
    assert unmounted[1:] == [f"sync halted: {reason}"]


def test_the_agent_says_so_of_its_marker() -> None:
    identity = ROOT / "roles/nas_image/files/nas_sync_agent/sync/identity.py"
    said = re.findall(r'SideUnavailable\(f"([^"]*MARKER[^"]*)"', identity.read_text(encoding="utf-8"))
    assert len(said) >= 3 and all(text.startswith("the marker ") for text in said)


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


@pytest.mark.parametrize(
    ("space", "told"),
    [
        ({"nas_free": 7 << 20, "nas_total": 64 << 20}, []),
        ({"nas_free": 6 << 20, "nas_total": 64 << 20}, ["only 6 MiB are free on the NAS"]),
        ({"nas_free": None, "nas_total": None}, []),
        (
            {"nas_free": 1 << 30, "nas_total": 2 << 30},
            ["the NAS has 2 GiB in all, and not the 64 MiB of its size_limit, which is not enforced there"],
        ),
    ],
)
def test_space_of_an_export_in_memory(space: dict[str, int | None], told: list[str]) -> None:
    assert warnings_of(None, space, agent=False, limit=64 << 20) == told


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
