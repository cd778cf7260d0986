# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What existing topologies run is the same byte for byte, so that an upgrade of the collection replaces no server.

The image's tag is left out: it follows from the image's content. A digest changes here only where all servers are meant
to be made anew, which a fragment in ``changelogs/fragments`` then says.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import pod_spec
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.render import server_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images, pod_of

IMAGES = Images("localhost/nas:test", "localhost/unfs3:test")
OLD: dict[str, t.Any] = {
    "servers": [
        {"name": "nas-a", "role": "input", "port": 32200, "nfs_server": "unfs3"},
        {
            "name": "nas-b",
            "role": "output",
            "port": 32201,
            "export_id": 9,
            "export_options": "ro,all_squash,anonuid=4294967294",
            "clients": ["192.0.2.0/24"],
            "storage": {"type": "persistent"},
            "sync": {"mode": "two_way"},
        },
        {"name": "nas-c", "role": "input", "port": "auto"},
    ]
}
DIGESTS = {
    "nas-input-1": {"podman": "e265fe836e90c5cf", "kubernetes": "ac2d2d6a7fb56c21"},
    "nas-input-2": {"podman": "18cd14222c7f899d", "kubernetes": "e575dbbc5d374edf"},
    "nas-input-3": {"podman": "c1f8749b40fd14ec", "kubernetes": "c7be922316b15df4"},
    "nas-backup": {"podman": "d5ac51a882d8197c", "kubernetes": "130f063d23dab022"},
    "nas-output-1": {"podman": "9e483906a5468beb", "kubernetes": "1149124e2e28737d"},
    "nas-output-2": {"podman": "b5adceb0aba27d1b", "kubernetes": "06db14b00026c0dc"},
    "nas-output-3": {"podman": "6b3bfc253a626f60", "kubernetes": "b7e767e0fc82ba33"},
    "nas-a": {"podman": "c3a74f4befe28233", "kubernetes": "bb8de6a981e9d1b3"},
    "nas-b": {"podman": "abf13a23271944b5", "kubernetes": "3e03f755bf1f30c8"},
    "nas-c": {"podman": "d6df1c4e9edc2482", "kubernetes": "56dd747905c7f9f8"},
}


def on_podman(server: Server) -> t.Any:
    pod = pod_of(server, IMAGES, ["198.51.100.0/24", "127.0.0.1/32"])
    placement = render.Placement(
        instance="file-simulator",
        listen_address="127.0.0.1",
        port=server.port or 30001,
        windows_directory=str(server.directory),
        local_directory=f"/mnt/c/{server.name}",
        generation="0000",
        config_directory=f"/var/lib/file-simulator/{server.name}",
    )
    description = render.describe(pod, placement)
    created = [render.container_create(pod, container, placement) for container in pod.containers]
    return [dict(pod.config_files), description, render.pod_create(pod, placement, description), created]


def in_a_cluster(server: Server) -> t.Any:
    placement = pod_spec.Placement(
        instance="file-simulator",
        namespace="file-simulator",
        port=server.port,
        node_directory=f"/mnt/simulator-data/{server.name}",
        generation="0000",
        cluster_version=(1, 33),
        clients=server.clients,
        network_policy=True,
    )
    return server_objects(pod_of(server, IMAGES), placement)


@pytest.mark.parametrize(
    "server", [*read_topology(None).servers, *read_topology(OLD).servers], ids=lambda each: each.name
)
def test_server_of_an_existing_topology_is_what_it_was(server: Server) -> None:
    found = {
        engine: hashlib.sha256(json.dumps(rendered, sort_keys=True).encode()).hexdigest()[:16]
        for engine, rendered in (("podman", on_podman(server)), ("kubernetes", in_a_cluster(server)))
    }
    assert found == DIGESTS[server.name]
