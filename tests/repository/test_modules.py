# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module is documented as the field does it, is in the action group, and has tests."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

from .documents import ROOT

MODULES = sorted(ROOT.glob("plugins/modules/*.py"))

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)


def texts(module: Path) -> dict[str, str]:
    """Return the strings that a module assigns at its top."""
    return {
        node.targets[0].id: node.value.value
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.targets[0], ast.Name)
    }


@each_module
def test_it_says_what_check_mode_and_diff_do(module: Path) -> None:
    documentation = yaml.safe_load(texts(module)["DOCUMENTATION"])
    fragments = documentation["extends_documentation_fragment"]
    if module.stem.endswith("_info"):
        assert "file_simulator.nas._attributes.info_module" in fragments
    else:
        assert "file_simulator.nas._attributes" in fragments
        own = set(documentation.get("attributes", ()))
        # All of them in full, or each said by the module itself.
        full = "file_simulator.nas._attributes.full" in fragments
        assert own == (set() if full else {"check_mode", "diff_mode", "idempotent"})


@each_module
def test_its_examples_are_tasks_that_use_it(module: Path) -> None:
    examples = yaml.safe_load(texts(module)["EXAMPLES"])
    assert all(example["name"] for example in examples)
    assert any(f"file_simulator.nas.{module.stem}" in example for example in examples)


@each_module
def test_it_says_what_it_returns(module: Path) -> None:
    assert yaml.safe_load(texts(module)["RETURN"])


@each_module
def test_it_has_unit_tests(module: Path) -> None:
    assert list(ROOT.glob(f"tests/unit/plugins/modules/test_{module.stem}*.py"))


@each_module
def test_it_goes_through_the_twelve_steps(module: Path) -> None:
    """CONTRIBUTING.md has them. What cannot be deleted has no such steps."""
    options = yaml.safe_load(texts(module)["DOCUMENTATION"]).get("options", {})
    if "absent" in options.get("state", {}).get("choices", []):
        tests = [path.read_text() for path in ROOT.glob(f"tests/unit/plugins/modules/test_{module.stem}*.py")]
        assert any("def test_twelve_steps(" in text for text in tests)


def test_the_action_group_has_all_modules() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    assert runtime["action_groups"]["nas"] == [module.stem for module in MODULES]


def test_an_action_group_has_the_modules_that_are_told_of_an_engine_and_its_servers() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    needed = {"file_simulator.nas._topology", "file_simulator.nas._engine"}
    assert runtime["action_groups"]["servers"] == [
        module.stem
        for module in MODULES
        if needed <= set(yaml.safe_load(texts(module)["DOCUMENTATION"])["extends_documentation_fragment"])
    ]
