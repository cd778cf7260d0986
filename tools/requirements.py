#!/usr/bin/env python3
# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes docs/requirements.md, and its texts for the HTML report, from docs/traceability.yml and the catalogue of checks.

With --check, fails where one of them differs.

Also fails where no test or check verifies a requirement, a test that is named is not there, or a check verifies a
requirement that does not exist. Tests are looked up in the files' syntax trees: nothing is run or imported for that.
"""

from __future__ import annotations

import ast
import importlib
import json
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".ansible" / "collections"))
SOURCE, TARGET = "docs/traceability.yml", "docs/requirements.md"
# What each asks for, for the HTML report, which has no docs beside it.
TEXTS = "plugins/plugin_utils/_reports/templates/requirements.json"
KEYS = {"id", "met", "tests", "missing"}
TEMPLATE = """# What must be true, and what verifies it

A *check* looks at running servers from outside, as a client does: `make validate`. A *test* is part of the project's
own tests. What clients see is verified over the NFS protocol, never by a look at a server's own disk.
{requirements}
## The checks

| check | is true when it passes | requirements | tags |
|---|---|---|---|
{checks}

Checks with the tag `disruptive` take servers out of service for a while and are made only when asked for
(`-e validation_disruptive=true`). A check that does not apply to a server or an engine is skipped, with the reason.

This page is made from `{source}` and the catalogue of checks by `tools/requirements.py`.
"""


class Check(t.Protocol):
    """What is read of a check in the catalogue."""

    name: str
    title: str
    requirements: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Requirement:
    """One requirement; ``missing`` tells what no test shows yet, and is empty where nothing is."""

    id: str
    met: str
    tests: tuple[str, ...] = ()
    missing: str = ""


def read(text: str) -> dict[str, list[Requirement]]:
    """Return the requirements by heading. Raises ValueError where the file is not as it should be."""
    found: dict[str, list[Requirement]] = {}
    for group in yaml.safe_load(text):
        for entry in group["requirements"]:
            if not {"id", "met"} <= set(entry) <= KEYS:
                raise ValueError(
                    f"{SOURCE}: an entry has {', '.join(map(str, entry))}; there are {', '.join(sorted(KEYS))}"
                )
            requirement = Requirement(
                entry["id"], entry["met"], tuple(entry.get("tests", ())), entry.get("missing", "")
            )
            found.setdefault(group["heading"], []).append(requirement)
    ids = [requirement.id for group in found.values() for requirement in group]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"{SOURCE}: given twice: {', '.join(twice)}")
    return found


def problems(groups: t.Mapping[str, t.Sequence[Requirement]], checks: t.Sequence[Check], root: Path) -> list[str]:
    """Return what is wrong: requirements that nothing verifies, tests that are not there, checks that verify what does not exist."""
    requirements = [requirement for group in groups.values() for requirement in group]
    known = {requirement.id for requirement in requirements}
    proved = {name for check in checks for name in check.requirements}
    wrong = [
        f"{SOURCE}: {requirement.id}: nothing proves it"
        for requirement in requirements
        if not requirement.tests and requirement.id not in proved
    ]
    wrong += [
        f"{SOURCE}: {requirement.id}: {problem}"
        for requirement in requirements
        for test in requirement.tests
        for problem in [test_problem(test, root)]
        if problem
    ]
    wrong += [
        f"check {check.name}: requirement {name} is not in {SOURCE}"
        for check in checks
        for name in check.requirements
        if name not in known
    ]
    return wrong


def test_problem(node_id: str, root: Path) -> str:
    """Return why pytest would not find a test, empty when it would. A class stands for all its tests."""
    path, *names = node_id.split("::")
    file = root / path
    if not (file.name.startswith("test_") and file.is_file()):
        return f"{path} is no file of tests"
    if not names:
        return f"{node_id}: name a test in it"
    body: t.Sequence[ast.stmt] = ast.parse(file.read_text(encoding="utf-8")).body
    for name in names:
        found = next(
            (node for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name), None
        )
        if found is None or not name.startswith(("test_", "Test")):
            return f"{path} has no test {'::'.join(names)}"
        body = found.body if isinstance(found, ast.ClassDef) else ()
    return ""


def page(groups: t.Mapping[str, t.Sequence[Requirement]], checks: t.Sequence[Check]) -> str:
    """Return the text of docs/requirements.md."""
    parts = []
    for heading, requirements in groups.items():
        rows = "\n".join(_row(requirement, checks) for requirement in requirements)
        parts.append(f"\n## {heading}\n\n| id | met when | checks | tests |\n|---|---|---|---|\n{rows}\n")
    listed = "\n".join(
        f"| `{check.name}` | {check.title} | {', '.join(check.requirements) or 'none of its own'} | {', '.join(check.tags)} |"
        for check in checks
    )
    return TEMPLATE.format(requirements="".join(parts), checks=listed, source=SOURCE)


def _row(requirement: Requirement, checks: t.Sequence[Check]) -> str:
    made = ", ".join(f"`{check.name}`" for check in checks if requirement.id in check.requirements)
    tests = "<br>".join(_linked(test) for test in requirement.tests)
    missing = f" **Missing:** {requirement.missing}" if requirement.missing else ""
    return f"| {requirement.id} | {requirement.met}{missing} | {made or 'none'} | {tests or 'none'} |"


def _linked(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[`{Path(path).stem}::{name}`](../{path})"


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; return the exit code, 1 also where a requirement names a test that is not there."""
    # By name: the collection is on the path only since above.
    module = importlib.import_module("ansible_collections.file_simulator.nas.plugins.module_utils._checks.catalogue")
    catalogue: t.Sequence[Check] = module.CATALOGUE
    try:
        groups = read((ROOT / SOURCE).read_text(encoding="utf-8"))
    except ValueError as error:
        print(error)
        return 1
    wrong = problems(groups, catalogue, ROOT)
    texts = {each.id: each.met for group in groups.values() for each in group}
    for name, text in (
        (TARGET, page(groups, catalogue)),
        (TEXTS, json.dumps(texts, indent=2, ensure_ascii=False) + "\n"),
    ):
        target = ROOT / name
        if "--check" not in arguments:
            target.write_text(text, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != text:
            wrong.append(f"{name} is out of date; run tools/requirements.py")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
