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
    "nas-input-1": {"podman": "8ad74543e73f9348", "kubernetes": "d3b603eff4ad416a"},
    "nas-input-2": {"podman": "9a54fbf1f5330dfa", "kubernetes": "ebe7a902961d9df5"},
    "nas-input-3": {"podman": "2a25b9ecccd9a994", "kubernetes": "0c8d5e6a95d99f9f"},
    "nas-backup": {"podman": "f9c9d4c459015f2f", "kubernetes": "b52ac765483fbdb4"},
    "nas-output-1": {"podman": "681fe2c2b33b8ff1", "kubernetes": "e0beae22013cb9e5"},
    "nas-output-2": {"podman": "24742a85e48f9017", "kubernetes": "f9d07907ed3893ef"},
    "nas-output-3": {"podman": "8aafeba618b9945e", "kubernetes": "cb155f72deaeac83"},
    "nas-a": {"podman": "c3a74f4befe28233", "kubernetes": "bb8de6a981e9d1b3"},
    "nas-b": {"podman": "6f551e0dba38f098", "kubernetes": "30c9ef93519fa1db"},
    "nas-c": {"podman": "e55a9ca1a9766d90", "kubernetes": "49628e676a83f081"},
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
