# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds of every file of the plugins and of all tasks: length, how programs are run, and that a shared name is written once."""

from __future__ import annotations

import ast
import re
import typing as t
from itertools import pairwise
from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.module_utils._server import pod

from .documents import ROOT

PLUGINS = ROOT / "plugins"
CONTAINERS = {pod.INIT_CONTAINER, pod.SERVER_CONTAINER, pod.AGENT_CONTAINER}


def literals(path: Path) -> t.Iterator[str]:
    """The string literals of a file's code, those in f-strings included; no docstrings and no pages for users."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    documents = [
        node for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("DOCUMENTATION", "EXAMPLES", "RETURN")
    ]  # fmt: skip
    prose = {id(node.value) for node in [*statements, *documents]}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_containers_are_named_in_one_place() -> None:
    found = {
        f"{path.relative_to(PLUGINS)}: {literal}"
        for path in PLUGINS.rglob("*.py")
        if path != PLUGINS / "module_utils" / "_server" / "pod.py"
        for literal in literals(path)
        if any(name in literal for name in CONTAINERS)
    }
    assert found == set()


# Words of which there may be one. Not bytes and the like, of which nobody minds.
SEVERAL = re.compile(r" (changes|checks|conflicts|containers|entries|errors|files|names|paths|pods|results|servers)\b")
AGENT = ROOT / "roles" / "nas_image" / "files" / "nas_sync_agent"


def test_nothing_says_1_files() -> None:
    """What is counted is counted with ``counted``; a number that is written in the code is more than one."""
    found = set()
    for path in [*PLUGINS.rglob("*.py"), *AGENT.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for number, word in pairwise(node.values if isinstance(node, ast.JoinedStr) else []):
                if not isinstance(number, ast.FormattedValue) or getattr(number.value, "id", "_x").isupper():
                    continue
                if SEVERAL.match(str(getattr(word, "value", ""))):
                    found.add(f"{path.relative_to(ROOT)}: {ast.unparse(node)}")
    assert found == set()


def test_no_file_of_the_plugins_is_longer_than_250_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PLUGINS.rglob("*.py")}
    assert {str(path.relative_to(PLUGINS)): lines for path, lines in lengths.items() if lines > 250} == {}


def test_programs_are_told_every_word_as_it_stands() -> None:
    """AnsibleModule.run_command by itself replaces variables in them."""
    bare = [
        f"{path.relative_to(PLUGINS)}: {line.strip()}"
        for path in PLUGINS.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if ".run_command" in line.replace("verbatim(module.run_command)", "").replace("AnsibleModule.run_command", "")
    ]
    assert bare == []


def test_no_task_has_a_script_copied() -> None:
    # Ansible runs the copy by a path that it does not quote, and a user's home may have a space in it.
    tasks = [path for part in ("playbooks", "roles") for path in (ROOT / part).rglob("*.yml")]
    assert tasks
    assert not [
        path for path in tasks if re.search(r"^\s+(?:- )?(?:ansible\.builtin\.)?script:", path.read_text(), re.M)
    ]
