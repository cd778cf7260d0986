# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory of a real server: by ansible-inventory, and by a play that loops over it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from ..module_runner import CHECKOUT
from .simulator import INSTANCE, SERVER, Simulator

PLAY = [
    {
        "hosts": "nas_output",
        "gather_facts": False,
        "tasks": [
            {
                "ansible.builtin.copy": {
                    "content": "{{ inventory_hostname }} {{ nas_port }}\n",
                    "dest": "{{ nas_local_directory }}/from-a-play.txt",
                    "mode": "0644",
                }
            },
            {"ansible.builtin.wait_for": {"host": "{{ nas_host }}", "port": "{{ nas_port }}", "timeout": 10}},
            {"ansible.builtin.assert": {"that": ["nas_state == 'ready'", "'nas_state_ready' in group_names"]}},
        ],
    }
]


@pytest.fixture
def inventory(simulator: Simulator, tmp_path: Path) -> Path:
    arguments = simulator.inventory()
    path = tmp_path / "desk.nas_servers.yml"
    keyed = [{"key": "nas_state", "prefix": "nas_state"}]
    path.write_text(yaml.safe_dump({"plugin": "file_simulator.nas.servers", **arguments, "keyed_groups": keyed}))
    return path


def plain(value: t.Any) -> t.Any:
    """Return a value without the marks of texts that are no templates."""
    if isinstance(value, dict):
        return (
            value["__ansible_unsafe"]
            if "__ansible_unsafe" in value
            else {name: plain(inner) for name, inner in value.items()}
        )
    return [plain(each) for each in value] if isinstance(value, list) else value


def ansible(program: str, *words: t.Any, directory: Path) -> str:
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".ansible" / "collections"),
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
    }
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *words],
        cwd=directory, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_ansible_lists_it(simulator: Simulator, inventory: Path, tmp_path: Path) -> None:
    listed = json.loads(ansible("ansible-inventory", "-i", inventory, "--list", directory=tmp_path))
    assert listed["nas_output"]["hosts"] == listed["nas_state_ready"]["hosts"] == [SERVER]
    assert set(listed["nas_servers"]["children"]) >= {"nas_output"}
    found, report = plain(listed["_meta"]["hostvars"][SERVER]), simulator.report()
    assert found["nas_instance"] == INSTANCE
    # What the agent says may have changed between the two.
    same = [name for name in report if name not in ("sync", "space", "warnings")]
    assert {name: found[f"nas_{name}"] for name in same} == {name: report[name] for name in same}
    assert found["nas_sync"]["state"] in ("starting", "idle", "running")


def test_a_play_loops_over_it(simulator: Simulator, inventory: Path, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(yaml.safe_dump(PLAY))
    said = ansible("ansible-playbook", "-i", inventory, "play.yml", directory=tmp_path)
    assert f"{SERVER}" in said and "changed=1" in said
    written = (simulator.windows / "from-a-play.txt").read_text()
    assert written == f"{SERVER} {simulator.report()['port']}\n"


def test_it_is_gone_where_the_server_is_stopped(simulator: Simulator, inventory: Path, tmp_path: Path) -> None:
    simulator.apply("stopped")
    try:
        listed = json.loads(ansible("ansible-inventory", "-i", inventory, "--list", directory=tmp_path))
    finally:
        simulator.apply()
    assert SERVER not in listed["_meta"]["hostvars"]
