# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether this machine's ports are there for the servers that are to have them. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.ports import UNKNOWN, port_holder
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.publishing import (
    Publication,
    publications,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import AUTO, NFS_PORT, PORTS
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import ports_of


def check_ports(servers: t.Sequence[Server], topology: Topology, found: t.Mapping[tuple[str, str], Found]) -> None:
    """Refuse servers without a place on this machine, and ports that somebody else has, all of them at once.

    ``found`` are the pods of all instances, by instance and server.
    """
    homeless = [server.name for server in servers if server.port == NFS_PORT and not server.address]
    if homeless:
        raise SimulatorError(
            f"server {', '.join(homeless)}: port: is missing; on podman, choose a free one in {PORTS[0]}..{PORTS[1]}, or "
            f"{AUTO}, or give it an address of its own"
        )
    known = {pod.infra: f"server {server} of instance {instance}" for (instance, server), pod in found.items()}
    taken = []
    fields = set()
    for server in servers:
        own = found.get((topology.instance, server.name))
        for field, publication in _wanted(server, topology.listen_address):
            holder = _holder(publication, own, known)
            if holder == UNKNOWN and publication.port == NFS_PORT:
                holder += ", such as the kernel's NFS server"
            if holder:
                taken.append(f"server {server.name}: {field}: {publication.shown} is in use by {holder}")
                fields.add(field)
    if taken:
        one = len(taken) == 1
        others = "give the server a port instead of its address" if "address" in fields else "choose other ports"
        other = others if "address" in fields else "choose another port"
        raise SimulatorError("; ".join([*taken, f"stop that, or {other}" if one else f"stop those, or {others}"]))


def _wanted(server: Server, listen_address: str) -> t.Iterator[tuple[str, Publication]]:
    """Yield the ports that a server is to have, each with the field that asks for it."""
    at = server.address or listen_address
    for publication in publications(ports_of(server), at, server.port, server.mount_port):
        own_field = "mount_port" if publication.target.name == "mount" else "port"
        yield "address" if server.address else own_field, publication


def _holder(publication: Publication, own: Found | None, known: t.Mapping[str, str]) -> str:
    """Return who keeps a server from having a port, empty when nobody does; ``own`` is the server's pod."""
    running = own is not None and not own.current.stopped
    if own and running and _has(own, publication):
        return ""
    # Its own port at another address is free once it has stopped.
    others = {**known, own.infra: ""} if own and running else known
    holder = port_holder(publication.address, publication.port, others, publication.target.protocol)
    # Where podman does not know that a server still runs: starting it finds out.
    return "" if own is not None and holder == known[own.infra] else holder


def _has(own: Found, publication: Publication) -> bool:
    described = own.current.description
    if publication.target.name == "nfs":
        return bool(described.get("address") == f"{publication.address}:{publication.port}")
    return publication.argument in described.get("published", ())
