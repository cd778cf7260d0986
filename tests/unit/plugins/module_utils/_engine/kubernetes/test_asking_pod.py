# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a pod of the cluster asks of a server that it finds by its name."""

from __future__ import annotations

import inspect
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.inspector import _asked
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import probe


@pytest.mark.parametrize(
    ("server", "asked"),
    [
        ({}, {"path": "/data", "version": 4}),
        ({"exports": [{"path": "/vol/in1"}], "nfs_versions": [3, 4]}, {"path": "/vol/in1", "version": 4}),
        ({"nfs_versions": [3]}, {"path": "/data", "version": 3, "rpcbind": 111}),
        # MOUNT of the Service, whatever the port on the nodes.
        (
            {"nfs_versions": [3], "port": 31750, "mount_port": 31751},
            {"path": "/data", "version": 3, "rpcbind": 111},
        ),
        ({"nfs_server": "unfs3"}, {"path": "/data", "version": 3}),
    ],
)
def test_it_asks_for_what_is_served_first(server: dict[str, t.Any], asked: dict[str, t.Any]) -> None:
    (found,) = read_topology({"servers": [{"name": "nas01", "role": "input", **server}]}).servers
    assert _asked(found) == asked
    inspect.signature(probe).bind("10.96.0.7", 2049, **asked)
