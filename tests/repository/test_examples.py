# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every make command in a document: a shell takes it, and Ansible gets what the reader would expect."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from .desk import Desk
from .documents import DOCUMENTS, ROOT

_PLAYS = ("up", "down", "status", "validate", "rescue", "accept", "logs", "doctor", "data", "sync", "reset", "topology")
# In a table or a sentence between backquotes, in an indented line, or behind "script:" of a CI file.
_COMMAND = re.compile(
    rf"(?:`|^ {{4}}|^ *script: )(?:time )?(make (?:-s )?(?:{'|'.join(_PLAYS)})\b[^`\n]*)", re.MULTILINE
)


def commands() -> list[str]:
    found = {match.strip() for document in DOCUMENTS for match in _COMMAND.findall(document.read_text())}
    # What stands for any value is no command.
    return sorted(command for command in found if "…" not in command)


def known_variables() -> set[str]:
    """Return the variables that roles and playbooks take."""
    roles = [yaml.safe_load(path.read_text()) for path in ROOT.glob("roles/*/meta/argument_specs.yml")]
    names = {name for role in roles for spec in role["argument_specs"].values() for name in spec.get("options", {})}
    texts = [path.read_text() for kind in ("playbooks/*.yml", "roles/*/*/*.yml") for path in ROOT.glob(kind)]
    return names | {name for text in texts for name in re.findall(r"file_simulator_\w+", text)}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    found = Desk(tmp_path_factory.mktemp("desk"))
    assert found.make("venv").status == 0
    return found


def test_there_are_commands() -> None:
    assert len(commands()) > 20


@pytest.mark.parametrize("command", commands())
def test_command_reaches_ansible_as_it_is_written(command: str, desk: Desk) -> None:
    said = desk.shell(command, CI_PROJECT_DIR="/builds/orders", ANSIBLE_SAYS="all that was asked for", ANSIBLE_ENDS="1")
    words = said.err + said.out
    assert "all that was asked for" in words and "Error 127" not in words, said
    arguments = shlex.split(next(line for line in words.splitlines() if line.startswith("Ansible of")))
    given = re.search(r"ARGS=(.*?)(?: +#.*)?$", command)
    if given:
        # What the shell makes of the value, and then make's own shell of that.
        value = shlex.split(given[1])[0].replace("$CI_PROJECT_DIR", "/builds/orders")
        assert [str(Path(word).expanduser()) for word in shlex.split(value)] <= [
            str(Path(word).expanduser()) for word in arguments
        ], said
    assert variables_of(arguments) <= known_variables()


def variables_of(arguments: list[str]) -> set[str]:
    """Return the names that ``-e`` sets."""
    names: set[str] = set()
    for before, word in itertools.pairwise(arguments):
        if before == "-e" and not word.startswith("@"):
            names |= set(json.loads(word)) if word.startswith("{") else {word.partition("=")[0]}
    return names
