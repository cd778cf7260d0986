# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The faults that are on: what becomes of them, how they are told, and how they are written down and read."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import (
    PROGRAM,
    Active,
    fault_result,
    order,
    read_command,
    with_fault,
    without,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import (
    KINDS,
    OPERATIONS,
    Fault,
    read_fault,
)

NOW = 1_800_000_000.5
FULL, SLOW = Fault("full"), read_fault({"fault": "slow", "delay": 300})


@st.composite
def actives(draw: st.DrawFn) -> Active:
    kind = draw(st.sampled_from(list(KINDS)))
    numbers = {option: draw(st.integers(1, 1000)) for option in ("delay", "jitter", "every")}
    numbers["jitter"] = min(numbers["jitter"], numbers["delay"])
    options: dict[str, t.Any] = {name: value for name, value in numbers.items() if name in KINDS[kind].takes}
    if "operations" in KINDS[kind].takes:
        options["operations"] = draw(st.lists(st.sampled_from(OPERATIONS), min_size=1))
    options["duration"] = draw(st.integers(0, 1000))
    fault = read_fault({"fault": kind, **options})
    return with_fault([], fault, draw(st.floats(0, 2e9)))[0]


@given(st.lists(actives()), st.lists(st.text()), st.lists(st.integers(1, 65535)))
def test_what_a_helper_is_told_is_what_it_tells(active: list[Active], exports: list[str], ports: list[int]) -> None:
    assert read_command([*PROGRAM, order(active, exports, ports)]) == active


@given(actives())
def test_each_is_told_in_plain_words_of_one_line(active: Active) -> None:
    assert active.words.startswith(f"{active.fault.kind}: ")
    assert "\n" not in active.words
    assert ("until it is ended" in active.words) == (active.fault.duration == 0)
    result = fault_result(active)
    assert result["description"] == active.words
    assert (result["until"] == "") == (active.fault.duration == 0)


@pytest.mark.parametrize(
    "command",
    [
        [], ["ganesha.nfsd", "-F"], [*PROGRAM], [*PROGRAM, ""], [*PROGRAM, "[]"], [*PROGRAM, "{}"],
        [*PROGRAM, '{"faults": 7}'], [*PROGRAM, '{"faults": [7]}'], [*PROGRAM, '{"faults": [{"fault": "flood"}]}'],
        [*PROGRAM, '{"faults": [{"fault": "full", "operations": [], "until": "soon"}]}'],
    ],
)  # fmt: skip
def test_commands_of_others(command: list[str]) -> None:
    assert read_command(command) == []


def test_words_of_each_kind() -> None:
    given: list[dict[str, t.Any]] = [
        {"fault": "slow", "delay": 300, "jitter": 100, "operations": ["read"]},
        {"fault": "slow", "delay": 5000, "operations": list(OPERATIONS)},
        {"fault": "full"},
        {"fault": "quota"},
        {"fault": "io_error", "every": 3, "operations": ["read", "write"]},
        {"fault": "io_error", "operations": ["sync"]},
        {"fault": "read_only"},
        {"fault": "permission"},
        {"fault": "stale"},
        {"fault": "hang"},
        {"fault": "unreachable"},
        {"fault": "disconnect", "every": 10},
    ]
    assert [Active(read_fault(each)).words.rpartition(", until")[0] for each in given] == [
        "slow: each read takes 300 ms longer, give or take 100 ms",
        "slow: each operation takes 5 s longer",
        "full: writes and new files get ENOSPC",
        "quota: writes and new files get EDQUOT",
        "io_error: one in 3 of read and write ends with EIO",
        "io_error: each sync ends with EIO",
        "read_only: each change gets EROFS",
        "permission: each read, listing and change gets EACCES",
        "stale: handles from before get ESTALE until their files are looked up anew",
        "hang: clients get no answer, and their connections stay",
        "unreachable: connections are refused",
        "disconnect: connections are reset every 10 s",
    ]


def test_end_is_told_in_utc() -> None:
    (active,) = with_fault([], Fault("hang", duration=60), NOW)
    assert active.words.endswith(", until 2027-01-15 08:01:00 UTC")
    assert fault_result(active) == {
        "fault": "hang",
        "duration": 60,
        "until": "2027-01-15T08:01:00Z",
        "description": active.words,
    }
    assert not active.over(NOW + 59) and active.over(NOW + 61) and not Active(FULL).over(NOW)


def test_fault_that_is_on_as_it_is_stays_and_its_time_goes_on() -> None:
    on = with_fault([Active(FULL)], Fault("hang", duration=60), NOW)
    assert with_fault(on, Fault("hang", duration=60), NOW + 30) == on
    assert with_fault(on, FULL, NOW + 30) == on


def test_other_options_replace_a_fault_of_the_same_kind_alone() -> None:
    on = [Active(FULL), Active(SLOW)]
    slower = read_fault({"fault": "slow", "delay": 900})
    assert with_fault(on, slower, NOW) == [Active(FULL), Active(slower)]
    longer = read_fault({"fault": "full", "duration": 10})
    assert with_fault(on, longer, NOW) == [Active(SLOW), Active(longer, 1_800_000_010)]


def test_ending() -> None:
    on = [Active(FULL), Active(SLOW)]
    assert without(on, "full") == [Active(SLOW)]
    assert without(on, "hang") == on
    assert without(on, None) == []
