# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the servers of the podman engine are. Private to file_simulator.nas.

Looks at podman, asks each server over NFS, and reads what its sync agent last said of itself.
Changes nothing.
"""

from __future__ import annotations

import json
import os
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.ports import connect_address
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import encodable
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.damage import unsound
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.faults import PodmanFaults
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.port_choice import (
    mount_ports_of,
    ports_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server, at_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer, ProbeError
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import ask
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import INIT_CONTAINER, STATUS_FILE
from ansible_collections.file_simulator.nas.plugins.module_utils._server.service import service_of
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import (
    ABSENT,
    BROKEN,
    NOT_ANSWERING,
    READY,
    STOPPED,
    ServerStatus,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import spaces_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives

_PROBE_SECONDS = 2.0


def podman_statuses(
    podman: Podman | None, topology: Topology, drives: Drives, servers: t.Sequence[Server]
) -> list[ServerStatus]:
    """Return how each of ``servers`` is, in their order. Without podman all of them are absent."""
    pods = podman.pods() if podman else []
    found = {pod.current.server: pod for pod in pods if pod.instance == topology.instance}
    servers = at_ports(servers, ports_of(found.values()), mount_ports_of(found.values()))
    mountpoints = podman.mountpoints() if podman and found else {}
    ill = unsound(podman, found.values()) if podman else {}
    faults = PodmanFaults(podman, topology.instance, lambda: found).active() if found else {}

    spaces = spaces_of([drives.local(server.directory) for server in servers])

    def status(server: Server) -> ServerStatus:
        pod = found.get(server.name)
        host = connect_address(server.address or topology.listen_address)
        on = faults.get(server.name, [])
        state, problem, answer = _state(pod, host, server, ill.get(server.name, ""), faulty=bool(on))
        local_directory = drives.local(server.directory)
        mountpoint = mountpoints.get(Names(topology.instance, server.name).volume) if pod else None
        return ServerStatus(
            server,
            engine="podman",
            instance=topology.instance,
            state=state,
            problem=problem,
            host=host,
            local_directory=local_directory,
            answer=answer,
            windows_space=spaces[local_directory],
            # The agent's clock is this machine's: one that has stopped telling has stopped.
            now=time.time(),
            containers=pod.containers if pod else {},
            sync=read_status(mountpoint) if mountpoint and server.sync.mode != "none" else None,
            faults=on,
        )

    return for_each(servers, status)


def sync_status(podman: Podman, instance: str, server: str) -> dict[str, t.Any] | None:
    """Return what a server's sync agent last said of itself, None when it never said anything."""
    mountpoint = podman.mountpoints().get(Names(instance, server).volume)
    return read_status(mountpoint) if mountpoint else None


def _state(pod: Found | None, host: str, server: Server, ill: str, *, faulty: bool) -> tuple[str, str, Answer | None]:
    """Return a server's state, what is wrong with it, and what it said when it answers.

    One that is ``faulty`` has a fault on purpose, which explains why it does not.
    """
    if pod is None:
        return ABSENT, "", None
    if pod.current.damage or ill:
        return BROKEN, f"{pod.current.damage or ill}; {remedies.START} makes it anew around its volume", None
    if pod.current.stopped:
        return STOPPED, "", None
    if not pod.current.running:
        down = sorted(name for name, word in pod.containers.items() if word != "running" and name != INIT_CONTAINER)
        return BROKEN, f"not running: {', '.join(down)}; {remedies.START} mends that", None
    try:
        return READY, "", ask(service_of(server, host), _PROBE_SECONDS)
    except ProbeError as error:
        return NOT_ANSWERING, str(error) if faulty else f"{error}; {remedies.START} mends that", None


def read_status(mountpoint: str) -> dict[str, t.Any] | None:
    """Return what the sync agent last wrote into the volume that is mounted there, None when it never did."""
    try:
        with open(os.path.join(mountpoint, STATUS_FILE), encoding="utf-8") as stream:
            status = json.load(stream)
    except (OSError, ValueError, RecursionError):
        return None
    return encodable(status) if isinstance(status, dict) else None
