# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each plugin that users name is documented as the field does it, and has tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from .documents import ROOT, blocks
from .test_modules import texts

PLUGINS = [path for kind in ("callback", "filter", "inventory") for path in sorted(ROOT.glob(f"plugins/{kind}/*.py"))]

each_plugin = pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.stem)


@each_plugin
def test_its_documentation_has_its_name_and_since_when_it_is_there(plugin: Path) -> None:
    documentation = yaml.safe_load(texts(plugin)["DOCUMENTATION"])
    assert documentation["name"] == plugin.stem
    assert re.fullmatch(r"\d+\.\d+\.\d+", documentation["version_added"])
    assert documentation["short_description"] and documentation["description"]


@each_plugin
def test_its_examples_are_yaml(plugin: Path) -> None:
    examples = [each for each in yaml.safe_load_all(texts(plugin).get("EXAMPLES", "")) if each]
    if plugin.parent.name == "inventory":
        assert examples and all(each["plugin"] == f"file_simulator.nas.{plugin.stem}" for each in examples)


@each_plugin
def test_it_has_unit_tests(plugin: Path) -> None:
    assert (ROOT / "tests/unit/plugins" / plugin.parent.name / f"test_{plugin.stem}.py").is_file()


def test_inventories_in_documents_give_options_that_there_are() -> None:
    documentation = yaml.safe_load(texts(ROOT / "plugins/inventory/servers.py")["DOCUMENTATION"])
    # The options of the fragments that its examples and documents use.
    known = {
        *documentation["options"],
        "engine",
        "kubeconfig",
        "context",
        "keyed_groups",
        "groups",
        "compose",
        "strict",
    }
    given = [yaml.safe_load(text) for path in ROOT.glob("docs/*.md") for text in blocks(path, "yaml")]
    inventories = [each for each in given if isinstance(each, dict) and each.get("plugin")]
    assert inventories and all(set(each) <= known for each in inventories)
