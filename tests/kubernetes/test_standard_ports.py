# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server as production's NAS in a real cluster: its Service has the standard ports, in both versions, for several exports."""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

import nfs_rs
import pytest

from ..harness.rpc import Registered, exported, registered
from ..integration.nfs import eventually
from ..kernel_client.machine import nfs_client
from .cluster_server import PORT, SERVER, ClusterServer

EXPORTS = [{"path": "/vol/out1", "subdirectory": "out1"}, {"path": "/vol/out2", "subdirectory": "deep/out 2"}]
BOTH: dict[str, t.Any] = {"nfs_versions": [3, 4], "exports": EXPORTS}
MOUNT_PORT = PORT + 1


class InsideServer(ClusterServer):
    """A server without a port of its own."""

    def topology(self, **change: t.Any) -> dict[str, t.Any]:
        topology = super().topology(**change)
        if "port" not in change:
            del topology["servers"][0]["port"]
        return topology


@pytest.fixture
def server(node: dict[str, str], tmp_path: Path) -> t.Iterator[InsideServer]:
    made = InsideServer(tmp_path, node["image"], node["kubeconfig"], node["context"], persistent=False)
    made.clear()
    try:
        yield made
    finally:
        made.clear()


def verbs(result: dict[str, t.Any]) -> list[str]:
    return [action["verb"] for action in result["actions"]]


def test_service_is_found_as_production_is(server: InsideServer) -> None:
    assert verbs(server.up(**BOTH)) == ["create"]
    assert verbs(server.up(**BOTH)) == []
    service = server.kube.core.read_namespaced_service(SERVER, server.topology()["namespace"]).spec
    assert service.type == "ClusterIP" and [each.node_port for each in service.ports] == [None] * 4
    address = service.cluster_ip
    for protocol in ("tcp", "udp"):
        found = registered(address, protocol=protocol)
        assert {Registered(100003, 3, "tcp", 2049), Registered(100005, 3, "tcp", 20048)} <= found
    assert sorted(exported(address)) == ["/vol/out1", "/vol/out2"]
    with nfs_client() as machine:
        mounts = {"v3": "vers=3,nolock", "v4": "vers=4.1"}
        for name, options in mounts.items():
            for number in (1, 2):
                source, target = f"{address}:/vol/out{number}", f"/mnt/{name}-{number}"
                machine.run("mount", source=source, target=target, options=options, limit=60.0, within=70.0)
        for name in mounts:
            digest = machine.run("put", path=f"/mnt/{name}-2/over-{name}", size=1000)
            for other in mounts:
                assert machine.run("digest", path=f"/mnt/{other}-2/over-{name}", within=60.0) == digest

    # A NodePort comes, with one for MOUNT, and goes.
    assert verbs(server.up(port=PORT, mount_port=MOUNT_PORT, **BOTH)) == ["replace"]
    assert verbs(server.up(port=PORT, mount_port=MOUNT_PORT, **BOTH)) == []
    url = f"nfs://127.0.0.1/vol/out1?version=3&nfsport={PORT}&mountport={MOUNT_PORT}&noresvport=true"
    with nfs_rs.Client.connect(url).open("/over-node-port", "wb") as stream:
        stream.write(b"x")
    assert verbs(server.up(port=PORT, **BOTH)) == [], "what it has is what is chosen"
    assert verbs(server.up(**BOTH)) == ["replace"]
    assert verbs(server.up(**BOTH)) == []
    # kube-proxy follows when it can.
    eventually(lambda: _shown(address) == ["/vol/out1", "/vol/out2"], within=30)


def _shown(address: str) -> list[str]:
    with contextlib.suppress(OSError):
        return sorted(exported(address))
    return []
