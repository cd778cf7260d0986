# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody who mounts a NAS server has to know of it. Private to file_simulator.nas. Pure.

There are three points of view, and each has its own address for a server: the managed machine's, a
pod's, and that of a node, whose kubelet mounts volumes with the node's resolver and so cannot use
the name of a Service.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import bracketed
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import NO_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import EXPORT_PATH
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import mount_options

CLUSTER_IP = "cluster_ip"
NODE = "node"
SERVER_ADDRESSES = (CLUSTER_IP, NODE)
# Stands for an address in check mode, where the server that has it does not exist yet.
UNKNOWN_YET = "known-once-the-server-runs"
# An actimeo that leaves it to the client how long it caches attributes: up to a minute for directories.
CLIENTS_CHOICE = -1


@dataclass(frozen=True)
class Address:
    """Where a server is reached from one point of view."""

    host: str
    port: int

    @property
    def in_url(self) -> str:
        """The host as it is written before a colon."""
        return bracketed(self.host)


@dataclass(frozen=True)
class Endpoint:
    """One server for those who mount it. ``actimeo`` is in seconds, ``size`` a Kubernetes quantity.

    ``outside`` is the managed machine's address for it, ``pod`` a pod's, ``node`` a node's.
    ``node_port`` is its port on the nodes. ``beside`` tells that it runs on the managed machine itself, as podman's do.
    """

    server: str
    role: str
    read_only: bool
    nfs_version: int
    size: str
    actimeo: int
    node_port: int
    outside: Address
    pod: Address
    node: Address
    path: str = EXPORT_PATH
    beside: bool = False

    def mount_options(self, address: Address) -> list[str]:
        """Return options for the kernel's client that reaches the server at ``address``."""
        options = mount_options(self.nfs_version, address.port).split(",")
        return options if self.actimeo == CLIENTS_CHOICE else [*options, f"actimeo={self.actimeo}"]

    def url(self, address: Address) -> str:
        """Return the server's URL in the form of RFC 2224."""
        return f"nfs://{address.in_url}:{address.port}{self.path}"


def endpoints(
    servers: t.Sequence[Server],
    reports: t.Sequence[t.Mapping[str, t.Any]],
    *,
    server_address: str | None,
    actimeo: int,
    guess: bool,
) -> list[Endpoint]:
    """Return the endpoints of ``servers``, which have their addresses from ``reports`` of nas_server_info.

    ``server_address`` None means ``cluster_ip`` for a server in a cluster, and ``node`` for others.
    Raises SimulatorError for a server that has no address yet, unless ``guess`` is set.
    """
    known = {report.get("name"): report for report in reports}
    found = []
    for server in servers:
        if server.name not in known:
            raise SimulatorError(f"reports: there is none of server {server.name}; ask nas_server_info for it")
        try:
            found.append(_endpoint(server, known[server.name], server_address, actimeo, guess))
        except (KeyError, TypeError, ValueError) as error:
            raise SimulatorError(
                f"reports: that of server {server.name} is none of nas_server_info: {type(error).__name__} {error}"
            ) from None
    return found


def _endpoint(
    server: Server, report: t.Mapping[str, t.Any], server_address: str | None, actimeo: int, guess: bool
) -> Endpoint:
    cluster = report["cluster"] or {}
    by = server_address or (CLUSTER_IP if cluster else NODE)
    if by == CLUSTER_IP and not cluster:
        raise SimulatorError(
            f"server {server.name}: server_address: there is no {CLUSTER_IP} outside a cluster; choose {NODE}"
        )
    port = _given_port(server, report["port"], guess)
    outside = Address(_given(server, str(report["host"]), guess), port)
    if by == NODE:
        pod = node = outside
    else:
        # A Service without an address of its own says "None".
        address = str(cluster["cluster_ip"]).replace("None", "")
        node = Address(_given(server, address, guess), int(cluster["cluster_port"]))
        pod = Address(str(cluster["dns_name"]), int(cluster["cluster_port"]))
    return Endpoint(
        server=server.name,
        role=server.role,
        read_only=server.export.read_only,
        nfs_version=server.nfs_version,
        size=server.storage.size_limit,
        actimeo=actimeo,
        node_port=port,
        outside=outside,
        pod=pod,
        node=node,
        beside=not cluster,
    )


def _given_port(server: Server, port: t.Any, guess: bool) -> int:
    if port is None and not guess:
        raise SimulatorError(f"server {server.name}: its port is chosen as it starts; start it first: {remedies.START}")
    return NO_PORT if port is None else int(port)


def _given(server: Server, host: str, guess: bool) -> str:
    if not host and not guess:
        raise SimulatorError(f"server {server.name}: it has no address yet; start it first: {remedies.START}")
    if any(character.isspace() or character in ",/" for character in host):
        raise ValueError(f"'{host}' is no address")
    return host or UNKNOWN_YET
