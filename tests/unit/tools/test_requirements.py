# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of requirements cannot drift: each way in which it could is an error with a name."""

from __future__ import annotations

import importlib.util
import sys
import types
import typing as t
from pathlib import Path

import pytest

from ...module_runner import CHECKOUT

_SPEC = importlib.util.spec_from_file_location("requirements_tool", CHECKOUT / "tools" / "requirements.py")
assert _SPEC and _SPEC.loader
tool: t.Any = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = tool  # where dataclasses look for it
_SPEC.loader.exec_module(tool)

SOURCE = """
- heading: Servers
  requirements:
    - {id: A-1, met: It runs., tests: ["tests/test_it.py::test_one", "tests/test_it.py::TestMore::test_two"]}
    - {id: A-2, met: It stops.}
"""


def check(*requirements: str) -> t.Any:
    return types.SimpleNamespace(name="runs", title="It runs", requirements=requirements, tags=("quick",))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_it.py").write_text(
        "def test_one(): pass\ndef helper(): pass\nclass TestMore:\n    def test_two(self): pass\n"
    )
    return tmp_path


def test_whole_table_has_no_problem(root: Path) -> None:
    assert tool.problems(tool.read(SOURCE), [check("A-2")], root) == []


@pytest.mark.parametrize(
    ("change", "checks", "told"),
    [
        (("", ""), [], "A-2: nothing proves it"),
        (("", ""), [check("A-2", "B-9")], "check runs: requirement B-9 is not in"),
        (("test_one", "test_gone"), [check("A-2")], "A-1: tests/test_it.py has no test test_gone"),
        (("test_two", "test_one"), [check("A-2")], "has no test TestMore::test_one"),
        (("test_one", "helper"), [check("A-2")], "has no test helper"),
        (("test_it.py::test_one", "test_gone.py::test_one"), [check("A-2")], "tests/test_gone.py is no file of tests"),
        (("::test_one", ""), [check("A-2")], "name a test in it"),
    ],
)
def test_drift_is_named(change: tuple[str, str], checks: list[t.Any], told: str, root: Path) -> None:
    found = tool.problems(tool.read(SOURCE.replace(*change)), checks, root)
    assert len(found) == 1 and told in found[0]


@pytest.mark.parametrize(
    ("change", "told"), [(("A-2", "A-1"), "given twice: A-1"), (("met: It stops.", "mat: x"), "an entry has id, mat")]
)
def test_source_that_cannot_be_right(change: tuple[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        tool.read(SOURCE.replace(*change))


def test_page_names_checks_and_links_tests() -> None:
    text = tool.page(tool.read(SOURCE), [check("A-1")])
    assert "| A-1 | It runs. | `runs` | [`test_it::test_one`](../tests/test_it.py)<br>" in text
    assert "| A-2 | It stops. | none | none |" in text
    assert "| `runs` | It runs | A-1 | quick |" in text
