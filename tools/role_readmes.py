#!/usr/bin/env python3
# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes each role's README.md and meta/main.yml from its argument_specs; with --check, fails where one is out of date.

Also fails where a role's defaults and its argument_specs do not name the same variables, or give them other values.
"""

from __future__ import annotations

import json
import os
import re
import sys
import typing as t
from pathlib import Path

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

ROLES = Path(__file__).resolve().parents[1] / "roles"
README = """# {role}

{short}.

{description}

| variable | type | default | meaning |
|---|---|---|---|
{rows}

```yaml
- hosts: localhost
  roles:
    - file_simulator.nas.{role}
```

This page is made from `meta/argument_specs.yml` by `tools/role_readmes.py`.
"""
META = """---
# Made from argument_specs.yml by tools/role_readmes.py.
galaxy_info:
  author: file_simulator.nas contributors
  description: {short}
  license: GPL-3.0-or-later
  min_ansible_version: "2.19"
dependencies:{dependencies}
"""
# Whose defaults other roles take theirs from; it comes before a role that does.
SHARED = "nas_connection"
# What Ansible replaces by "this was not given".
_OMIT = "__omit__"


def plain(text: str) -> str:
    """Turn Ansible's markup into Markdown."""
    text = re.sub(r"[OVC]\((.*?)\)", r"`\1`", " ".join(text.split()))
    return re.sub(r"M\((.*?)\)", r"`\1`", text)


def shown(option: dict[str, t.Any]) -> str:
    """Return an option's default as people write it in a playbook."""
    if "default" not in option:
        return "required" if option.get("required") else "not set"
    value = option["default"]
    if value == "":
        return "empty"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def written_defaults(role: Path) -> dict[str, t.Any]:
    """Return a role's defaults as they are written, expressions included."""
    return dict(DataLoader().load_from_file(str(role / "defaults/main.yml"), trusted_as_template=True))


def defaults_of(role: Path) -> dict[str, t.Any]:
    """Return a role's defaults where nobody has set another variable, with ``~`` for the home directory."""
    defaults = written_defaults(role)
    # The host is named by the play.
    surroundings = {"omit": _OMIT, "inventory_hostname": "inventory_hostname"}
    templar = Templar(loader=DataLoader(), variables={**written_defaults(ROLES / SHARED), **defaults, **surroundings})
    # The home directory of whoever makes the page is no default.
    home, os.environ["HOME"] = os.environ.get("HOME", ""), "~"
    try:
        return {name: templar.template(value) for name, value in defaults.items()}
    finally:
        os.environ["HOME"] = home


def complaints(role: Path, options: dict[str, t.Any]) -> list[str]:
    """Return what defaults/main.yml and argument_specs.yml say differently of a role's variables."""
    defaults = defaults_of(role)
    found = [f"{name} is only in its argument_specs" for name in options.keys() - defaults.keys()]
    found += [f"{name} is only in its defaults" for name in defaults.keys() - options.keys()]
    for name in options.keys() & defaults.keys():
        specified = options[name].get("default", _OMIT)
        if specified != defaults[name]:
            found.append(f"{name} is {specified!r} in its argument_specs, {defaults[name]!r} in its defaults")
    return [f"{role.name}: {complaint}" for complaint in sorted(found)]


def dependencies(role: Path) -> str:
    """Return the roles whose defaults a role's own are made of, as YAML."""
    uses = any(f"{SHARED}_" in str(value) for value in written_defaults(role).values())
    return f"\n  - role: file_simulator.nas.{SHARED}" if uses and role.name != SHARED else " []"


def pages(role: Path, specs: dict[str, t.Any]) -> dict[Path, str]:
    """Return the files that are made from a role's main argument spec, with their text."""
    rows = [
        f"| `{name}` | {option['type']} | {shown(option)} | {plain(option['description'])}"
        + (f" One of {', '.join(f'`{choice}`' for choice in option['choices'])}." if "choices" in option else "")
        + " |"
        for name, option in specs["options"].items()
    ]
    short = plain(specs["short_description"])
    description = "\n".join(plain(line) for line in specs["description"])
    return {
        role / "README.md": README.format(role=role.name, short=short, description=description, rows="\n".join(rows)),
        role / "meta/main.yml": META.format(short=short, dependencies=dependencies(role)),
    }


def main(arguments: list[str]) -> int:
    """Write the files, or compare them; return the exit code, 1 also where defaults and argument_specs differ."""
    init_plugin_loader()
    wrong: list[str] = []
    for role in sorted(path for path in ROLES.iterdir() if path.is_dir()):
        specs = yaml.safe_load((role / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]
        wrong += complaints(role, specs["options"])
        for target, text in pages(role, specs).items():
            if "--check" not in arguments:
                target.write_text(text)
            elif not target.exists() or target.read_text() != text:
                wrong.append(f"{target.relative_to(ROLES.parent)} is out of date; run tools/role_readmes.py")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
