# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs, as its reports tell of it, becomes the topology that it runs by."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._production.presentation import table
from ansible_collections.file_simulator.nas.plugins.module_utils._production.running import read_instance
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus, status_result


def reports(topology: dict[str, t.Any], state: str = "ready") -> list[dict[str, t.Any]]:
    """What nas_server_info returns of servers that run."""
    read = read_topology(topology)
    found = []
    for server in read.servers:
        status = ServerStatus(
            server,
            engine="podman",
            instance=read.instance,
            state=state,
            host=server.address or "127.0.0.1",
            local_directory="/x",
        )
        exports = [
            {"path": each.path, "subdirectory": each.subdirectory, "read_only": each.options.read_only}
            for each in server.exports
        ]
        more = {"address": server.address, "aliases": list(server.aliases), "nfs_versions": list(server.nfs_versions)}
        found.append({**status_result(status), **more, "exports": exports, "mount_port": server.mount_port or None})
    return found


TOPOLOGIES: list[dict[str, t.Any]] = [
    {},
    {"instance": "orders", "data_root": "D:\\orders", "servers": [
        {"name": "in", "role": "input", "port": 30100, "sync": {"mode": "two_way"}, "storage": {"type": "persistent"}},
        {"name": "old", "role": "backup", "port": 30101, "directory": "old-files", "export_options": "rw,no_root_squash"},
        {"name": "small", "role": "output", "port": 30105, "storage": {"type": "memory", "size_limit": "64Mi"}},
        {"name": "three", "role": "output", "port": 30102, "mount_port": 30103, "nfs_versions": [3, 4]},
        {"name": "unfs3", "role": "output", "port": 30104, "nfs_server": "unfs3"},
        {"name": "nas01", "role": "input", "address": "127.7.7.1", "aliases": ["nas01.corp.example"], "exports": [
            {"path": "/vol/in1", "subdirectory": "in1"},
            {"path": "/vol/old", "subdirectory": "old", "export_options": "ro,no_root_squash"}]},
    ]},
    {"servers": [{"name": "in", "role": "input", "port": 30100}, {"name": "out", "role": "output", "port": 30101,
                                                                   "directory": "E:\\out"}]},
]  # fmt: skip


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_same_topology(topology: dict[str, t.Any]) -> None:
    captured = read_instance(reports(topology))
    assert read_topology(captured.topology) == read_topology(topology)
    assert len(captured.notes) == 1 and captured.volumes == []


def test_servers_that_are_absent_are_left_out() -> None:
    given = [*reports(TOPOLOGIES[1])[:1], *reports(TOPOLOGIES[1], "absent")[1:]]
    captured = read_instance(given)
    assert [server["name"] for server in captured.topology["servers"]] == ["in"]
    assert table(captured)[:2] == [
        "production  server  role       Windows directory  address",
        r"in:/data    in      both ways  D:\orders\in       port 30100",
    ]


def test_reports_of_before_there_were_exports() -> None:
    old = [
        {
            key: value
            for key, value in report.items()
            if key not in ("address", "aliases", "exports", "nfs_versions", "mount_port")
        }
        for report in reports({})
    ]
    assert read_topology(read_instance(old).topology) == read_topology({})


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([], "instance: no server is there; give"),
        ([{}], "instance[1]: has no name; give the servers that nas_server_info returns"),
        (
            [*reports({})[:1], *reports({"instance": "b"})[1:2]],
            "instance: its servers are of several: b, file-simulator; give",
        ),
    ],
)
def test_what_is_no_report(given: list[dict[str, t.Any]], line: str) -> None:
    with pytest.raises(SimulatorError) as failure:
        read_instance(given)
    assert failure.value.message.startswith(line)
