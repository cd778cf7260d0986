# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_server_info: each state a server can be in, queries, and what the sync agents say of themselves."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import query
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import status as _podman_status
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import ask
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import STATUS_FILE
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info, windows_directory

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from ..scripted_nfs import accepted, answering, good, record, uints
from .test_nas_server import IMAGE, free_ports

Run = t.Callable[..., "dict[str, t.Any]"]


@pytest.fixture
def arguments(podman: FakePodman, tmp_path: Path, run_module: Run) -> dict[str, t.Any]:
    """Arguments for a topology of two servers that run."""
    podman.images = [IMAGE]
    ports = free_ports(2)
    servers = [{"name": "nas-input-1", "port": ports[0]}, {"name": "nas-backup", "port": ports[1]}]
    given = {
        "topology": {"servers": servers},
        "drive_root": str(tmp_path / "drives"),
        "podman_executable": podman.executable,
        "state_directory": str(tmp_path / "state"),
    }
    layout = {"registry": str(tmp_path / "registry.json"), "drive_root": given["drive_root"]}
    run_module(windows_directory, topology=given["topology"], **layout)
    run_module(nas_server, image=IMAGE, wait=False, **given)
    podman.calls.clear()
    return given


@pytest.fixture
def volumes(podman: FakePodman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this machine sees podman's volumes."""
    monkeypatch.setattr(
        podman,
        "_volume_ls",
        lambda words: json.dumps(
            [{"Name": name, "Mountpoint": str(tmp_path / "volumes" / name)} for name in podman.volumes]
        ),
    )
    return tmp_path / "volumes"


def states(result: dict[str, t.Any]) -> list[str]:
    return [server["state"] for server in result["servers"]]


def status_file(volumes: Path, server: str) -> Path:
    path = volumes / f"file-simulator.{server}.export" / STATUS_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def redirect(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Let every server answer through ``port``."""
    monkeypatch.setattr(
        _podman_status, "ask", lambda service, timeout: ask(dataclasses.replace(service, port=port), timeout)
    )


def test_server_that_answers_is_ready(
    run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(good(fsid=(7, 7))) as server:
        redirect(monkeypatch, server.port)
        result = run_module(nas_server_info, servers=["nas-input-1"], **arguments)
    assert states(result) == ["ready"]
    (found,) = result["servers"]
    assert (found["fsid"], found["problem"], found["summary"]) == ("7.7", "", "nas-input-1: ready")
    assert found["containers"]["nfs-server"] == "running"


@pytest.mark.parametrize(
    ("replies", "problem"),
    [
        ([], "closed|reset"),
        ([record(accepted(1)), record(accepted(2, uints(2, 0, 0)))], "NFS4ERR_NOENT"),
        ([record(accepted(1, status=1))], "does not serve NFSv4"),
        ([b"SSH-2.0-x\r\n"], "too long|closed"),
    ],
)
def test_server_that_runs_and_does_not_answer(
    replies: list[bytes],
    problem: str,
    run_module: Run,
    arguments: dict[str, t.Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(replies) as server:
        redirect(monkeypatch, server.port)
        (found,) = run_module(nas_server_info, servers=["nas-input-1"], **arguments)["servers"]
    assert found["state"] == "not_answering" and found["fsid"] is None
    assert re.search(problem, found["problem"])


def test_tells_what_is_free(run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(good(space=(3 << 30, 4 << 30))) as server:
        redirect(monkeypatch, server.port)
        found = run_module(nas_server_info, servers=["nas-backup"], **arguments)["servers"][0]
    assert (found["space"]["nas_free"], found["space"]["nas_total"]) == (3 << 30, 4 << 30)
    assert 0 <= found["space"]["windows_free"] <= found["space"]["windows_total"]


def test_nobody_listens(run_module: Run, arguments: dict[str, t.Any]) -> None:
    result = run_module(nas_server_info, **arguments)
    assert states(result) == ["not_answering"] * 2
    assert "Connection refused" in result["servers"][0]["problem"]
    assert result["table"][-1].startswith("nas-backup: ")


def test_stopped(run_module: Run, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, image=IMAGE, state="stopped", servers=["nas-backup"], **arguments)
    assert states(run_module(nas_server_info, **arguments)) == ["not_answering", "stopped"]


def test_broken(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    podman.pods["file-simulator.nas-input-1"]["containers"]["file-simulator.nas-input-1.sync-agent"] = "exited"
    found = run_module(nas_server_info, **arguments)["servers"][0]
    assert (found["state"], found["problem"]) == (
        "broken",
        "not running: sync-agent; make up (in a playbook: nas_server with state: started) mends that",
    )


def test_absent(run_module: Run, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, state="absent", **arguments)
    result = run_module(nas_server_info, **arguments)
    assert states(result) == ["absent", "absent"]
    assert result["servers"][0]["containers"] == {} and result["servers"][0]["sync"] is None


def test_without_podman_all_are_absent_in_check_mode_alone(run_module: Run, arguments: dict[str, t.Any]) -> None:
    missing = {**arguments, "podman_executable": "no-such-podman"}
    assert states(run_module(nas_server_info, check=True, **missing)) == ["absent", "absent"]
    with pytest.raises(ModuleFailed, match="no-such-podman is not installed"):
        run_module(nas_server_info, **missing)


def test_servers_of_another_instance_are_not_ours(run_module: Run, arguments: dict[str, t.Any]) -> None:
    other = {**arguments, "topology": {**arguments["topology"], "instance": "second"}}
    assert states(run_module(nas_server_info, **other)) == ["absent", "absent"]


def test_looking_changes_nothing(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    for check in (True, False):
        assert run_module(nas_server_info, check=check, **arguments)["changed"] is False
    assert podman.changes == []


def test_disabled_server_is_reported(run_module: Run, arguments: dict[str, t.Any]) -> None:
    topology = {**arguments["topology"], "changes": [{"name": "nas-backup", "enabled": False}]}
    found = run_module(nas_server_info, **{**arguments, "topology": topology})["servers"][1]
    assert (found["name"], found["enabled"]) == ("nas-backup", False)


class TestSync:
    def test_says_what_the_agent_last_wrote(
        self, run_module: Run, arguments: dict[str, t.Any], volumes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        status = {"state": "halted", "conflict_count": 1}
        status_file(volumes, "nas-input-1").write_text(json.dumps(status))
        with answering(good()) as server:
            redirect(monkeypatch, server.port)
            result = run_module(nas_server_info, **arguments)
        assert [server["sync"] for server in result["servers"]] == [status, None]
        assert "  to NAS    halted, 1 conflict  " in result["table"][1]

    @pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"\xff\xff", b"5"])
    def test_is_unknown_while_there_is_no_whole_file(
        self, content: bytes | None, run_module: Run, arguments: dict[str, t.Any], volumes: Path
    ) -> None:
        path = status_file(volumes, "nas-input-1")
        if content is not None:
            path.write_bytes(content)
        assert run_module(nas_server_info, **arguments)["servers"][0]["sync"] is None

    def test_is_none_where_there_is_no_agent(self, run_module: Run, arguments: dict[str, t.Any], volumes: Path) -> None:
        status_file(volumes, "nas-backup").write_text('{"state": "running"}')
        assert run_module(nas_server_info, **arguments)["servers"][1]["sync"] is None


class TestQuery:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("[].name", ["nas-input-1", "nas-backup"]),
            ("[?role=='backup'].read_only | [0]", True),
            ("[?state=='ready']", []),
            ("length(@)", 2),
            ("nothing", None),
        ],
    )
    def test_result(self, query: str, expected: t.Any, run_module: Run, arguments: dict[str, t.Any]) -> None:
        assert run_module(nas_server_info, query=query, **arguments)["result"] == expected

    def test_example_asks_for_servers_that_are_to_run(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        examples = yaml.safe_load(nas_server_info.EXAMPLES)
        (query,) = [
            options["query"] for task in examples for options in task.values() if options and "query" in options
        ]
        first, *others = run_module(nas_server_info, **arguments)["servers"]
        topology = {**arguments["topology"], "changes": [{"name": first["name"], "enabled": False}]}
        found = run_module(nas_server_info, query=query, **{**arguments, "topology": topology})
        assert found["result"] == [other["port"] for other in others]
        assert len(found["servers"]) == 1 + len(others)

    def test_without_one_there_is_no_result(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        assert "result" not in run_module(nas_server_info, **arguments)

    @pytest.mark.parametrize("query", ["[", "", "a b", "[].name |"])
    def test_that_cannot_be_read_is_refused_in_one_line(
        self, query: str, run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
    ) -> None:
        with pytest.raises(ModuleFailed, match=r"\Aquery: '.*' is no JMESPath expression: [^\n]+\Z"):
            run_module(nas_server_info, query=query, **arguments)
        assert podman.calls == []

    @pytest.mark.parametrize("query", ["no_such_function(@)", "sum([].name)", "length()"])
    def test_that_fails_on_the_reports_is_refused(
        self, query: str, run_module: Run, arguments: dict[str, t.Any]
    ) -> None:
        with pytest.raises(ModuleFailed, match="query: "):
            run_module(nas_server_info, query=query, **arguments)

    def test_without_jmespath_tells_what_to_install(
        self, run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(query, "JMESPATH_IMPORT_ERROR", "Traceback ...")
        with pytest.raises(ModuleFailed, match=r"Python library \(jmespath\)"):
            run_module(nas_server_info, query="[].name", **arguments)
        assert states(run_module(nas_server_info, **arguments)) == ["not_answering"] * 2


def test_unknown_server_is_refused(run_module: Run, arguments: dict[str, t.Any]) -> None:
    with pytest.raises(ModuleFailed, match="'nas-input-9' is not in the topology"):
        run_module(nas_server_info, servers=["nas-input-9"], **arguments)
