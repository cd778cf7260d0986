# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nas_server removes: no volume of which a fresh answer has not just said that nothing waits in it."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import witness
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, windows_directory

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments, changed_topology, free_ports, verbs

__all__ = ["arguments"]

OUTPUT = "nas-output-1"
POD = f"file-simulator.{OUTPUT}"
VOLUME = f"{POD}.export"

WAITS = {"waiting_count": 1, "waiting": [{"path": "late.csv"}]}
REFUSED = {"refused_count": 1, "refused": [{"path": "results 12:30.csv", "reason": "a character that Windows forbids"}]}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "_STARTING_PAUSE", 0.0)


def without_output(arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    topology = {**arguments["topology"], "servers": arguments["topology"]["servers"][:1]}
    return {**arguments, "topology": topology, "purge": True}


def disabled(arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    return {**arguments, "topology": {**arguments["topology"], "changes": [{"name": OUTPUT, "enabled": False}]}}


def moved(arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    """The server's Windows directory is another one, which is laid out."""
    topology = {**arguments["topology"], "changes": [{"name": OUTPUT, "directory": "C:\\simulator-data\\elsewhere"}]}
    return {**arguments, "topology": topology, "move_data_root": True}


def removals(arguments: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    return {
        "down": {**arguments, "state": "absent"},
        "purge": without_output(arguments),
        "disable": disabled(arguments),
        "replace": moved(arguments),
    }


@pytest.fixture
def laid_out(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], tmp_path: Path) -> dict[str, t.Any]:
    run_module(nas_server, **arguments)
    layout = {"drive_root": arguments["drive_root"], "registry": str(tmp_path / "registry.json")}
    run_module(windows_directory, topology=moved(arguments)["topology"], **layout)
    return arguments


@pytest.mark.parametrize("way", ["down", "purge", "disable", "replace"])
@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("refused", r"'results 12:30.csv' \(a character that Windows forbids\) cannot be copied to Windows"),
        ("halted", r"'late.csv' have not reached C:\\simulator-data\\nas-output-1 \(no space left\)"),
        ("unknown", r"nobody can tell .*: the marker is gone"),
        ("old answer", "the agent's answer is an old one"),
        ("other directory", "writes to another directory than"),
        ("unreadable", r"'d' \(Input/output error\) cannot be looked at"),
        ("no agent", r"'late.csv' have not reached"),
        ("no answer at all", "nobody can tell what has not reached .*no such image"),
    ],
)
def test_nothing_is_touched(
    run_module: Run, podman: FakePodman, laid_out: dict[str, t.Any], way: str, case: str, told: str
) -> None:
    """Asked before the stop: a server whose volume must stay does not even stop, nor does another one."""
    answers: dict[str, dict[str, t.Any]] = {
        "refused": REFUSED,
        "halted": {**WAITS, "halted_reason": "no space left"},
        "unknown": {"state": "unknown", "reason": "the marker is gone", "halted_reason": "the marker is gone"},
        "old answer": {"nonce": "another"},
        "other directory": {"windows": {"device": 1, "inode": 1, "generation": "x"}},
        "unreadable": {"error_count": 1, "errors": [{"path": "d", "reason": "Input/output error"}]},
    }
    podman.left[OUTPUT] = answers.get(case, {})
    if case.startswith("no "):
        podman.fail["exec"] = "the container is not running"
        podman.left_at_last[OUTPUT] = WAITS
    if case == "no answer at all":
        podman.fail["run --rm"] = "no such image"
    before = podman.changes
    with pytest.raises(ModuleFailed, match=told) as failure:
        run_module(nas_server, **removals(laid_out)[way])
    assert podman.changes == before
    assert f"make rescue SERVER={OUTPUT}" in failure.value.result["msg"]
    assert VOLUME in failure.value.result["msg"]
    run_module(nas_server, **{**removals(laid_out)[way], "delete_storage": True})
    assert (VOLUME in podman.volumes) == (way == "replace"), "what was given up is gone"


@pytest.mark.parametrize("way", ["down", "purge", "disable", "replace"])
def test_check_mode_tells_of_what_would_be_refused(
    run_module: Run, podman: FakePodman, laid_out: dict[str, t.Any], way: str
) -> None:
    """By the running agent, which carries what merely waits until then; without one, by the same comparison as the change."""
    given = removals(laid_out)[way]
    podman.left[OUTPUT] = WAITS
    assert run_module(nas_server, check=True, **given)["changed"]
    podman.left[OUTPUT] = REFUSED
    before = podman.changes
    with pytest.raises(ModuleFailed, match=r"'results 12:30.csv' .* cannot be copied to Windows"):
        run_module(nas_server, check=True, **given)
    assert run_module(nas_server, check=True, **{**given, "delete_storage": True})["changed"]
    assert not [call for call in podman.calls if call[0] == "run"]
    podman.fail["exec"] = "the container is not running"
    assert run_module(nas_server, check=True, **given)["changed"]
    for found, told in ((REFUSED, "'results 12:30.csv' .* cannot be copied"), (WAITS, "'late.csv' have not reached")):
        podman.left_at_last[OUTPUT] = found
        with pytest.raises(ModuleFailed, match=told):
            run_module(nas_server, check=True, **given)
    assert podman.changes == before


def test_what_only_a_kept_volume_has_is_told(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    kept = {**arguments["topology"]["servers"][1], "storage": {"type": "persistent"}}
    given = {**arguments, "topology": {"servers": [kept]}}
    run_module(nas_server, **given)
    podman.left_at_last[OUTPUT] = REFUSED
    told = str(run_module(nas_server, state="absent", purge=True, **given)["warnings"])
    assert f"its volume {VOLUME} is kept, with all that clients wrote: 'results 12:30.csv' (a character" in told
    assert f"make rescue SERVER={OUTPUT}" in told
    again = str(run_module(nas_server, state="absent", purge=True, **given)["warnings"])
    assert f"its volume {VOLUME} is kept, with all that clients wrote: 'results 12:30.csv' (a character" in again
    assert re.search(r"cannot be copied to Windows \(as of 20..-..-.. ..:.. UTC\), and make rescue", again)
    # What the next pod has brought to Windows is not told of any more.
    run_module(nas_server, **given)
    podman.left_at_last = {}
    for _time in ("first", "second"):
        told = str(run_module(nas_server, state="absent", purge=True, **given)["warnings"])
        assert f"its volume {VOLUME} is kept, with all that clients wrote;" in told


@pytest.mark.parametrize("way", ["down", "purge", "disable", "replace"])
def test_what_merely_waits_is_carried_by_the_stop(
    run_module: Run, podman: FakePodman, laid_out: dict[str, t.Any], way: str
) -> None:
    podman.left[OUTPUT] = WAITS
    run_module(nas_server, **removals(laid_out)[way])
    assert (VOLUME in podman.volumes) == (way == "replace")


@pytest.mark.parametrize("way", ["down", "purge", "disable", "replace"])
def test_last_look_is_after_the_stop(run_module: Run, podman: FakePodman, laid_out: dict[str, t.Any], way: str) -> None:
    podman.left_at_last[OUTPUT] = WAITS
    with pytest.raises(ModuleFailed, match=r"nas-output-1: 'late.csv' have not reached C:\\simulator-data"):
        run_module(nas_server, **removals(laid_out)[way])
    assert VOLUME in podman.volumes and POD in podman.pods
    assert podman.pods[POD]["containers"][f"{POD}.sync-agent"] == "running", "it goes on with its work"


def test_stopped_server_stays_stopped(run_module: Run, podman: FakePodman, laid_out: dict[str, t.Any]) -> None:
    run_module(nas_server, **{**laid_out, "state": "stopped"})
    podman.left_at_last[OUTPUT] = REFUSED
    before = podman.changes
    with pytest.raises(ModuleFailed, match="cannot be copied to Windows"):
        run_module(nas_server, **{**laid_out, "state": "absent"})
    assert podman.changes == before


def test_agent_that_has_just_started_is_asked_again(
    run_module: Run, podman: FakePodman, laid_out: dict[str, t.Any]
) -> None:
    podman.left[OUTPUT] = {"state": "unknown", "reason": "the agent has only just started"}
    with pytest.raises(ModuleFailed, match="only just started"):
        run_module(nas_server, **{**laid_out, "state": "absent"})
    assert len([call for call in podman.calls if call[0] == "exec"]) == witness._STARTING_TRIES


def test_renamed_windows_directory(
    run_module: Run, podman: FakePodman, laid_out: dict[str, t.Any], tmp_path: Path
) -> None:
    """The agent goes on in the renamed directory, and is healthy. A new one in its place is not its own."""
    status_before = podman._said(OUTPUT, ["--nonce", "x"], {})
    windows = Path(laid_out["drive_root"]) / "c" / "simulator-data" / OUTPUT
    windows.rename(windows.with_name("renamed"))
    run_module(
        windows_directory, topology=laid_out["topology"], drive_root=laid_out["drive_root"], registry=str(tmp_path / "new.json")
    )  # fmt: skip
    podman.left[OUTPUT] = {"windows": json.loads(status_before)["windows"]}
    before = podman.changes
    for state in ("present", "absent"):
        with pytest.raises(ModuleFailed, match="was renamed or replaced; rename it back"):
            run_module(nas_server, **{**laid_out, "state": state})
    assert podman.changes == before


@pytest.mark.parametrize("storage", ["empty_dir", "persistent"])
def test_change_keeps_the_volume(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], storage: str
) -> None:
    """Nobody is asked: the containers are made anew around what is there."""
    kept = {"storage": {"type": storage}}
    run_module(nas_server, **changed_topology(arguments, **kept))
    podman.fail = {"exec": "no", "run": "no"}
    for change in ({"sync": {"interval": 20}}, {"storage": {"type": "persistent"}}, {"storage": {"type": "empty_dir"}}):
        given = changed_topology(arguments, **{**kept, **change})
        done = [run_module(nas_server, check=check, **given) for check in (True, False)]
        for result in done if verbs(done[0]) else ():
            assert result["diff"]["after"]["nas-input-1"]["volume"] == "kept"
    assert not [call for call in podman.calls if call[:2] == ["volume", "rm"]]
    assert len([call for call in podman.calls if call[:2] == ["volume", "create"]]) == 2


def test_persistent_volume_is_not_given_another_windows_directory(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], tmp_path: Path
) -> None:
    kept = {**arguments["topology"]["servers"][1], "storage": {"type": "persistent"}}
    topology = {"servers": [arguments["topology"]["servers"][0], kept]}
    given = {**arguments, "topology": topology}
    run_module(nas_server, **given)
    layout = {"drive_root": arguments["drive_root"], "registry": str(tmp_path / "registry.json")}
    run_module(windows_directory, topology=moved(given)["topology"], **layout)
    before = podman.changes
    with pytest.raises(ModuleFailed, match=r"its persistent volume belongs to .* Move that directory with its marker"):
        run_module(nas_server, **moved(given))
    assert podman.changes == before


