# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A schedule of faults: its order, its end, and what is refused before anything is broken."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._model.fault_schedule import read_schedule
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import KINDS

from ...strategies import FEW

FULL = {"at": 5, "fault": "full", "for": 10}
HANG = {"at": 20, "fault": "hang", "for": 10}


def problems(*entries: dict[str, t.Any], servers: t.Sequence[str] = ()) -> list[str]:
    return list(read_schedule(entries, servers)["problems"])


def test_order_and_end() -> None:
    slow = {
        "fault": "slow",
        "for": 300,
        "delay": 200,
        "operations": ["read"],
        "servers": ["nas-input-1"],
        "jitter": None,
    }
    found = read_schedule([HANG, slow, FULL], ["nas-output-1"])
    assert found["problems"] == [] and found["end"] == 300
    assert found["entries"] == [
        {
            "at": 0,
            "servers": ["nas-input-1"],
            "options": {"fault": "slow", "delay": 200, "operations": ["read"], "duration": 300},
        },
        {"at": 5, "servers": ["nas-output-1"], "options": {"fault": "full", "duration": 10}},
        {"at": 20, "servers": ["nas-output-1"], "options": {"fault": "hang", "duration": 10}},
    ]


def test_one_ends_as_the_next_begins() -> None:
    assert problems(FULL, {**HANG, "at": 15}) == []
    assert problems(FULL, {**FULL, "at": 15}) == []


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([{"fault": "slow", "for": 5}], "entry 1: delay: is missing; the fault 'slow' needs it"),
        ([FULL, {**FULL, "at": -1}], "entry 2: at: is -1 and for: is 10; give 0 or more, and 1 or more"),
        ([{**FULL, "for": 0}], "entry 1: at: is 5 and for: is 0; give 0 or more, and 1 or more"),
        ([{**FULL, "every": 2}], "entry 1: every: is no option of the fault 'full', which takes none but duration"),
        ([FULL, {**FULL, "at": 14}], "entry 2: fault: 'full' is on already, by entry 1"),
        ([{**HANG, "at": 14}, FULL], "entry 2: fault: 'full' cannot be on beside 'hang': with 'hang', nothing else is to be seen (entry 1)"),
        ([FULL, {**FULL, "fault": "quota"}], "entry 2: fault: 'quota' cannot be on beside 'full': both would answer write (entry 1)"),
    ],
)  # fmt: skip
def test_what_cannot_be(entries: list[dict[str, t.Any]], told: str) -> None:
    assert problems(*entries) == [told]


def test_other_servers_are_no_matter() -> None:
    first, second = {**FULL, "servers": ["nas-output-1"]}, {**HANG, "at": 5, "servers": ["nas-output-2"]}
    assert problems(first, second) == []
    assert problems(first, {**second, "servers": []}) != [], "none named: all of them"
    assert problems(first, {**second, "servers": []}, servers=["nas-output-2"]) == []


ENTRIES = st.fixed_dictionaries(
    {"fault": st.sampled_from([name for name, kind in KINDS.items() if not kind.needs]), "for": st.integers(1, 9)},
    optional={"at": st.integers(0, 20), "servers": st.lists(st.sampled_from("ab"), max_size=2)},
)


@FEW
@given(st.lists(ENTRIES, max_size=4))
def test_two_of_a_kind_are_never_on_a_server_at_once(entries: list[dict[str, t.Any]]) -> None:
    found = read_schedule(entries, ["a", "b"])
    if found["problems"]:
        return
    on = [
        (entry["options"]["fault"], server, second)
        for entry in found["entries"]
        for server in set(entry["servers"])
        for second in range(entry["at"], entry["at"] + entry["options"]["duration"])
    ]
    assert len(on) == len(set(on))
    assert [entry["at"] for entry in found["entries"]] == sorted(entry["at"] for entry in found["entries"])
