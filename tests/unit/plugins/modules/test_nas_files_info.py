# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_files_info against a podman that runs nothing and servers in memory."""

from __future__ import annotations

import hashlib
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import status as podman_status
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import Address, NasError
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.modules import nas_files_info, nas_server

from ..conftest import ModuleFailed
from ..fake_nas import FakeNas
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments

__all__ = ["arguments"]

FIRST = hashlib.sha256(b"first").hexdigest()


@pytest.fixture
def nas(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeNas]:
    """The exports by server, the input one first; a port tells which is meant."""
    servers = {"nas-input-1": FakeNas(), "nas-output-1": FakeNas()}
    ports: dict[int, FakeNas] = {}

    def connect(address: Address) -> FakeNas:
        found = ports.setdefault(address.port, list(servers.values())[len(ports) % 2])
        found.address = address
        if "connect" in found.refuses:
            raise NasError("connection refused", 111)
        return found

    monkeypatch.setattr(nas_files_info, "RsClient", connect)
    monkeypatch.setattr(nas_files_info, "NFS_RS_IMPORT_ERROR", None)
    monkeypatch.setattr(podman_status, "ask", lambda *_where, **_how: Answer((1, 1), 0.0))
    return servers


@pytest.fixture
def given(run_module: Run, arguments: dict[str, t.Any], nas: dict[str, FakeNas]) -> dict[str, t.Any]:
    """Arguments for servers that run; the input server has been looked at, so that its port is known."""
    run_module(nas_server, **arguments)
    kept = {key: arguments[key] for key in ("topology", "drive_root", "podman_executable", "state_directory")}
    run_module(nas_files_info, servers=["nas-input-1"], **kept)
    run_module(nas_files_info, servers=["nas-output-1"], **kept)
    return kept


def test_exports_are_asked_each_and_paths_are_those_of_the_windows_directory(
    run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int, str]] = []
    trees = {"/vol/in1": FakeNas(), "/vol/in2": FakeNas()}
    trees["/vol/in1"].tree, trees["/vol/in2"].tree = {"a": b"1"}, {"b": b"2"}

    def connect(address: Address) -> FakeNas:
        asked.append((address.host, address.port, address.path))
        return trees[address.path]

    monkeypatch.setattr(nas_files_info, "RsClient", connect)
    monkeypatch.setattr(podman_status, "ask", lambda *_where, **_how: Answer((1, 1), 0.0))
    exports = [{"path": "/vol/in1", "subdirectory": "in1"}, {"path": "/vol/in2", "subdirectory": "deep/in2"}]
    servers = [{"name": "nas-input-1", "address": "127.17.2.9", "exports": exports}]
    given = {**arguments, "topology": {**arguments["topology"], "servers": servers}}
    run_module(nas_server, **{**given, "state": "started"})
    kept = {key: given[key] for key in ("topology", "drive_root", "podman_executable", "state_directory")}
    files = run_module(nas_files_info, **kept)["files"]
    assert [file["path"] for file in files] == ["deep/in2/b", "in1/a"]
    assert asked == [("127.17.2.9", 2049, "/vol/in1"), ("127.17.2.9", 2049, "/vol/in2")]


def test_files_of_all_servers_in_their_order(
    run_module: Run, given: dict[str, t.Any], nas: dict[str, FakeNas], podman: FakePodman
) -> None:
    nas["nas-input-1"].tree = {"b": b"first", "a": b"1"}
    nas["nas-output-1"].tree = {"0": b"\xff"}
    before = podman.changes
    result = run_module(nas_files_info, contents=True, **given)
    assert not result["changed"] and podman.changes == before
    assert [(each["server"], each["path"], each["content"]) for each in result["files"]] == [
        ("nas-input-1", "a", "1"), ("nas-input-1", "b", "first"), ("nas-output-1", "0", None),
    ]  # fmt: skip
    assert result["lines"][1] == f"{FIRST}  nas-input-1/b"
    assert result["matched"] == 3
    assert result["files"][1] == {
        "server": "nas-input-1", "path": "b", "type": "file", "size": 5, "sha256": FIRST, "content": "first",
        "mtime": 1_700_000_000.5, "mode": "0644", "uid": 0, "gid": 0,
    }  # fmt: skip
    assert result == run_module(nas_files_info, check=True, contents=True, **given)


