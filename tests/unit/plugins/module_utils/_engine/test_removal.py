# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume may go for one kind of answer only: fresh, known, of this directory, with nothing left."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import Directory, Look, refusal

HERE = Directory("C:\\data\\out", "one", 1, 2)
SAFE: dict[str, t.Any] = {
    "nonce": "n", "state": "known", "reason": "", "halted_reason": "",
    "waiting_count": 0, "refused_count": 0, "error_count": 0,
    "windows": {"device": 1, "inode": 2, "generation": "one"},
}  # fmt: skip


def judged(flushing: bool = False, **change: t.Any) -> str:
    return refusal(Look("n", json.dumps({**SAFE, **change})), HERE, flushing=flushing)


def test_safe() -> None:
    assert judged() == judged(flushing=True) == ""
    assert judged(windows={}) == "", "a volume that no agent has used yet"


def test_many_files_are_a_few_names_and_a_number() -> None:
    listed = [{"path": f"f{number}", "reason": "too long"} for number in range(20)]
    assert judged(refused_count=70, refused=listed) == (
        "'f0', 'f1', 'f2', 'f3', 'f4' and 65 more (too long) cannot be copied to Windows"
    )


@pytest.mark.parametrize("missing", [name for name in SAFE if name != "halted_reason"])
def test_answer_without_a_field_is_none(missing: str) -> None:
    text = json.dumps({name: value for name, value in SAFE.items() if name != missing})
    assert refusal(Look("n", text), HERE, flushing=True)


@given(st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_nothing_else_is_an_answer(text: str) -> None:
    assert "nobody can tell" in refusal(Look("n", text), HERE, flushing=False)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "nonce": st.sampled_from(["n", "m"]),
            "state": st.sampled_from(["known", "unknown", ""]),
            "waiting_count": st.integers(-1, 2),
            "refused_count": st.integers(-1, 2),
            "error_count": st.integers(-1, 2),
            "windows": st.sampled_from(
                [
                    {},
                    SAFE["windows"],
                    {"device": 1, "inode": 3, "generation": "one"},
                    {"device": 1, "inode": 2, "generation": "one", "restored": "since"},
                    None,
                ]
            ),
        },
    )
)
def test_safe_means_that_every_field_says_so(change: dict[str, t.Any]) -> None:
    answer = {**SAFE, **change}
    safe = (
        answer["nonce"] == "n"
        and answer["state"] == "known"
        and not any(answer[name] for name in ("waiting_count", "refused_count", "error_count"))
        and answer["windows"] in ({}, SAFE["windows"])
    )
    assert (judged(**change) == "") == safe
