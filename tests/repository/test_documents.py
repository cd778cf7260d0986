# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documents agree with the checkout: links, commands, names, and everything that is written in YAML."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as _default_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from .documents import DOCUMENTS, ROOT, anchors, blocks, links, name, prose

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][\w-]*):", MAKEFILE, re.MULTILINE))
KINDS = ("modules", "callback", "action", "filter", "inventory")
NAMES = {path.stem for kind in KINDS for path in ROOT.glob(f"plugins/{kind}/*.py")}
NAMES |= {path.stem for path in ROOT.glob("playbooks/*.yml")} | {path.name for path in ROOT.glob("roles/*")}
NAMES |= set(yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"])

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=name)


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    dead = []
    for link in links(document):
        path, _, fragment = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (fragment and fragment not in anchors(target)):
            dead.append(link)
    assert not dead


def test_the_index_has_every_guide() -> None:
    guides = {path.name for path in ROOT.glob("docs/*.md")} - {"README.md"}
    assert guides == {link for link in links(ROOT / "docs/README.md") if "/" not in link}


@each_document
def test_make_targets_exist(document: Path) -> None:
    # Commands stand in backquotes or are indented; "make it so" in a sentence is none.
    commands = re.findall(r"(?:`|^ {4}(?:time )?)make ((?:-\S+ )*[a-z][a-z -]*)", document.read_text(), re.MULTILINE)
    used = {word for command in commands for word in command.split() if not word.startswith("-")}
    assert used <= TARGETS


def test_help_tells_the_main_targets() -> None:
    told = re.findall(r"make ([\w-]+)", subprocess.check_output(["make", "help"], cwd=ROOT, text=True))
    assert set(told) <= TARGETS
    assert {"up", "down", "status", "test"} <= set(told)


@each_document
def test_names_in_the_collection_exist(document: Path) -> None:
    used = set(re.findall(r"file_simulator\.nas\.(\w+)", document.read_text()))
    assert used <= NAMES


def every_block(language: str) -> list[object]:
    return [
        pytest.param(text, id=f"{name(document)}-{number}")
        for document in DOCUMENTS
        for number, text in enumerate(blocks(document, language), start=1)
        # Three dots stand for what the reader is to fill in.
        if "..." not in text
    ]


@pytest.mark.parametrize("text", every_block("yaml"))
def test_yaml_is_yaml_and_topologies_are_accepted(text: str) -> None:
    read = yaml.safe_load(text)
    for mapping in read if isinstance(read, list) else [read]:
        topology = (mapping.get("vars") or mapping).get("file_simulator_topology")
        if topology is not None:
            read_topology(topology)


def test_plays_in_documents_pass_the_syntax_check(tmp_path: Path) -> None:
    plays = [play for document in DOCUMENTS for text in blocks(document, "yaml") for play in _plays(text)]
    assert len(plays) > len(list(ROOT.glob("roles/*/README.md")))
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(yaml.safe_dump(plays))
    command = ["ansible-playbook", "--syntax-check", str(playbook)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _plays(text: str) -> list[dict[str, object]]:
    read = yaml.safe_load(text)
    return [entry for entry in read if "hosts" in entry] if isinstance(read, list) else []


def test_the_picture_shows_the_servers_of_production() -> None:
    picture = ElementTree.parse(ROOT / "docs/topology.svg")
    texts = [element.text or "" for element in picture.iter() if element.tag.endswith("}text")]
    for server in _default_topology.SERVERS:
        # Once as a directory, once as a server.
        assert texts.count(server["name"]) == 2
        assert f"port {server['port']}" in texts
    assert _default_topology.DATA_ROOT in texts


def test_the_readme_names_the_artefact_that_is_built() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    artefact = f"{galaxy['namespace']}-{galaxy['name']}-{galaxy['version']}.tar.gz"
    assert set(re.findall(r"file_simulator-nas-\S+\.tar\.gz", (ROOT / "README.md").read_text())) == {artefact}


def test_words_are_those_of_the_design() -> None:
    """What has a name is not called something else."""
    wrong = re.compile(
        r"\b(sidecar container|Windows folder|data directory|shared folder|sync daemon|artifact|"
        r"embedded engine|carr(?:y|ies|ied) (?:across|over|to)|hands? on|proved|proves|hopeless)s?\b",
        re.IGNORECASE,
    )
    assert not {
        name(document): wrong.findall(prose(document)) for document in DOCUMENTS if wrong.search(prose(document))
    }


def test_workflows_run_the_targets_that_test() -> None:
    workflows = list(ROOT.glob(".github/workflows/*.yml"))
    used = {target for path in workflows for target in re.findall(r"run: (?:sudo )?make ([\w-]+)", path.read_text())}
    testing = {
        target for target in TARGETS if re.match(r"(test-|explore|molecule|lint|unit|sanity|docs|galaxy-)", target)
    }
    assert used == testing
