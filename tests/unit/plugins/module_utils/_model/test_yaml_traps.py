# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What YAML makes something else of than was written is refused in one line, which has the line as it should be."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

SERVER = "servers:\n  - name: nas-input-1\n    port: 32150\n"


def problem(text: str) -> str:
    """The one problem that a topology has, as Ansible reads it from a file."""
    with pytest.raises(SimulatorError) as refusal:
        read_topology(yaml.safe_load(text))
    (problem,) = refusal.value.details["problems"]
    assert "\n" not in problem
    return str(problem)


def better(text: str, wrong: str, problem: str) -> t.Any:
    """The topology with the line that the problem proposes in place of the wrong one."""
    indent = wrong[: len(wrong) - len(wrong.lstrip())]
    key = wrong.strip().removeprefix("- ").partition(":")[0]
    proposed = problem[problem.rindex(f"{key}: ") :]
    dash = "- " if wrong.strip().startswith("- ") else ""
    return yaml.safe_load(text.replace(wrong, f"{indent}{dash}{proposed}"))


@pytest.mark.parametrize(
    ("line", "where", "made", "meant"),
    [
        ("instance: off", "instance: ", "off, no and false as a boolean", "off"),
        ("instance: yes", "instance: ", "on, yes and true as a boolean", "on"),
        ("instance: 12", "instance: ", "as the number 12", "12"),
        ("namespace: 1.5", "namespace: ", "as the number 1.5", "1.5"),
        (r'data_root: "C:\temp"', "data_root: ", "a backslash in double quotes", r"C:\temp"),
        (r'data_root: "C:\new\results"', "data_root: ", "a backslash in double quotes", r"C:\new\results"),
        (r'data_root: "C:\Network"', "data_root: ", "a backslash in double quotes", r"C:\Network"),
        (r'data_root: "D:\Logs"', "data_root: ", "a backslash in double quotes", r"D:\Logs"),
        (r'data_root: "D:\bob' "'s" r'\a"', "data_root: ", "a backslash in double quotes", r"D:\bob's\a"),
        ("data_root: 2026", "data_root: ", "as the number 2026", "2026"),
    ],
)
def test_line_of_the_topology(line: str, where: str, made: str, meant: str) -> None:
    text = f"{line}\n{SERVER}"
    found = problem(text)
    assert found.startswith(where) and made in found
    assert better(text, line, found)[where[:-2]] == meant


@pytest.mark.parametrize(
    ("line", "where", "made", "meant"),
    [
        ("  - name: off", "servers[1]: name: ", "off, no and false as a boolean", "off"),
        ("  - name: 7", "servers[1]: name: ", "as the number 7, without leading zeros", "7"),
        ("  - name: 007", "servers[1]: name: ", "as the number 7, without leading zeros", "7"),
        ("    port: 032150", "server nas-input-1: port: ", "032150 as an octal number", 32150),
        (r'    directory: "in\new"', "server nas-input-1: directory: ", "a backslash in double quotes", r"in\new"),
        ("    directory: 2026", "server nas-input-1: directory: ", "as the number 2026", "2026"),
    ],
)
def test_line_of_a_server(line: str, where: str, made: str, meant: t.Any) -> None:
    key = where.split(": ")[-2]
    kept = [each for each in SERVER.splitlines() if f"{key}: " not in each]
    kept.insert(1 if key == "name" else 2, line)
    text = "\n".join(kept)
    found = problem(text)
    assert found.startswith(where) and made in found
    assert better(text, line, found)["servers"][0][key] == meant


def test_characters_that_windows_allows_are_no_trap() -> None:
    topology = read_topology(yaml.safe_load(f"data_root: 'C:\\a\xa0b'\n{SERVER}"))
    assert topology.data_root.parts == ("a\xa0b",)


def test_port_out_of_range_by_itself_is_called_that() -> None:
    assert problem(SERVER.replace("32150", "8080")) == "server nas-input-1: port: 8080 is outside 30000..32767"
