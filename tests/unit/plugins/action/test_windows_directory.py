# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""windows_directory on a Windows node: the same steps and promises as under WSL, through two scripts.

The scripts themselves need PowerShell; here a node made of files does what they do.
"""

from __future__ import annotations

import json
import types
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task
from ansible.plugins.loader import module_loader
from ansible.template import Templar

from ansible_collections.file_simulator.nas.plugins.action import windows_directory as action
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME
from ansible_collections.file_simulator.nas.plugins.plugin_utils._windows.node import CARRY_OUT, LOOK

from ..fake_windows_node import FakeWindowsNode

TWO = [{"name": "nas-input-1", "port": 32150}, {"name": "nas-output-1", "port": 32151}]
THREE = [*TWO, {"name": "nas-backup", "port": 32152}]
Run = t.Callable[..., "dict[str, t.Any]"]


@pytest.fixture
def node(tmp_path: Path) -> FakeWindowsNode:
    return FakeWindowsNode(tmp_path)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """Whether ansible.windows is there."""
    found = types.SimpleNamespace(resolved=True)
    monkeypatch.setattr(module_loader, "find_plugin_with_context", lambda *_args, **_options: found)
    return found


@pytest.fixture
def run(node: FakeWindowsNode, installed: types.SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the action; ``windows`` tells what the connection's shell is, ``check`` is check mode."""

    def call(*, windows: bool = True, check: bool = False, **arguments: t.Any) -> dict[str, t.Any]:
        task = Task()
        task.action, task.args, task.check_mode = "file_simulator.nas.windows_directory", arguments, check
        connection = types.SimpleNamespace(_shell=types.SimpleNamespace(_IS_WINDOWS=windows, tmpdir=None))
        loader = DataLoader()
        plugin = action.ActionModule(task, connection, types.SimpleNamespace(), loader, Templar(loader), None)

        def execute(
            module_name: str | None = None, module_args: t.Any = None, task_vars: t.Any = None, **_more: t.Any
        ) -> dict[str, t.Any]:
            if module_name is None:
                return {"changed": True, "ran": "the module"}
            assert module_name == "ansible.windows.win_powershell"
            assert set(module_args) == {"script", "parameters"} and set(module_args["parameters"]) == {"Request"}
            assert not check or module_args["script"] == LOOK, "check mode is no time to ask for changes"
            try:
                return {"result": node.run(module_args["script"], json.loads(module_args["parameters"]["Request"]))}
            except OSError as error:
                return {"failed": True, "msg": f"Unhandled exception: {error}"}

        monkeypatch.setattr(plugin, "_execute_module", execute)
        return plugin.run(task_vars={})

    return call


def picture(node: FakeWindowsNode) -> dict[str, str | None]:
    return {
        str(path.relative_to(node.root)): path.read_text() if path.is_file() else None
        for path in node.root.rglob("*")
    }  # fmt: skip


def test_elsewhere_the_module_runs(run: Run, node: FakeWindowsNode) -> None:
    assert run(windows=False)["ran"] == "the module"
    assert node.calls == []


def test_twelve_steps(run: Run, node: FakeWindowsNode) -> None:
    """Create, again, modify, again, delete, again: each in check mode first, which leaves the node alone."""
    for state, servers, changed, there in [
        ("present", TWO, True, ["nas-input-1", "nas-output-1"]),
        ("present", TWO, False, ["nas-input-1", "nas-output-1"]),
        ("present", THREE, True, ["nas-backup", "nas-input-1", "nas-output-1"]),
        ("present", THREE, False, ["nas-backup", "nas-input-1", "nas-output-1"]),
        ("absent", THREE, True, None),
        ("absent", THREE, False, None),
    ]:
        before = picture(node)
        predicted = run(check=True, state=state, topology={"servers": servers})
        assert picture(node) == before, "check mode changed something"
        done = run(state=state, topology={"servers": servers})
        assert predicted["changed"] == done["changed"] == changed
        assert predicted["diff"] == done["diff"]
        assert changed or picture(node) == before
        root = node.place(r"C:\simulator-data")
        assert there == (sorted(path.name for path in root.iterdir() if path.is_dir()) if root.exists() else None)


def test_node_is_called_once_to_look_and_once_to_do(run: Run, node: FakeWindowsNode) -> None:
    run()
    run()
    assert node.calls == ["look", "carry_out", "look"]


def test_result_is_that_of_the_module(run: Run) -> None:
    assert run(check=True)["data_root"]["free_bytes"] is None
    result = run(topology={"servers": TWO})
    assert result["drives"] == "windows"
    assert result["data_root"] == {
        "windows_directory": r"C:\simulator-data",
        "local_directory": r"C:\simulator-data",
        "free_bytes": 100 << 30,
    }
    assert result["directories"][1]["local_directory"] == r"C:\simulator-data\nas-output-1"
    assert result["diff"]["after"][r"C:\simulator-data\nas-input-1"] == "with marker"
    assert result["warnings"] == []


def test_markers_are_those_that_the_engines_look_for(run: Run, node: FakeWindowsNode) -> None:
    run(topology={"servers": TWO})
    marker = json.loads((node.place(r"C:\simulator-data\nas-input-1") / MARKER_NAME).read_text())
    assert (marker["server"], marker["created"], marker["format"]) == ("nas-input-1", True, 1)


