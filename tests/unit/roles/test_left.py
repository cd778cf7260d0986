# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What make down says at its end: all that stays, with what to type for each, which takes it away."""

from __future__ import annotations

import json
import re
import shlex
import typing as t
from pathlib import Path

import yaml

from ...harness.playing import Played, play
from ...module_runner import CHECKOUT

PLAYBOOKS = CHECKOUT / "playbooks"
TEMPLATE = PLAYBOOKS / "templates" / "left.txt.j2"
SERVER = {"name": "nas-output-1", "port": 32150}
KEPT = {"server": "nas-output-1", "volume": "desk.nas-output-1.export", "only_there": ""}
ALL = {
    "nas_servers_kept": [{**KEPT, "only_there": "'a:b' cannot be held by Windows"}],
    "windows_layout_found": [{"windows_directory": "C:\\data"}, {"windows_directory": "C:\\data\\in 1"}],
    "nas_engine_chosen": {"choice": "minikube"},
}


def told(home: Path, **facts: t.Any) -> list[str]:
    """The lines that are printed where these facts are so."""
    nothing = {"nas_servers_kept": [], "windows_layout_found": [], "nas_engine_chosen": {"choice": "podman"}}
    (teardown,) = yaml.safe_load((PLAYBOOKS / "teardown.yml").read_text())
    show = {"ansible.builtin.debug": {"msg": "{{ file_simulator_left | to_json }}"}}
    if not (home / "templates").exists():
        (home / "templates").symlink_to(TEMPLATE.parent)
    played = play(home, [teardown["post_tasks"][-1], show], **{**nothing, **facts})
    assert played.well, played.out
    return t.cast("list[str]", json.loads(played.message))


def test_nothing_stays(tmp_path: Path) -> None:
    assert told(tmp_path) == []


def test_everything_stays(tmp_path: Path) -> None:
    assert told(tmp_path, **ALL) == [
        "What stays, and how it goes (with the ARGS that make up had, such as -e @my-topology.yml, beside these):",
        "- The volume desk.nas-output-1.export of nas-output-1, with what clients wrote: "
        "make down ARGS='-e nas_servers_delete_storage=true'",
        "  Windows lacks of it: 'a:b' cannot be held by Windows; to copy that: "
        "make rescue SERVER=nas-output-1 TO=DIRECTORY",
        "- The Windows directories C:\\data, C:\\data\\in 1, with testers' files:",
        "  make down ARGS='-e windows_layout_state=absent -e windows_layout_force=true'",
        "- The Minikube profile, which may run other things: make down ARGS='-e minikube_state=absent'",
    ]


def test_what_was_removed_does_not_stay(tmp_path: Path) -> None:
    removed = {"windows_layout_state": "absent", "minikube_state": "absent"}
    assert told(tmp_path, **{**ALL, "nas_servers_kept": [], **removed}) == []


def test_variables_and_targets_exist(tmp_path: Path) -> None:
    text = "\n".join(told(tmp_path, **ALL))
    known = {
        name for path in CHECKOUT.glob("roles/*/defaults/main.yml") for name in yaml.safe_load(path.read_text()) or {}
    }
    assert set(re.findall(r"-e (\w+)=", text)) < known
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+) (?:ARGS|SERVER)", text)) < targets


class Layout:
    """Directories in ``home``, as the role windows_layout lays them out, finds them and takes them away."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.root = home / "drives" / "c" / "simulator-data"

    def run(self, tasks: str, *words: str, **variables: t.Any) -> Played:
        given = {
            "windows_layout_topology": {"servers": [SERVER]},
            "windows_layout_drive_root": str(self._home / "drives"),
            "windows_layout_registry": str(self._home / "registry.json"),
        }
        role = {"ansible.builtin.include_role": {"name": "file_simulator.nas.windows_layout", "tasks_from": tasks}}
        show = {
            "ansible.builtin.debug": {"msg": "{{ [windows_layout_found, windows_layout_found_drive_root] | to_json }}"}
        }
        return play(self._home, [role, *([show] if tasks == "found" else [])], *words, **{**given, **variables})

    def found(self, **variables: t.Any) -> tuple[list[str], str]:
        played = self.run("found", **variables)
        assert played.well, played.out
        places, drives = json.loads(played.message)
        return [place["windows_directory"] for place in places], drives


def test_windows_directories_that_are_there_are_found(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert layout.found() == ([], str(tmp_path / "drives"))
    assert layout.run("main").well
    assert layout.found() == (["C:\\simulator-data", "C:\\simulator-data\\nas-output-1"], str(tmp_path / "drives"))


def test_a_damaged_marker_keeps_nobody_from_taking_servers_down(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert layout.run("main").well
    (layout.root / ".file-simulator.json").write_text("{")
    assert layout.found() == ([], "")


def test_what_is_said_takes_the_directories_away(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert layout.run("main").well
    (layout.root / "nas-output-1" / "report").write_text("by a client")
    (line,) = [line for line in TEMPLATE.read_text().splitlines() if "windows_layout_force" in line]
    (arguments,) = [word.removeprefix("ARGS=") for word in shlex.split(line) if word.startswith("ARGS=")]
    assert layout.run("main", *arguments.split()).well
    assert not layout.root.exists()
