# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of a server's options says what the model does: names, types, bounds and defaults."""

from __future__ import annotations

import importlib.util
import sys
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from ...module_runner import CHECKOUT

_SPEC = importlib.util.spec_from_file_location("topology_tool", CHECKOUT / "tools" / "topology.py")
assert _SPEC and _SPEC.loader
tool: t.Any = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = tool  # where dataclasses look for it
_SPEC.loader.exec_module(tool)

OPTIONS: t.Sequence[t.Any] = tool.OPTIONS
# No value of these types is one of the option.
WRONG: dict[str, t.Any] = {
    "int": "many",
    "bool": "perhaps",
    "str": ["a"],
    "list of str": "192.0.2.0/24",
    "list of int": "4",
    "int or str": "all",
    "int or `auto`": "any",
    "str or `auto`": ["a"],
}
# What an option stands beside, where that is not a port alone.
BESIDE: dict[str, dict[str, t.Any]] = {"address": {}, "mount_port": {"port": 32159, "nfs_versions": [3, 4]}}


def problems(name: str, value: t.Any) -> list[str]:
    """What is refused of the third server of three, whose option has this value."""
    entry: dict[str, t.Any] = {"name": "nas-output-9", **BESIDE.get(name, {"port": 32159})}
    if name.startswith("exports[]."):
        name, value = "exports", [{"path": "/vol/out9", name.partition(".")[2]: value}]
    at, keys = entry, name.split(".")
    for key in keys[:-1]:
        at = at.setdefault(key, {})
    at[keys[-1]] = value
    others = [{"name": "nas-input-8", "port": 32157}, {"name": "nas-input-9", "port": 32158}]
    try:
        read_topology({"servers": [*others, entry]})
    except SimulatorError as error:
        return list(error.details["problems"])
    return []


def test_every_option_of_the_model_is_described_once() -> None:
    assert sorted(option.name for option in OPTIONS) == sorted(tool.known())


@pytest.mark.parametrize("option", [each for each in OPTIONS if each.name != "name"], ids=lambda option: option.name)
def test_a_value_of_another_type_is_refused_with_the_server_and_the_option(option: t.Any) -> None:
    (problem,) = problems(option.name, WRONG[option.type])
    first = option.name.split(".")[0].replace("[]", "[1]")
    assert problem.startswith(f"server nas-output-9: {first}"), problem


@pytest.mark.parametrize("option", [each for each in OPTIONS if each.values], ids=lambda option: option.name)
def test_the_values_are_those_that_the_model_takes(option: t.Any) -> None:
    assert [problems(option.name, value) for value in option.values] == [[] for _value in option.values]
    beyond = [option.values[0] - 1, option.values[1] + 1] if option.type.startswith("int") else ["another"]
    assert all(problems(option.name, value) for value in beyond)


@pytest.mark.parametrize("change", ["a", ""])
def test_a_table_that_is_out_of_date_is_found(
    change: str, tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "topology.md"
    page.write_text(f"before\n{tool.BEGIN}\n{tool.END}\nafter\n")
    monkeypatch.setattr(tool, "PAGE", page)
    assert tool.main([]) == 0
    page.write_text(page.read_text().replace("| key |", f"| key{change} |"))
    assert tool.main(["--check"]) == len(change)
    assert ("out of date" in capsys.readouterr().out) is bool(change)
