# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role nas_faults with a module nas_fault that writes down what it is told, and when."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest

from ...harness.playing import Played, play
from ...module_runner import CHECKOUT

MODULE = """\
#!/usr/bin/python
import json, os, time
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import ENGINE_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.faults import FAULT_REQUIRED_IF, FAULT_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC

module = AnsibleModule({**TOPOLOGY_SPEC, **ENGINE_SPEC, **FAULT_SPEC}, required_if=FAULT_REQUIRED_IF, supports_check_mode=True)
given = {name: value for name, value in module.params.items() if value is not None}
with open(os.path.join(os.path.expanduser("~"), "told"), "a") as told:
    told.write(json.dumps({"time": time.time(), "check": module.check_mode, **given}) + "\\n")
module.exit_json(changed=True)
"""


class Desk:
    """A home, and a collection whose module nas_fault breaks nothing."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._collections = home / "collections"
        ours = self._collections / "ansible_collections" / "file_simulator" / "nas"
        (ours / "plugins" / "modules").mkdir(parents=True)
        for name in ("galaxy.yml", "meta", "roles"):
            (ours / name).symlink_to(CHECKOUT / name)
        for path in (CHECKOUT / "plugins").iterdir():
            if path.name != "modules":
                (ours / "plugins" / path.name).symlink_to(path)
        (ours / "plugins" / "modules" / "nas_fault.py").write_text(MODULE)

    def play(self, schedule: t.Any, *words: str, **variables: t.Any) -> Played:
        given = {
            "ansible_connection": "local",
            "ansible_become": False,
            "ansible_python_interpreter": sys.executable,
            "nas_faults_schedule": schedule,
            **variables,
        }
        role = {"ansible.builtin.include_role": {"name": "file_simulator.nas.nas_faults"}}
        return play(self._home, [role], "-e", json.dumps(given), *words, collections=self._collections)

    @property
    def told(self) -> list[dict[str, t.Any]]:
        path = self._home / "told"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_fault_at_its_time(desk: Desk) -> None:
    """In their order, whatever that of the list, never early; and the role ends when the last one is over."""
    schedule = [
        {"at": 4, "fault": "slow", "for": 2, "delay": 200, "operations": ["read"], "servers": ["nas-input-1"]},
        {"fault": "full", "for": 3},
    ]
    done = desk.play(schedule, nas_faults_servers=["nas-output-1"])
    assert done.well, done.out
    full, slow = desk.told
    shown = ("servers", "fault", "state", "duration", "delay", "operations", "engine")
    assert [full.get(name) for name in shown] == [["nas-output-1"], "full", "present", 3, None, None, "podman"]
    assert [slow.get(name) for name in shown] == [["nas-input-1"], "slow", "present", 2, 200, ["read"], "podman"]
    assert slow["time"] - full["time"] > 2, "the module takes some of its time itself"
    assert "Wait until it is time" in done.out


def test_all_servers_where_none_is_named(desk: Desk) -> None:
    assert desk.play([{"fault": "hang", "for": 1}]).well
    assert "servers" not in desk.told[0]


def test_check_mode_waits_for_nothing(desk: Desk) -> None:
    done = desk.play([{"at": 3000, "fault": "full", "for": 3000}], "--check")
    assert done.well, done.out
    assert [each["check"] for each in desk.told] == [True]


def test_nothing_is_to_be_broken(desk: Desk) -> None:
    assert desk.play([]).well and desk.told == []


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        (
            [{"fault": "full", "for": 5}, {"fault": "hang", "for": 5}],
            "entry 2: fault: 'hang' cannot be on beside 'full'",
        ),
        ([{"fault": "slow", "for": 5}], "entry 1: delay: is missing"),
        ([{"fault": "fire", "for": 5}], "value of fault must be one of"),
        ([{"fault": "full"}], "missing required arguments: for"),
        ([{"fault": "full", "for": "a minute"}], "cannot be converted to an int"),
        ([{"fault": "full", "for": 5, "wen": 5}], "wen"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_broken(desk: Desk, schedule: t.Any, told: str) -> None:
    done = desk.play(schedule)
    assert not done.well and told in done.out.replace("\\n", " "), done.out
    assert desk.told == []
