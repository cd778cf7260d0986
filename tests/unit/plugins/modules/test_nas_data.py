# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_data with agents in memory and Windows directories on the disk: what is put, kept, refused and removed."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._data import record
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.engine import PodmanEngine
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.tree import WindowsTree
from ansible_collections.file_simulator.nas.plugins.modules import nas_data

from ..conftest import ModuleFailed
from ..fake_agents import FakeAgents
from .test_nas_server import Run, arguments

__all__ = ["arguments"]

INPUT, OUTPUT = "nas-input-1", "nas-output-1"
ORDERS = {"orders/1.csv": "first", "orders/2.csv": "second", "ready.done": ""}
HELD = {path: content.encode() for path, content in ORDERS.items()}


@pytest.fixture
def windows(tmp_path: Path) -> Path:
    return tmp_path / "drives" / "c" / "simulator-data"


@pytest.fixture
def agents(windows: Path, monkeypatch: pytest.MonkeyPatch) -> FakeAgents:
    found = FakeAgents(windows)
    monkeypatch.setattr(PodmanEngine, "agents", lambda self: found, raising=False)
    return found


@pytest.fixture
def put(run_module: Run, arguments: dict[str, t.Any], agents: FakeAgents) -> Run:
    """nas_data on the input server, with the orders unless another fixture is given."""
    kept = {key: arguments[key] for key in ("topology", "drive_root", "podman_executable", "state_directory")}

    def put(state: str = "present", **more: t.Any) -> dict[str, t.Any]:
        given = {"servers": [INPUT], **kept, **more}
        if state != "empty" and "src" not in given:
            given.setdefault("contents", ORDERS)
        return run_module(nas_data, state=state, **given)

    return put


def only(result: dict[str, t.Any]) -> dict[str, t.Any]:
    (server,) = result["servers"]
    return dict(server)


def warnings(result: dict[str, t.Any]) -> list[str]:
    return [each["event"]["msg"] for each in result.get("warnings", [])]


def test_twelve_steps(put: Run, agents: FakeAgents) -> None:
    """Put, again, change, again, empty, again: each in check mode first, which changes nothing."""
    changed = {**ORDERS, "orders/2.csv": "another"}
    for state, given, expected in [
        ("present", ORDERS, True), ("present", ORDERS, False), ("exact", changed, True), ("exact", changed, False),
        ("empty", None, True), ("empty", None, False),
    ]:  # fmt: skip
        more = {"contents": given} if given else {}
        before = agents.windows(INPUT), dict(agents.nas.get(INPUT, {}))
        predicted = put(state, check=True, **more)
        assert (agents.windows(INPUT), agents.nas.get(INPUT, {})) == before, "check mode changed something"
        done = put(state, **more)
        assert predicted["changed"] == done["changed"] == expected
        assert predicted["diff"] == done["diff"]
        wanted = {path: content.encode() for path, content in (given or {}).items()}
        assert agents.windows(INPUT) == agents.nas.get(INPUT, {}) == wanted


def test_what_is_put_is_listed_and_waited_for(put: Run, agents: FakeAgents) -> None:
    result = put()
    assert only(result)["put"] == ["orders/1.csv", "orders/2.csv", "ready.done"]
    assert agents.nas[INPUT] == HELD
    assert agents.asked == [("sync", [INPUT])] and agents.options == [(60, True)]
    assert set(result["seconds"]) == {"put", "sync"}
    assert "nas-input-1/orders/1.csv (5 bytes, sha256 " in result["diff"]["after"]
    put(contents={"3": "x"}, quiet=True, timeout=7)
    assert agents.options[-1] == (7, False)
    put(contents={"4": "x"}, wait=False)
    assert len(agents.options) == 2 and "4" not in agents.nas[INPUT]