def test_failed_creation_keeps_what_was_there_before(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.volumes[VOLUME] = {}
    podman.fail = {f"create --pod {POD}": "no space left on device"}
    with pytest.raises(ModuleFailed, match="no space left"):
        run_module(nas_server, **arguments)
    assert VOLUME in podman.volumes and POD not in podman.pods


def test_failed_creation_keeps_what_another_run_made(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.fail = {f"pod create --name {POD}": "name is in use: pod already exists"}
    with pytest.raises(ModuleFailed, match="already exists"):
        run_module(nas_server, **arguments)
    assert not [call for call in podman.calls if call[:2] == ["pod", "rm"] and call[-1] == POD]


def test_failed_replacement_keeps_the_volume(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    podman.fail = {"create --pod file-simulator.nas-input-1": "no space left on device"}
    with pytest.raises(ModuleFailed, match="no space left"):
        run_module(nas_server, **changed_topology(arguments, sync={"interval": 20}))
    assert "file-simulator.nas-input-1.export" in podman.volumes
    podman.fail = {}
    assert verbs(run_module(nas_server, **changed_topology(arguments, sync={"interval": 20}))) == ["create nas-input-1"]


@pytest.mark.parametrize("named", [True, False])
def test_volume_without_a_pod_is_told_and_can_be_removed(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], named: bool
) -> None:
    run_module(nas_server, **changed_topology(arguments, storage={"type": "persistent"}))
    down = {**arguments, "purge": True} if named else {**arguments, "topology": {"servers": []}, "purge": True}
    if not named:
        down["topology"] = {"servers": [{"name": "nas-backup", "port": free_ports(3)[2]}]}
    for _again in range(2):
        result = run_module(nas_server, state="absent", **down)
        warnings = result.get("warnings", [])
        kept = {"server": "nas-input-1", "volume": "file-simulator.nas-input-1.export", "only_there": ""}
        assert result["kept"] == [kept]
        assert any(
            "nas-input-1: its volume file-simulator.nas-input-1.export is kept" in str(each) for each in warnings
        )
    result = run_module(nas_server, state="absent", delete_storage=True, **down)
    assert verbs(result) == ["remove nas-input-1"] and result["changed"]
    assert podman.volumes == {} and result["kept"] == []
    assert not run_module(nas_server, state="absent", delete_storage=True, **down)["changed"]
