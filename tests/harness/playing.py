# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of roles by the real ansible-playbook, on a machine that a test makes up."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

from ..module_runner import CHECKOUT


class Played(t.NamedTuple):
    """What a play printed, and whether it went to its end."""

    well: bool
    out: str

    @property
    def message(self) -> str:
        """What the last task says, be it that it failed."""
        return t.cast(str, json.loads(re.findall(r'"msg": (".*")(?:}$|\n}$)', self.out, re.MULTILINE)[-1]))


COLLECTIONS = CHECKOUT / ".ansible" / "collections"


def play(
    home: Path, tasks: list[dict[str, t.Any]], *words: str, collections: Path = COLLECTIONS, **variables: t.Any
) -> Played:
    """Run ``tasks`` in ``home``; ``words`` are further arguments of ansible-playbook."""
    playbook = home / "play.yml"
    playbook.write_text(
        yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}])
    )
    environment = {
        **os.environ,
        "HOME": str(home),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_BECOME_ALLOW_SAME_USER": "1",
        "LC_ALL": "C.UTF-8",
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook), *words]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=120, check=False)
    return Played(done.returncode == 0, done.stdout + done.stderr)
