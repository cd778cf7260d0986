# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: carrying it out reaches the desired state, and then there is nothing left to do."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import (
    STATES,
    Action,
    Current,
    difference,
    plan,
)

from ...strategies import QUICK

NAMES = ["a", "b", "c", "d"]
descriptions = st.fixed_dictionaries({"image": st.sampled_from(["1", "2"])})
# Running, stopped, and neither: broken.
conditions = st.sampled_from([(True, False), (False, True), (False, False)])
currents = st.dictionaries(st.sampled_from(NAMES), st.tuples(descriptions, conditions)).map(
    lambda found: {name: Current(name, description, *condition) for name, (description, condition) in found.items()}
)


@st.composite
def situations(draw: st.DrawFn) -> dict[str, t.Any]:
    desired = draw(st.dictionaries(st.sampled_from(NAMES), descriptions))
    disabled = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return {
        "state": draw(st.sampled_from(STATES)),
        "desired": desired,
        "current": draw(currents),
        "unwanted": [name for name in disabled if name not in desired],
        "purge": draw(st.booleans()),
    }


def planned(situation: dict[str, t.Any], current: t.Mapping[str, Current] | None = None) -> list[Action]:
    found = situation["current"] if current is None else current
    return plan(
        situation["state"],
        situation["desired"],
        found,
        unwanted=situation["unwanted"],
        purge=situation["purge"],
    )


def carried_out(actions: list[Action], situation: dict[str, t.Any]) -> dict[str, Current]:
    """A model of an engine: what is there after ``actions``, each of which must make sense."""
    found = dict(situation["current"])
    for action in actions:
        name = action.server
        if action.verb == "create":
            assert name not in found
            found[name] = Current(name, situation["desired"][name], True, False)
        elif action.verb == "replace":
            assert found[name].description != situation["desired"][name]
            found[name] = Current(name, situation["desired"][name], True, False)
        elif action.verb in ("start", "restart"):
            found[name] = Current(name, found[name].description, True, False)
        elif action.verb == "stop":
            assert not found[name].stopped
            found[name] = Current(name, found[name].description, False, True)
        else:
            assert action.verb == "remove"
            del found[name]
    return found


@QUICK
@given(situations())
def test_plan_reaches_the_wanted_state_and_then_is_empty(situation: dict[str, t.Any]) -> None:
    actions = planned(situation)
    after = carried_out(actions, situation)
    before = situation["current"]
    state, desired = situation["state"], situation["desired"]
    assert not set(situation["unwanted"]) & set(after)
    for name, description in desired.items():
        if state == "absent":
            assert name not in after
        elif state == "stopped":
            assert name not in after or after[name].stopped
        else:
            assert after[name].description == description
            left_stopped = name in before and before[name].stopped and state == "present"
            assert after[name].running or (left_stopped and before[name].description == description)
    for name in set(before) - set(desired) - set(situation["unwanted"]):
        assert (after.get(name) == before[name]) != situation["purge"]
    if state != "restarted":
        assert planned(situation, after) == []


@QUICK
@given(situations())
def test_each_server_has_one_step_and_removals_come_first(situation: dict[str, t.Any]) -> None:
    actions = planned(situation)
    assert len({action.server for action in actions}) == len(actions)
    verbs = [action.verb == "remove" for action in actions]
    assert verbs == sorted(verbs, reverse=True)
    kept = [action.server for action in actions if action.verb != "remove"]
    assert kept == [name for name in situation["desired"] if name in kept], "the order is not the topology's"


@QUICK
@given(situations())
def test_restarted_touches_every_wanted_server(situation: dict[str, t.Any]) -> None:
    situation["state"] = "restarted"
    assert {action.server for action in planned(situation) if action.needs_start} == set(situation["desired"])


@QUICK
@given(situations())
def test_difference_shows_the_touched_servers_alone(situation: dict[str, t.Any]) -> None:
    actions = planned(situation)
    diff = difference(actions, situation["desired"], situation["current"])
    touched = {action.server for action in actions}
    assert set(diff["before"]) == set(diff["after"]) == touched
    after = carried_out(actions, situation)
    for name in touched:
        assert diff["before"][name] != diff["after"][name]
        assert (diff["before"][name]["state"] == "absent") == (name not in situation["current"])
        assert (diff["after"][name]["state"] == "absent") == (name not in after)
        if name in after:
            assert diff["after"][name]["image"] == after[name].description["image"]
            assert diff["after"][name]["state"].startswith("running") == after[name].running


RUNNING = Current("a", {"image": "1"}, True, False)
STOPPED = Current("a", {"image": "1"}, False, True)
BROKEN = Current("a", {"image": "1"}, False, False)


@pytest.mark.parametrize(
    ("state", "found", "verb"),
    [
        ("present", None, "create"),
        ("present", RUNNING, None),
        ("present", STOPPED, None),
        ("present", BROKEN, "start"),
        ("started", STOPPED, "start"),
        ("started", RUNNING, None),
        ("stopped", None, None),
        ("stopped", RUNNING, "stop"),
        ("stopped", BROKEN, "stop"),
        ("stopped", STOPPED, None),
        ("restarted", RUNNING, "restart"),
        ("restarted", BROKEN, "restart"),
        ("restarted", STOPPED, "start"),
        ("absent", RUNNING, "remove"),
        ("absent", None, None),
    ],
)
@pytest.mark.parametrize("desired", ["1", "2"])
def test_step(state: str, found: Current | None, verb: str | None, desired: str) -> None:
    if desired == "2" and found and state in ("present", "started", "restarted"):
        verb = "replace"
    actions = plan(state, {"a": {"image": desired}}, {"a": found} if found else {})
    assert actions == ([Action(verb, "a")] if verb else [])


@pytest.mark.parametrize(
    ("found", "word"), [(RUNNING, "running"), (STOPPED, "stopped"), (BROKEN, "broken"), (None, "absent")]
)
def test_difference_says_how_a_server_was(found: Current | None, word: str) -> None:
    action = Action("replace" if found else "create", "a")
    diff = difference([action], {"a": {"image": "2"}}, {"a": found} if found else {})
    assert diff["before"]["a"]["state"] == word
    assert diff["after"]["a"] == {"state": "running", "image": "2"}
