# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status of servers of the default topology."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import READY, ServerStatus


def status(
    name: str = "nas-backup", *, changes: t.Sequence[t.Mapping[str, t.Any]] = (), **found: t.Any
) -> ServerStatus:
    """Return the status of a server that is well, but for what ``found`` says; ``changes`` are the topology's."""
    topology = read_topology({"changes": list(changes)} if changes else None)
    server = next(server for server in topology.servers if server.name == name)
    given = {
        "engine": "podman",
        "instance": "file-simulator",
        "state": READY,
        "host": "127.0.0.1",
        "local_directory": f"/mnt/c/simulator-data/{name}",
        "answer": Answer((4, 4), 0.01, (3 << 30, 4 << 30)),
        "windows_space": (5 << 30, 6 << 30),
        "containers": {"nfs-server": "running"},
    }
    return ServerStatus(server, **{**given, **found})
