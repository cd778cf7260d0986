# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports of this machine for servers whose topology says ``port: auto``. Private to file_simulator.nas.

A server keeps the port that it has. One that has none gets a free one, which no other run takes meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import typing as t
import zlib

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked
from ansible_collections.file_simulator.nas.plugins.module_utils._common.ports import port_holder
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import MOUNT_PORT, NO_PORT, PORTS
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server, at_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import has_rpcbind

# NodePorts, as all ports are, and below those that topologies have by default and that people choose beside them.
CHOICES = range(30000, 31000)
# No instance has a lock that is called so: its name has no dots.
_RESERVATION = "port.{}.lock"


def ports_of(pods: t.Iterable[Found]) -> dict[str, int]:
    """Return the ports that pods of one instance have, by server."""
    return {pod.current.server: _port(pod) for pod in pods if _port(pod)}


def mount_ports_of(pods: t.Iterable[Found]) -> dict[str, int]:
    """Return the ports at which pods of one instance answer MOUNT, by server, where these are others."""
    return {pod.current.server: _mount_port(pod) for pod in pods if _mount_port(pod)}


def choose_ports(
    servers: t.Sequence[Server],
    topology: Topology,
    pods: t.Mapping[tuple[str, str], Found],
    state_directory: str,
    held: contextlib.ExitStack | None,
) -> list[Server]:
    """Return ``servers``, those that are to have ports chosen, with these.

    ``pods`` are those of all instances. What is chosen is this run's until ``held`` ends; without it, in check
    mode, nothing is reserved. Raises SimulatorError when no port is free.
    """
    listen, instance = topology.listen_address, topology.instance
    fixed = {port for server in topology.servers for port in server.node_ports}
    taken = fixed | {port for pod in pods.values() for port in (_port(pod), _mount_port(pod))}

    def chosen(server: Server, kind: str, has: t.Callable[[Found], int]) -> int:
        own = pods.get((instance, server.name))
        if own and has(own) and has(own) not in fixed and _can_stay(own, listen, has(own)):
            return has(own)
        port = _free_port(server.name, kind, topology, taken, state_directory, held)
        taken.add(port)
        return port

    ports = {server.name: chosen(server, "port", _port) for server in servers if server.port == NO_PORT}
    mount_ports = {
        server.name: chosen(server, "mount_port", _mount_port)
        for server in servers
        if has_rpcbind(server) and server.mount_port == NO_PORT
    }
    return at_ports(servers, ports, mount_ports)


def _port(pod: Found) -> int:
    return _number(str(pod.current.description.get("address", "")))


def _mount_port(pod: Found) -> int:
    """Return the port of this machine that leads to MOUNT's; the standard port is chosen by nobody."""
    leading = f":{MOUNT_PORT}/tcp"
    for words in pod.current.description.get("published", ()):
        if str(words).endswith(leading):
            port = _number(str(words)[: -len(leading)])
            return port if port in range(PORTS[0], PORTS[1] + 1) else NO_PORT
    return NO_PORT


def _number(words: str) -> int:
    port = words.rpartition(":")[2]
    return int(port) if port.isdigit() else NO_PORT


def _can_stay(own: Found, listen: str, port: int) -> bool:
    """Tell whether a pod can go on with a port: it has it now, or nobody else has taken it since it stopped."""
    itself = "the server itself"
    return not own.current.stopped or port_holder(listen, port, {own.infra: itself}) in ("", itself)


def _free_port(
    server: str,
    kind: str,
    topology: Topology,
    taken: t.Collection[int],
    state_directory: str,
    held: contextlib.ExitStack | None,
) -> int:
    # The same server gets the same port again where that is free; others begin their search elsewhere.
    name = f"{topology.instance}.{server}" + ("" if kind == "port" else f".{kind}")
    first = zlib.crc32(name.encode()) % len(CHOICES)
    problem = "other servers have them"
    for step in range(len(CHOICES)):
        port: int = CHOICES[(first + step) % len(CHOICES)]
        if port in taken:
            continue
        with contextlib.ExitStack() as attempt:
            try:
                if held is not None:
                    path = os.path.join(state_directory, _RESERVATION.format(port))
                    lock = locked(path, f"port {port}", "a run that has just chosen it", 0.0, transient=True)
                    attempt.enter_context(lock)
            except SimulatorError as error:
                problem = error.message
                continue
            holder = port_holder(topology.listen_address, port)
            if not holder:
                if held is not None:
                    held.push(attempt.pop_all())
                return port
            problem = f"{topology.listen_address}:{port} is in use by {holder}"
    raise SimulatorError(
        f"server {server}: {kind}: none of {CHOICES[0]}..{CHOICES[-1]} can be had ({problem}); choose one of your own"
    )
