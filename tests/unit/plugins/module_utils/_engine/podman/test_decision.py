# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is to do with servers on podman, and which volumes go by it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Action, Current
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.decision import decide
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.volume_fate import (
    ANEW,
    KEPT,
    OTHER_KIND,
    REMOVED,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images


def described(storage: str = "empty_dir", **more: t.Any) -> dict[str, t.Any]:
    return {"storage": storage, "generation": "one", "windows_directory": r"C:\a", "local_directory": "/a", **more}


def current(storage: str = "empty_dir") -> dict[str, Current]:
    return {"a": Current("a", described(storage), running=True, stopped=False)}


def request(state: str, **more: t.Any) -> Request:
    return Request(state, Images("nas"), **more)


def test_what_is_as_it_is_wanted_is_left_alone() -> None:
    decision = decide({"a": described()}, current(), [], request("started"))
    assert (decision.actions, decision.diff, decision.losing) == ([], {"before": {}, "after": {}}, frozenset())


@pytest.mark.parametrize(
    ("storage", "delete_storage", "fate"),
    [("empty_dir", False, REMOVED), ("persistent", False, KEPT), ("persistent", True, REMOVED)],
)
def test_a_volume_goes_with_its_server_unless_it_is_persistent(storage: str, delete_storage: bool, fate: str) -> None:
    asked = request("absent", delete_storage=delete_storage)
    decision = decide({"a": {}}, current(storage), [], asked)
    assert decision.actions == [Action("remove", "a")]
    assert decision.diff["after"]["a"] == {"state": "absent", "volume": fate}
    assert decision.losing == ({"a"} if fate == REMOVED else set())


def test_a_disabled_server_loses_its_empty_dir_and_no_persistent_volume() -> None:
    assert decide({}, current(), ["a"], request("started")).losing == {"a"}
    assert decide({}, current("persistent"), ["a"], request("started", delete_storage=True)).losing == set()


def test_containers_are_made_anew_around_their_volume() -> None:
    decision = decide({"a": described(image="2")}, current(), [], request("started"))
    assert decision.actions == [Action("replace", "a")] and decision.losing == set()
    assert decision.diff["after"]["a"]["volume"] == KEPT


def test_another_windows_directory_takes_another_volume() -> None:
    other = described(generation="two", local_directory="/b")
    decision = decide({"a": other}, current(), [], request("started"))
    assert decision.losing == {"a"} and decision.diff["after"]["a"]["volume"] == ANEW


def test_a_persistent_volume_is_not_discarded_for_another_directory() -> None:
    other = described("persistent", generation="two", local_directory="/b")
    with pytest.raises(SimulatorError, match=r"^server a: its persistent volume belongs to"):
        decide({"a": other}, current("persistent"), [], request("started"))


def in_memory(size_limit: str = "64Mi") -> dict[str, t.Any]:
    return described("memory", size_limit=size_limit)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("before", "after", "fate"),
    [
        (described(), in_memory(), OTHER_KIND),
        (in_memory(), described(), OTHER_KIND),
        (in_memory(), described("persistent"), OTHER_KIND),
        (in_memory(), in_memory("128Mi"), OTHER_KIND),
        (in_memory(), {**in_memory(), "image": "2"}, KEPT),
    ],
)
def test_a_volume_in_memory_becomes_none_of_another_kind_or_size(
    before: dict[str, t.Any], after: dict[str, t.Any], fate: str, check_mode: bool
) -> None:
    found = {"a": Current("a", before, running=True, stopped=False)}
    decision = decide({"a": after}, found, [], request("started", check_mode=check_mode))
    assert decision.actions == [Action("replace", "a")]
    assert decision.diff["after"]["a"]["volume"] == fate and decision.losing == ({"a"} if fate == OTHER_KIND else set())


def test_a_volume_in_memory_goes_with_its_server() -> None:
    found = {"a": Current("a", in_memory(), running=True, stopped=False)}
    assert decide({"a": {}}, found, [], request("absent")).losing == {"a"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_persistent_volume_is_not_given_up_for_one_in_memory(check_mode: bool) -> None:
    with pytest.raises(
        SimulatorError, match=r"^server a: storage.type: its persistent volume cannot become one in memory"
    ):
        decide({"a": in_memory()}, current("persistent"), [], request("started", check_mode=check_mode))
    given_up = request("started", check_mode=check_mode, delete_storage=True)
    assert decide({"a": in_memory()}, current("persistent"), [], given_up).losing == {"a"}
