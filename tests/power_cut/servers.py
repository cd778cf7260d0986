# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers that run in the machine, described as the collection's own engines are told to run them."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import NFS_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import mount_options
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import STATUS_PORT, Images, pod_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import Marker

NAS, WINDOWS = "nas", "windows"
# By name: the sync mode, and who writes.
SERVERS: dict[str, tuple[str, list[str]]] = {
    "nas-input-1": ("windows_to_nas", [WINDOWS]),
    "nas-output-1": ("nas_to_windows", [NAS]),
    "nas-output-2": ("two_way", [NAS, WINDOWS]),
}


def describe() -> list[dict[str, t.Any]]:
    """Return what the machine is told of each server."""
    declared = [
        {"name": name, "port": 32150 + number, "sync": {"mode": mode}}
        for number, (name, (mode, _writers)) in enumerate(SERVERS.items())
    ]
    return [_describe(server, number) for number, server in enumerate(read_topology({"servers": declared}).servers)]


def _describe(server: t.Any, number: int) -> dict[str, t.Any]:
    pod = pod_of(server, Images("the NAS image"))
    assert pod.agent
    # In a pod each has an address of its own; here they share one.
    port, status = NFS_PORT + number, STATUS_PORT + number
    conf = pod.config_files["ganesha.conf"].replace(f"NFS_Port = {NFS_PORT};", f"NFS_Port = {port};")
    return {
        "name": server.name,
        "writers": SERVERS[server.name][1],
        "marker": Marker(server.name, f"generation-{number}", True).text,
        "port": port,
        "status": status,
        "options": mount_options(4, port),
        "conf": conf,
        "init": list(pod.init.command),
        "agent": [word.replace(f":{STATUS_PORT}", f":{status}") for word in pod.agent.command],
        "nfs": list(pod.nfs_server.command),
    }