@pytest.mark.parametrize("registry", ["", r"D:\state\registry.json"])
def test_registry_is_on_the_node(run: Run, node: FakeWindowsNode, registry: str) -> None:
    (node.root / "D").mkdir()
    run(**({"registry": registry} if registry else {}))
    path = registry or r"C:\Users\tester\AppData\Local\file-simulator\directories.json"
    assert r"C:\simulator-data\nas-backup" in json.loads(node.place(path).read_text())


def test_unmounted_data_root_is_refused(run: Run, node: FakeWindowsNode) -> None:
    run(topology={"servers": TWO})
    root = node.place(r"C:\simulator-data")
    root.rename(root.with_name("elsewhere"))
    root.mkdir()
    for check in (True, False):
        result = run(topology={"servers": TWO}, check=check)
        assert result["failed"]
        assert result["msg"].startswith(
            r"C:\simulator-data was laid out before, and now it is empty: it is not mounted"
        )
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("force", [False, True])
def test_testers_files_stay_unless_forced(run: Run, node: FakeWindowsNode, force: bool) -> None:
    run(topology={"servers": TWO})
    for place in (r"C:\simulator-data\mine.txt", r"C:\simulator-data\nas-input-1\order.txt"):
        node.place(place).write_text("precious")
    foreign = node.place(r"C:\simulator-data\not-a-server")
    foreign.mkdir()
    (foreign / "theirs.txt").write_text("precious")
    run(state="absent", force=force, topology={"servers": TWO})
    root = node.place(r"C:\simulator-data")
    left = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert left == {"not-a-server/theirs.txt"} | (set() if force else {"mine.txt", "nas-input-1/order.txt"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"topology": {"data_root": r"Q:\data"}}, "Q:\\data: drive Q: is not there; check the letter"),
        ({"topology": {"data_root": r"\\server\share"}}, "is a network (UNC) path"),
        ({"topology": {"data_root": "simulator-data"}}, "has no drive"),
        ({"topology": {"nonsense": 1}}, "topology: nonsense"),
        ({"servers": ["nas-9"]}, "servers: 'nas-9' is not in the topology"),
    ],
)
def test_refused(run: Run, node: FakeWindowsNode, arguments: dict[str, t.Any], message: str) -> None:
    result = run(**arguments)
    assert result["failed"] and message in result["msg"] and "\n" not in result["msg"]
    assert "carry_out" not in node.calls


@pytest.mark.parametrize("arguments", [{"state": "gone"}, {"nonsense": 1}, {"force": "perhaps"}])
def test_wrong_parameters_are_refused(run: Run, node: FakeWindowsNode, arguments: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleError):
        run(**arguments)
    assert node.calls == []


def test_something_else_stands_there(run: Run, node: FakeWindowsNode) -> None:
    node.place(r"C:\simulator-data").write_text("a file")
    assert run()["msg"] == r"C:\simulator-data is not a directory; move it away, or choose another directory"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"server": "nas-input-1"}'])
def test_damaged_marker_is_refused(run: Run, node: FakeWindowsNode, text: str) -> None:
    run()
    (node.place(r"C:\simulator-data\nas-input-1") / MARKER_NAME).write_text(text)
    assert rf"C:\simulator-data\nas-input-1\{MARKER_NAME}: is damaged; remove it" in run()["msg"]


@pytest.mark.parametrize("text", ["{", "[]"])
def test_damaged_registry_is_refused(run: Run, node: FakeWindowsNode, text: str) -> None:
    run()
    node.place(r"C:\Users\tester\AppData\Local\file-simulator\directories.json").write_text(text)
    assert "directories.json: cannot be read (no JSON object); remove it" in run()["msg"]


def test_failure_on_the_node_is_told(run: Run, node: FakeWindowsNode) -> None:
    (node.root / "C").chmod(0o755)
    node.place(r"C:\Users").write_text("in the way of the registry")
    result = run()
    assert result["failed"] and result["msg"].startswith("Windows node: Unhandled exception: ")


def test_warnings(run: Run, node: FakeWindowsNode) -> None:
    node.free = 1 << 20
    deep = {"data_root": "C:\\" + "d" * 200, "servers": TWO}
    assert [line.split()[0] for line in run(topology=deep)["warnings"]] == ["drive", f"C:\\{'d' * 200}\\nas-output-1"]
    node.long_paths = True
    assert len(run(topology=deep)["warnings"]) == 1


def test_missing_collection_is_told_in_one_line(run: Run, installed: types.SimpleNamespace) -> None:
    installed.resolved = False
    assert run()["msg"] == (
        "windows_directory: a Windows node needs the collection ansible.windows, which is not installed; "
        "run: ansible-galaxy collection install ansible.windows"
    )


def test_scripts_can_look_in_check_mode_and_do_nothing_in_it() -> None:
    """win_powershell skips a script in check mode that does not say that it can be run there."""
    assert "[CmdletBinding(SupportsShouldProcess)]" in LOOK
    assert "SupportsShouldProcess" not in CARRY_OUT
    for change in ("Delete", "Write", "Move", "CreateDirectory", "Remove-Item", "Set-"):
        assert change not in LOOK
    assert "Remove-Item" not in CARRY_OUT, "it follows junctions"
