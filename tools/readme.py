#!/usr/bin/env python3
# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the README's tables of modules, plugins, roles and playbooks; with --check, fails where they are out of date.

A table stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``. Its rows come from what the files say of themselves.
"""

from __future__ import annotations

import ast
import re
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"


def documentation(plugin: Path) -> dict[str, t.Any]:
    """Return a module's or plugin's DOCUMENTATION."""
    for node in ast.parse(plugin.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise ValueError(f"{plugin}: no DOCUMENTATION")


def table(head: str, rows: t.Iterable[tuple[str, str]]) -> str:
    """Return a Markdown table of two columns; ``head`` is above the first."""
    lines = [f"| {head} | |", "|---|---|", *(f"| {name} | {meaning} |" for name, meaning in rows)]
    return "\n".join(lines)


def modules() -> str:
    """Return the table of modules, with their short descriptions."""
    found = [documentation(path) for path in sorted(ROOT.glob("plugins/modules/*.py"))]
    return table("module", [(f"`{doc['module']}`", doc["short_description"]) for doc in found])


def plugins() -> str:
    """Return the table of plugins that users name, with their short descriptions."""
    # An action plugin is a part of the module of its name.
    found = [
        (path.parent.name, documentation(path))
        for kind in ("callback", "connection", "filter", "inventory", "lookup", "test")
        for path in sorted(ROOT.glob(f"plugins/{kind}/*.py"))
    ]
    return table("plugin", [(f"`{doc['name']}` ({kind})", doc["short_description"]) for kind, doc in found])


def roles() -> str:
    """Return the table of roles, with the short descriptions of their argument_specs."""
    rows = []
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        role, specs = path.parents[1].name, yaml.safe_load(path.read_text())["argument_specs"]["main"]
        rows.append((f"[`{role}`](roles/{role}/README.md)", specs["short_description"]))
    return table("role", rows)


def playbooks() -> str:
    """Return the table of playbooks, with the name of the first play of each."""
    rows = []
    for path in sorted(ROOT.glob("playbooks/*.yml")):
        plays = yaml.safe_load(path.read_text())
        rows.append((f"`file_simulator.nas.{path.stem}`", plays[0]["name"]))
    return table("playbook", rows)


TABLES: dict[str, t.Callable[[], str]] = {
    "modules": modules,
    "plugins": plugins,
    "roles": roles,
    "playbooks": playbooks,
}


def renewed(text: str) -> str:
    """Return the README with its tables as they should be. Raises ValueError where one has no place."""
    for name, make in TABLES.items():
        parts = re.split(f"(<!-- /?{name} -->)", text)
        if len(parts) != 5:
            raise ValueError(f"README.md wants one place for its table, from <!-- {name} --> to <!-- /{name} -->")
        parts[2] = f"\n{make()}\n"
        text = "".join(parts)
    return text


def main(arguments: list[str]) -> int:
    """Write the tables, or compare them; return the exit code."""
    text = README.read_text()
    if "--check" not in arguments:
        README.write_text(renewed(text))
    elif renewed(text) != text:
        print("README.md's tables are out of date; run tools/readme.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
