# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table at the end of a play: of the right tasks, of the last of them, and of nothing else."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.callback.summary import CallbackModule


@pytest.fixture
def shown() -> list[str]:
    return []


@pytest.fixture
def summary(shown: list[str]) -> CallbackModule:
    display = types.SimpleNamespace(verbosity=0, display=lambda line, *_rest, **_options: shown.append(line))
    return CallbackModule(display=display)


def ended(
    summary: CallbackModule, result: dict[str, t.Any], *, action: str = "file_simulator.nas.nas_server_info", host="a"
) -> None:
    """Tell the callback that a task ended well."""
    task = types.SimpleNamespace(action=action)
    named = types.SimpleNamespace(get_name=lambda: host)
    summary.v2_runner_on_ok(
        types.SimpleNamespace(_task=task, _result=result, _host=named, task=task, result=result, host=named)
    )


def test_prints_the_table_after_everything_else(summary: CallbackModule, shown: list[str]) -> None:
    ended(summary, {"table": ["SERVER", "nas-input-1"]})
    assert shown == []
    summary.v2_playbook_on_stats(None)
    assert shown == ["SERVER", "nas-input-1"]


@pytest.mark.parametrize(
    "action", ["nas_server_info", "file_simulator.nas.nas_server_info", "file_simulator.nas.nas_topology_info"]
)
def test_knows_the_module_by_either_name(action: str, summary: CallbackModule, shown: list[str]) -> None:
    ended(summary, {"table": ["x"]}, action=action)
    summary.v2_playbook_on_stats(None)
    assert shown == ["x"]


@pytest.mark.parametrize("action", ["ansible.builtin.debug", "file_simulator.nas.nas_server", "my_nas_server_info"])
def test_leaves_other_tasks_alone(action: str, summary: CallbackModule, shown: list[str]) -> None:
    ended(summary, {"table": ["x"]}, action=action)
    summary.v2_playbook_on_stats(None)
    assert shown == []


def test_prints_what_stays(summary: CallbackModule, shown: list[str]) -> None:
    ended(summary, {"ansible_facts": {"another": ["x"]}}, action="ansible.builtin.set_fact")
    ended(
        summary, {"ansible_facts": {"file_simulator_left": ["What stays:", "- a"]}}, action="ansible.builtin.set_fact"
    )
    ended(summary, {"ansible_facts": {"another": ["x"]}}, action="set_fact")
    summary.v2_playbook_on_stats(None)
    assert shown == ["What stays:", "- a"]


def test_last_task_counts(summary: CallbackModule, shown: list[str]) -> None:
    ended(summary, {"table": ["old"]})
    ended(summary, {"table": ["new"]})
    summary.v2_playbook_on_stats(None)
    assert shown == ["new"]


def test_several_hosts_are_named(summary: CallbackModule, shown: list[str]) -> None:
    for host in ("a", "b"):
        ended(summary, {"table": [f"table of {host}"]}, host=host)
    summary.v2_playbook_on_stats(None)
    assert shown == ["a", "table of a", "b", "table of b"]


@pytest.mark.parametrize("result", [{}, {"table": ["secret"], "_ansible_no_log": True}])
def test_prints_nothing_where_there_is_nothing_to_show(
    result: dict[str, t.Any], summary: CallbackModule, shown: list[str]
) -> None:
    ended(summary, result)
    summary.v2_playbook_on_stats(None)
    assert shown == []


def test_prints_nothing_when_nobody_asked(summary: CallbackModule, shown: list[str]) -> None:
    summary.v2_playbook_on_stats(None)
    assert shown == []


def test_what_was_checked_comes_after_how_the_servers_are(summary: CallbackModule, shown: list[str]) -> None:
    ended(summary, {"table": ["checks"]}, action="file_simulator.nas.nas_validation_report")
    ended(summary, {"table": ["servers"]})
    summary.v2_playbook_on_stats(None)
    assert shown == ["servers", "", "checks"]
