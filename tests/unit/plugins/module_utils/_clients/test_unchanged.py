# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients of existing topologies are given is the same byte for byte, as it was before exports and addresses.

Else an upgrade of the collection would rewrite their files, and would want volumes that are in use to be made anew.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._clients.documents import FORMATS, Subject, documents
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import endpoints
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.example import Example, example_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming, client_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

OLD = {
    "servers": [
        {"name": "nas-a", "role": "input", "port": 32200, "nfs_server": "unfs3"},
        {"name": "nas-b", "role": "output", "port": 32201, "export_options": "ro,all_squash"},
    ]
}
DIGESTS = {
    ("default", "podman"): "935aa788d45cb74f",
    ("default", "kubernetes"): "eb3229ac94affeee",
    ("old", "podman"): "c9091490d5e1bb31",
    ("old", "kubernetes"): "db57cd09003b7476",
}


@pytest.mark.parametrize(("which", "engine"), DIGESTS)
def test_files_and_objects_of_existing_topologies_stay_as_they_are(which: str, engine: str) -> None:
    topology = read_topology(OLD if which == "old" else None)
    reports: list[dict[str, t.Any]] = [
        {
            "name": server.name,
            "host": "127.0.0.1",
            "port": server.port,
            "cluster": {"cluster_ip": f"10.0.0.{number}", "cluster_port": 2049, "dns_name": f"{server.name}.nas.svc"}
            if engine == "kubernetes"
            else None,
        }
        for number, server in enumerate(topology.enabled, start=1)
    ]
    mounted = endpoints(topology.enabled, reports, server_address=None, actimeo=1, guess=False)
    naming = Naming("file-simulator", "file-simulator", "dev-", {"team": "a"})
    objects = client_objects(mounted, ["orders", "reports"], naming)
    example = Example("localhost/nas:1", "print()\n", tuple(each.server for each in mounted), True)
    more = example_objects(example, mounted, "orders", naming)
    made = {
        "files": documents(FORMATS, Subject(mounted, naming, objects, more, "/mnt/nas")),
        "objects": [objects, more],
    }
    assert hashlib.sha256(json.dumps(made).encode()).hexdigest()[:16] == DIGESTS[which, engine]
