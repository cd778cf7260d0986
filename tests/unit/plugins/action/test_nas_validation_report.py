# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_validation_report by the real ansible-playbook: rendered on the controller, written by the module, on a node's path."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

from ....module_runner import CHECKOUT
from ....report.runs import made_up, nasty

TASKS = """
- &report
  file_simulator.nas.nas_validation_report:
    run: "{{ checked.run }}"
    directory: ~/reports
  check_mode: true
  register: foretold
- {<<: *report, check_mode: false, register: done}
- {<<: *report, check_mode: false, register: again}
- {<<: *report, register: nothing_new}
- {<<: *report, file_simulator.nas.nas_validation_report: {run: "{{ checked.run }}"}, register: without_directory}
- {<<: *report, file_simulator.nas.nas_validation_report: {run: {}}, register: refused, ignore_errors: true}
- {<<: *report, register: unknown, ignore_errors: true,
   file_simulator.nas.nas_validation_report: {run: "{{ checked.run }}", formats: pdf}}
- ansible.builtin.copy:
    content: "{{ {'foretold': foretold, 'done': done, 'again': again, 'nothing_new': nothing_new,
      'without_directory': without_directory, 'refused': refused, 'unknown': unknown} | to_json }}"
    dest: "{{ playbook_dir }}/said.json"
    mode: "0644"
"""


def play(home: Path, run: dict[str, t.Any]) -> dict[str, t.Any]:
    """Run the tasks in an empty home; return what each of them said."""
    home.mkdir()
    (home / "run.json").write_text(json.dumps(run))
    # Like a module's result, and unlike what a playbook says, what is read from a file is no template.
    checked = {"run": "{{ lookup('ansible.builtin.file', 'run.json') | from_json }}"}
    tasks = yaml.safe_load(TASKS)
    (home / "play.yml").write_text(
        yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "vars": {"checked": checked}, "tasks": tasks}])
    )
    environment = {
        **os.environ,
        "HOME": str(home),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".ansible" / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
    }
    command = [Path(sys.executable).with_name("ansible-playbook"), "play.yml"]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, t.Any] = json.loads((home / "said.json").read_text())
    return said


def test_create_and_create_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run = made_up(7, "some").as_dict()
    said = play(home, run)
    changed = {name: said[name]["changed"] for name in ("foretold", "done", "again", "nothing_new")}
    assert changed == {"foretold": True, "done": True, "again": False, "nothing_new": False}
    assert said["done"]["files"]["html"] == str(home / "reports" / "report.html")
    assert json.loads((home / "reports" / "report.json").read_text()) == run
    assert "3 of 74 results failed" in (home / "reports" / "report.html").read_text()
    for name in ("done", "without_directory"):
        assert said[name]["table"][-3].startswith("74 check results: 64 passed, 3 failed")
    assert said["without_directory"]["files"] == {}
    assert said["refused"]["msg"].startswith("run: is not what nas_validate returns as 'run'")
    assert "value of formats must be one or more of: html, junit, json" in said["unknown"]["msg"]


def test_names_that_mean_harm_arrive_as_text(tmp_path: Path) -> None:
    run = json.loads(json.dumps(nasty().as_dict()).replace("\\udcff", "{{ 6 * 7 }}"))
    said = play(tmp_path / "home", run)
    assert said["done"]["changed"] and not said["again"]["changed"]
    page = (tmp_path / "home" / "reports" / "report.html").read_text()
    assert "{{ 6 * 7 }}" in page and "&lt;script&gt;" in page and "<script" not in page