def test_last_ones_come_when_the_others_are_there(
    put: Run, agents: FakeAgents, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    sync = agents.sync
    monkeypatch.setattr(agents, "sync", lambda *asked: (seen.append(set(agents.windows(INPUT))), sync(*asked))[1])
    result = put(last=["*.done"])
    assert seen == [{"orders/1.csv", "orders/2.csv"}, set(ORDERS)]
    assert only(result)["put"] == ["orders/1.csv", "orders/2.csv", "ready.done"]
    seen.clear()
    put(contents={"orders/3.csv": "x", "orders/late/4.csv": "y"}, last=["orders/late/*"], wait=False)
    assert seen == [{*ORDERS, "orders/3.csv"}]


def test_exact_removes_what_is_not_in_the_fixture(put: Run, agents: FakeAgents, windows: Path) -> None:
    put(contents={**ORDERS, "old/deep/9.csv": "x"})
    result = only(put("exact"))
    assert result["removed"] == ["old", "old/deep", "old/deep/9.csv"] and result["put"] == []
    assert agents.nas[INPUT] == HELD and not (windows / INPUT / "old").exists()


def test_delivered_files_are_nobodys_loss(put: Run, agents: FakeAgents, windows: Path) -> None:
    (windows / INPUT / "result.csv").write_text("by a service")
    agents.delivered[INPUT] = {"result.csv"}
    assert only(put("exact"))["removed"] == ["result.csv"]


@pytest.mark.parametrize("state", ["exact", "empty"])
def test_own_file_of_a_tester_is_never_lost_without_force(
    put: Run, agents: FakeAgents, windows: Path, state: str
) -> None:
    put()
    mine = windows / INPUT / "mine"
    mine.mkdir()
    (mine / "own.txt").write_text("a tester's")
    (windows / INPUT / "orders" / "1.csv").write_text("FIRST")
    agents.sync([], 0, True)
    before = agents.windows(INPUT), agents.nas[INPUT]
    for check in (True, False):
        with pytest.raises(ModuleFailed) as failure:
            put(state, check=check, **({} if state == "empty" else {"contents": {"x": "new"}}))
        assert failure.value.result["foreign"] == {INPUT: ["mine/own.txt", "orders/1.csv"]}
        assert (
            "server nas-input-1: C:\\simulator-data\\nas-input-1 has 2 entries that the simulator did not put"
            in str(failure.value)
        )
        assert "mine/own.txt, orders/1.csv" in str(failure.value)
        assert (agents.windows(INPUT), agents.nas[INPUT]) == before
    result = only(put(state, force=True, **({} if state == "empty" else {"contents": {"x": "new"}})))
    assert result["foreign"] == ["mine/own.txt", "orders/1.csv"]
    assert {"mine/own.txt", "orders/1.csv", "orders/2.csv"} <= set(result["removed"])
    assert agents.windows(INPUT) == ({} if state == "empty" else {"x": b"new"})


def test_what_is_not_touched_is_not_read(put: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    put()
    read: list[str] = []
    sha256 = WindowsTree.sha256
    monkeypatch.setattr(WindowsTree, "sha256", lambda tree, path: (read.append(path), sha256(tree, path))[1])
    put(contents={"orders/3.csv": "x", "ready.done": ""})
    assert set(read) == {"ready.done"}


def test_same_size_in_the_same_moment_is_another_content(put: Run, windows: Path) -> None:
    put()
    path = windows / INPUT / "orders" / "1.csv"
    times = path.stat()
    path.write_text("FIRST")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(ModuleFailed, match=r"has 1 entry that .*: orders/1\.csv;"):
        put("empty")


def test_file_of_a_tester_is_not_replaced_without_force(put: Run, windows: Path) -> None:
    (windows / INPUT / "ready.done").write_text("a tester's")
    with pytest.raises(ModuleFailed, match=r"ready\.done; move them away, or give them up with"):
        put()
    assert [path.name for path in (windows / INPUT).iterdir() if path.name[0] != "."] == ["ready.done"]
    assert only(put(force=True))["foreign"] == ["ready.done"]
    assert (windows / INPUT / "ready.done").read_text() == ""


def test_own_copy_of_a_tester_stays_his(put: Run, windows: Path) -> None:
    (windows / INPUT / "ready.done").write_text("")
    assert only(put())["unchanged"] == ["ready.done"]
    with pytest.raises(ModuleFailed, match=r"has 1 entry that .*: ready\.done;"):
        put("empty")


def test_what_came_meanwhile_is_kept_and_told(put: Run, agents: FakeAgents, windows: Path) -> None:
    put()
    agents.meanwhile = lambda: (windows / INPUT / "new.csv").write_text("x")
    result = put("empty")
    assert only(result)["kept"] == [
        {"side": "windows", "path": "new.csv", "reason": "it was not delivered, or has changed since"}
    ]
    assert warnings(result) == [
        "server nas-input-1: 'new.csv' stays on Windows: it was not delivered, or has changed since"
    ]


def test_empty_takes_what_services_wrote_and_no_other_server(put: Run, agents: FakeAgents, windows: Path) -> None:
    put()
    agents.nas[INPUT]["result.csv"] = b"by a service"
    agents.nas[OUTPUT] = {"other.csv": b"x"}
    (windows / OUTPUT / "other.csv").write_text("x")
    assert only(put("empty"))["nas_removed"] == [*ORDERS, "result.csv"]
    assert agents.nas == {OUTPUT: {"other.csv": b"x"}} and agents.windows(OUTPUT) == {"other.csv": b"x"}
    assert agents.windows(INPUT) == {} and [path.name for path in (windows / INPUT).iterdir()] == [
        ".file-simulator.json"
    ]


def test_without_names_all_servers_with_an_agent_are_emptied(put: Run, agents: FakeAgents) -> None:
    agents.nas[OUTPUT] = {"result.csv": b"x"}
    topology_has = [each["server"] for each in put("empty", servers=None)["servers"]]
    assert topology_has == [INPUT, OUTPUT] and agents.nas == {}


def test_what_a_client_has_deleted_is_told(put: Run, agents: FakeAgents) -> None:
    put()
    del agents.nas[INPUT]["orders/1.csv"]
    result = put()
    assert only(result)["consumed"] == ["orders/1.csv"] and not result["changed"]
    assert (
        "clients have deleted from the NAS what the Windows directory has unchanged: orders/1.csv;"
        in warnings(result)[0]
    )
    put("empty")
    put()
    assert agents.nas[INPUT] == HELD


def test_agent_that_has_a_problem_fails_the_task(put: Run, agents: FakeAgents, windows: Path) -> None:
    agents.problems[INPUT] = "server nas-input-1: sync halted: the windows side is unknown"
    for state in ("present", "empty"):
        with pytest.raises(ModuleFailed, match=r"^server nas-input-1: sync halted"):
            put(state)
    # What was put is known nevertheless.
    agents.problems.clear()
    assert put("empty")["changed"] is False


@pytest.mark.parametrize(
    ("change", "state", "message"),
    [
        (
            {"sync": {"mode": "nas_to_windows"}},
            "present",
            "with its sync mode nas_to_windows nothing goes from Windows",
        ),
        ({"sync": {"mode": "none"}}, "exact", "it has no sync agent to empty its export"),
        ({"sync": {"mode": "none"}}, "empty", "it has no sync agent to empty its export"),
        ({"enabled": False}, "empty", "servers: nas-input-1 is disabled"),
    ],
)
def test_servers_that_cannot(
    put: Run, arguments: dict[str, t.Any], windows: Path, change: dict[str, t.Any], state: str, message: str
) -> None:
    topology = {**arguments["topology"], "changes": [{"name": INPUT, **change}]}
    with pytest.raises(ModuleFailed, match=message):
        put(state, topology=topology)
    assert [path.name for path in (windows / INPUT).iterdir()] == [".file-simulator.json"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"timeout": -1}, "timeout: -1 is not between 0 and 3600 seconds"),
        ({"servers": []}, "servers: is missing; name the servers"),
        ({"state": "empty", "contents": {"x": ""}}, "contents: nothing is put with state 'empty'"),
        ({"servers": None}, "servers: is missing; name the servers"),
        ({"contents": None}, "src: is missing; name a directory"),
        ({"src": "/x", "contents": {}}, "mutually exclusive"),
        ({"contents": {"../x": ""}}, "leads out of the Windows directory"),
    ],
    ids=str,
)
def test_bad_input_is_refused(put: Run, windows: Path, given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(ModuleFailed, match=message):
        put(**given)
    assert [path.name for path in (windows / INPUT).iterdir()] == [".file-simulator.json"]


def test_links_lead_nowhere(put: Run, windows: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (windows / INPUT / "orders").symlink_to(elsewhere)
    with pytest.raises(ModuleFailed, match="'orders' is a directory in the fixture, and a link or a device is there"):
        put()
    with pytest.raises(ModuleFailed, match=r"has 1 entry that .*: orders;"):
        put("empty")
    assert list(elsewhere.iterdir()) == []


def test_directory_in_the_place_of_a_file(put: Run, windows: Path) -> None:
    (windows / INPUT / "ready.done").mkdir()
    with pytest.raises(ModuleFailed, match=r"'ready\.done' is a file in the fixture, and a directory is there"):
        put()


def test_name_that_is_one_to_windows(put: Run, windows: Path) -> None:
    (windows / INPUT / "Orders").mkdir()
    with pytest.raises(ModuleFailed, match="'orders' is one name to Windows with 'Orders', which is there"):
        put()


def test_directory_that_is_not_mounted_is_refused(put: Run, windows: Path) -> None:
    (windows / INPUT / ".file-simulator.json").unlink()
    with pytest.raises(ModuleFailed, match=r"nas-input-1: directory: .* has no marker"):
        put()
    assert list((windows / INPUT).iterdir()) == []


def test_damaged_record_is_told(put: Run, arguments: dict[str, t.Any]) -> None:
    put()
    path = Path(arguments["state_directory"]) / "test_data" / "file-simulator" / "nas-input-1.json"
    assert set(json.loads(path.read_text())["files"]) == set(ORDERS)
    path.write_text("{}")
    with pytest.raises(ModuleFailed, match=r"cannot be read .* where it is damaged, remove it"):
        put("empty")
    path.unlink()
    with pytest.raises(ModuleFailed, match=r"has 3 entries that .*: orders/1\.csv, orders/2\.csv, ready\.done;"):
        put("empty")


def test_record_of_another_directory_counts_for_nothing(put: Run, agents: FakeAgents, tmp_path: Path) -> None:
    put()
    moved = tmp_path / "moved"
    (tmp_path / "drives").rename(moved)
    agents._root = moved / "c" / "simulator-data"
    with pytest.raises(ModuleFailed, match="has 3 entries that"):
        put("empty", drive_root=str(moved))


def test_one_run_at_a_time(put: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_PATIENCE", 0.1)
    held = record.Record(arguments["state_directory"], "file-simulator", INPUT, "")
    with held.locked(), pytest.raises(ModuleFailed, match=r"server nas-input-1: test data: nas_data of .* holds it"):
        put()
    with held.locked():
        put(check=True)