def test_without_checksum_a_line_has_the_size(
    run_module: Run, given: dict[str, t.Any], nas: dict[str, FakeNas]
) -> None:
    nas["nas-input-1"].tree = {"b": b"first"}
    nas["nas-input-1"].refuses["read"] = 5
    result = run_module(nas_files_info, checksum=False, **given)
    assert result["lines"] == ["5  nas-input-1/b"] and "content" not in result["files"][0]
    nas["nas-input-1"].tree["d"] = None
    assert (
        run_module(nas_files_info, file_type="any", checksum=False, **given)["lines"][1] == "directory  nas-input-1/d"
    )


def test_what_did_not_come_is_told_for_each_server(
    run_module: Run, given: dict[str, t.Any], nas: dict[str, FakeNas]
) -> None:
    nas["nas-input-1"].tree = {"a.done": b""}
    nas["nas-output-1"].tree = {"report.tmp": b"first"}
    wait_for = {"pattern": "*.done", "count": 2, "timeout": 0.01}
    with pytest.raises(ModuleFailed) as failure:
        run_module(nas_files_info, wait_for=wait_for, **given)
    result = failure.value.result
    assert str(failure.value) == (
        "server nas-input-1: 1 of 2 files that match '*.done' after 10 ms; it has a.done (1 more, see problems)"
    )
    assert result["problems"][1].startswith("server nas-output-1: 0 of 2 files")
    assert [each["path"] for each in result["files"]] == ["a.done", "report.tmp"]
    assert result["lines"][1] == f"{FIRST}  nas-output-1/report.tmp"
    nas["nas-input-1"].tree["b.done"] = b""
    assert run_module(nas_files_info, servers=["nas-input-1"], wait_for=wait_for, **given)["matched"] == 2


def test_server_that_is_not_there(run_module: Run, given: dict[str, t.Any], nas: dict[str, FakeNas]) -> None:
    nas["nas-output-1"].refuses["connect"] = 111
    with pytest.raises(ModuleFailed, match=r"^server nas-output-1: the NFS client: connection refused$"):
        run_module(nas_files_info, **given)
    run_module(nas_server, state="stopped", servers=["nas-input-1"], **given)
    with pytest.raises(ModuleFailed, match=r"^server nas-input-1: its state is stopped$"):
        run_module(nas_files_info, servers=["nas-input-1"], **given)


@pytest.mark.parametrize("path", ["/data/orders", "../x", "orders/../../x"])
def test_paths_elsewhere_are_refused(run_module: Run, given: dict[str, t.Any], path: str) -> None:
    with pytest.raises(ModuleFailed, match="is no path below the export"):
        run_module(nas_files_info, path=path, **given)


def test_detours_are_none(run_module: Run, given: dict[str, t.Any], nas: dict[str, FakeNas]) -> None:
    nas["nas-input-1"].tree = {"orders": None, "orders/a": b"first"}
    (found,) = run_module(nas_files_info, servers=["nas-input-1"], path="./orders//", **given)["files"]
    assert found["path"] == "orders/a"


def test_disabled_server_is_left_out_unless_it_is_named(
    run_module: Run, given: dict[str, t.Any], nas: dict[str, FakeNas]
) -> None:
    nas["nas-input-1"].tree, nas["nas-output-1"].tree = {"a": b""}, {"b": b""}
    topology = {**given["topology"], "changes": [{"name": "nas-output-1", "enabled": False}]}
    changed = {**given, "topology": topology}
    assert [each["path"] for each in run_module(nas_files_info, **changed)["files"]] == ["a"]
    with pytest.raises(ModuleFailed, match=r"^servers: nas-output-1 is disabled in the topology"):
        run_module(nas_files_info, servers=["nas-output-1"], **changed)


def test_client_comes_as_the_export_lets_it(run_module: Run, given: dict[str, t.Any], nas: dict[str, FakeNas]) -> None:
    changes = [{"name": "nas-input-1", "export_options": "rw,sync,no_root_squash,secure"}]
    run_module(
        nas_files_info, servers=["nas-input-1"], **{**given, "topology": {**given["topology"], "changes": changes}}
    )
    assert nas["nas-input-1"].address.privileged_port


def test_without_nfs_rs_it_says_what_to_install(
    run_module: Run, given: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nas_files_info, "NFS_RS_IMPORT_ERROR", "ImportError")
    with pytest.raises(ModuleFailed, match="nfs-rs"):
        run_module(nas_files_info, **given)
