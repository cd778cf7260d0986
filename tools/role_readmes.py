#!/usr/bin/env python3
# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes each role's README from its argument_specs; with --check, fails where one is out of date.

Also fails where a role's defaults and its argument_specs name different variables.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

ROLES = Path(__file__).resolve().parents[1] / "roles"
TEMPLATE = """# {role}

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


def plain(text: str) -> str:
    """Turn Ansible's markup into Markdown."""
    text = re.sub(r"[OVC]\((.*?)\)", r"`\1`", " ".join(text.split()))
    return re.sub(r"M\((.*?)\)", r"`\1`", text)


def readme(role: Path) -> str:
    """Return the text of a role's README. Raises ValueError where specs and defaults differ."""
    specs = yaml.safe_load((role / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]
    defaults = yaml.safe_load((role / "defaults/main.yml").read_text())
    if set(specs["options"]) != set(defaults):
        odd = ", ".join(sorted(set(specs["options"]) ^ set(defaults)))
        raise ValueError(f"{role.name}: in only one of defaults and argument_specs: {odd}")
    rows = [
        f"| `{name}` | {option['type']} | `{str(option.get('default', '')) or 'empty'}` | {plain(option['description'])}"
        + (f" One of {', '.join(f'`{choice}`' for choice in option['choices'])}." if "choices" in option else "")
        + " |"
        for name, option in specs["options"].items()
    ]
    return TEMPLATE.format(
        role=role.name,
        short=plain(specs["short_description"]),
        description="\n".join(plain(line) for line in specs["description"]),
        rows="\n".join(rows),
    )


def main(arguments: list[str]) -> int:
    wrong = 0
    for role in sorted(path for path in ROLES.iterdir() if (path / "meta").is_dir()):
        text, target = readme(role), role / "README.md"
        if "--check" not in arguments:
            target.write_text(text)
        elif not target.exists() or target.read_text() != text:
            print(f"{target.relative_to(ROLES.parent)} is out of date; run tools/role_readmes.py")
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
