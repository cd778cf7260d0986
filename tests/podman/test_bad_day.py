# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook bad_day on a real server: its service writes while the NAS fills up, hangs and comes back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ..module_runner import CHECKOUT
from .simulator import SERVER, Simulator
from .test_sync import takes_files

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip

PLAYBOOKS = CHECKOUT / "playbooks"


@pytest.fixture
def simulator_at_rest(simulator: Simulator) -> t.Iterator[Simulator]:
    simulator.apply()
    assert wait_until(lambda: takes_files(simulator), 40)
    simulator.tell_agent("empty", "--force")
    yield simulator
    simulator.apply()
    simulator.tell_agent("empty", "--force")


def play(simulator: Simulator, home: Path, playbook: str, **variables: t.Any) -> subprocess.CompletedProcess[str]:
    """Run a playbook of the collection for the instance of the tests."""
    where = simulator.inventory()
    given = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "file_simulator_topology": where["topology"],
        "file_simulator_drive_root": where["drive_root"],
        "file_simulator_engine": "podman",
        "nas_engine_record": str(home / "engine"),
        **variables,
    }
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".ansible" / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "LC_ALL": "C.UTF-8",
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [program, str(PLAYBOOKS / f"{playbook}.yml"), "--extra-vars", json.dumps(given)]
    return subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=400, check=False)


def test_no_order_is_lost_on_a_bad_day(simulator_at_rest: Simulator, tmp_path: Path) -> None:
    done = play(simulator_at_rest, tmp_path, "bad_day")
    assert done.returncode == 0, done.stdout + done.stderr
    (told,) = re.findall(r'"msg": (\{.*?\n    \})', done.stdout, re.DOTALL)
    print(told)
    orders = json.loads(told)["orders"]
    assert orders > 20
    found = sorted(path.name for path in simulator_at_rest.windows.iterdir() if "order" in path.name)
    assert len(found) == orders and found[0] == "order-00000.bin"


def test_faults_from_a_command_line(simulator_at_rest: Simulator, tmp_path: Path) -> None:
    """What make fault hands on: a fault, what is broken, and its end."""
    empty = {"file_simulator_fault_server": "", "file_simulator_fault": "", "file_simulator_fault_for": ""}
    for change, told in (
        ({}, '"msg": {}'),
        (
            {"file_simulator_fault": "slow", "file_simulator_fault_delay": "200", "file_simulator_fault_for": "600"},
            "slow: ",
        ),
        ({}, "slow: "),
        ({"file_simulator_fault": "none", "file_simulator_fault_server": SERVER}, '"msg": {}'),
    ):
        done = play(simulator_at_rest, tmp_path, "fault", **{**empty, **change})
        assert done.returncode == 0 and told in done.stdout, done.stdout + done.stderr
