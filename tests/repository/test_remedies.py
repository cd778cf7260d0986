# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A message says what to do to those who type make as well as to those with a playbook, and says what exists."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

from .documents import ROOT
from .test_code import PLUGINS, literals

REMEDIES = [each for each in vars(remedies).values() if isinstance(each, remedies.Remedy)] + [
    remedies.rescue("nas-a"),
    remedies.logs("nas-a"),
]
HOME = PLUGINS / "module_utils" / "_model" / "remedies.py"
# What one of the two readers alone understands, with the place where both are told.
ONE_SIDED = re.compile(
    r"\bthe role \w+|\brole (minikube|nas_\w+|windows_layout)\b|\bmake (-s )?(up|down|status|validate|rescue|accept|data|sync|reset)\b"
    r"|\b(state: (absent|started|stopped)|(delete_storage|disruptive|force|move_data_root|recreate|take_over): true)\b"
    r"|\bplaybooks/\w+|\brun nas_\w+"
)


def test_nobody_else_says_what_only_some_understand() -> None:
    found = {
        f"{path.relative_to(PLUGINS)}: {literal}"
        for path in PLUGINS.rglob("*.py")
        if path != HOME and "doc_fragments" not in path.parts
        for literal in literals(path)
        if ONE_SIDED.search(literal)
    }
    assert found == set()


def variables() -> set[str]:
    """The variables of all roles and playbooks."""
    files = (ROOT / "roles").glob("*/defaults/main.yml")
    of_roles = {name for file in files for name in yaml.safe_load(file.read_text(encoding="utf-8")) or {}}
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "playbooks").glob("*.yml")]
    return of_roles | {name for text in texts for name in re.findall(r"file_simulator_\w+", text)}


def options() -> set[str]:
    """The options of all modules, from their own pages."""
    pages = [*PLUGINS.glob("modules/*.py"), *PLUGINS.glob("doc_fragments/*.py")]
    return {
        word for page in pages for word in re.findall(r"^  (\w+):$", page.read_text(encoding="utf-8"), re.MULTILINE)
    }


@pytest.mark.parametrize("remedy", REMEDIES, ids=str)
def test_what_it_names_exists(remedy: remedies.Remedy) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake (?:-s )?([a-z-]+)", remedy.command)) <= targets
    assert set(re.findall(r"-e (\w+)=", remedy.command)) <= variables()
    assert set(re.findall(r"(\w+): \w", remedy.playbook)) <= options() | variables()
    for kind, name in re.findall(r"(role|playbook) ([\w.]+)", remedy.playbook):
        path = ROOT / ("roles" if kind == "role" else "playbooks") / name.rpartition(".")[2]
        assert path.is_dir() or path.with_suffix(".yml").is_file()
    for module in re.findall(r"\b(?:nas|minikube)_\w+(?=$| with)", remedy.playbook):
        assert module in variables() or (PLUGINS / "modules" / f"{module}.py").is_file() or "role" in remedy.playbook


def test_it_is_a_noun_with_both_words() -> None:
    assert f"{remedies.LAY_OUT} does it" == "make up (in a playbook: the role windows_layout) does it"
