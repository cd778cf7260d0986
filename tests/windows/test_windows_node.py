# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role windows_layout through the real ansible-playbook and the real ansible.windows, up to where PowerShell begins."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
PLAY = {
    "hosts": "localhost",
    "gather_facts": False,
    "vars": {"ansible_connection": "local", "ansible_shell_type": "powershell"},
    "roles": ["file_simulator.nas.windows_layout"],
}
Play = t.Callable[..., "tuple[str, int]"]


@pytest.fixture
def play(ansible_windows: Path, tmp_path: Path) -> Play:
    """Runs the role on a node that is a directory; returns what Ansible says and how much it changed, -1 for failed."""
    (tmp_path / "play.yml").write_text(yaml.safe_dump([PLAY]))
    (tmp_path / "node").mkdir()

    def run(*arguments: str, collections: Path | None = ansible_windows) -> tuple[str, int]:
        paths = [str(CHECKOUT / ".ansible" / "collections"), *([str(collections)] if collections else [])]
        environment = {
            **os.environ,
            "PATH": f"{Path(__file__).parent}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": ":".join(paths),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "CHECKOUT": str(CHECKOUT),
            "NODE_ROOT": str(tmp_path / "node"),
        }
        command = [Path(sys.executable).with_name("ansible-playbook"), tmp_path / "play.yml", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        changed = re.search(r"changed=(\d+)", done.stdout)
        return done.stdout + done.stderr, int(changed.group(1)) if changed and not done.returncode else -1

    return run


def markers(tmp_path: Path) -> list[str]:
    return sorted(path.parent.name for path in (tmp_path / "node").rglob(".file-simulator.json"))


def test_life(play: Play, tmp_path: Path) -> None:
    said, changed = play("--check", "--diff")
    assert (changed, markers(tmp_path)) == (1, []), said
    assert r"C:\simulator-data\nas-input-1" in said.replace("\\\\", "\\"), "the diff names the directories"
    assert play()[1] == 1
    assert len(markers(tmp_path)) == 8
    registry = tmp_path / "node" / "C/Users/tester/AppData/Local/file-simulator/directories.json"
    assert len(json.loads(registry.read_text())) == 8
    said, changed = play()
    assert changed == 0, said
    (tmp_path / "node/C/simulator-data/nas-input-1/order.txt").write_text("precious")
    assert play("--extra-vars", "windows_layout_state=absent")[1] == 1
    left = [path.name for path in (tmp_path / "node/C/simulator-data").rglob("*") if path.is_file()]
    assert left == ["order.txt"]


def test_drive_that_is_not_there(play: Play) -> None:
    said, changed = play("--extra-vars", json.dumps({"windows_layout_topology": {"data_root": r"Q:\data"}}))
    assert changed == -1
    assert "drive Q: is not there; check the letter" in said


def test_missing_collection(play: Play) -> None:
    said, changed = play(collections=None)
    assert changed == -1
    assert "a Windows node needs the collection ansible.windows, which is not installed; run: ansible-galaxy" in said


def test_options_of_win_powershell(ansible_windows: Path) -> None:
    """What is handed to it is documented there, and so is that check mode skips scripts that do not claim it."""
    module = ansible_windows / "ansible_collections/ansible/windows/plugins/modules/win_powershell.py"
    text = re.search(r"DOCUMENTATION = r'''(.*?)'''", module.read_text(), re.DOTALL)
    assert text
    documentation = yaml.safe_load(text.group(1))
    assert {"script", "parameters"} <= set(documentation["options"])
    assert any("SupportsShouldProcess" in note for note in documentation["notes"])


@pytest.mark.parametrize("name", ["look", "carry_out"])
def test_scripts_are_powershell(name: str) -> None:
    """As far as its grammar goes; PowerShell itself has not run them."""
    tree_sitter = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip("tree_sitter_powershell", reason="PowerShell's grammar is not installed")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    assert parser.parse(b"foreach ($x in { if )").root_node.has_error
    script = CHECKOUT / "plugins" / "plugin_utils" / "_windows" / f"{name}.ps1"
    assert not parser.parse(script.read_bytes()).root_node.has_error
