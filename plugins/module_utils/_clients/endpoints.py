# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody who mounts a NAS server has to know of it. Private to file_simulator.nas. Pure.

There are three points of view, and each has its own address for a server: the managed machine's, a
pod's, and that of a node, whose kubelet mounts volumes with the node's resolver and so cannot use
the name of a Service.

Each export has an endpoint of its own. That of a server's first export is called as the server is, so that nothing is
called otherwise because a server got a second one.
"""

from __future__ import annotations

import re
import typing as t
import zlib
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import bracketed
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import (
    MOUNT_PORT,
    NFS_PORT,
    NO_PORT,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import EXPORT_PATH, Export
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import (
    at_standard_ports,
    mount_options,
)

CLUSTER_IP = "cluster_ip"
NODE = "node"
SERVER_ADDRESSES = (CLUSTER_IP, NODE)
# Stands for an address in check mode, where the server that has it does not exist yet.
UNKNOWN_YET = "known-once-the-server-runs"
# An actimeo that leaves it to the client how long it caches attributes: up to a minute for directories.
CLIENTS_CHOICE = -1
# A DNS label's longest, which a volume in a pod is called by.
_LONGEST_NAME = 63
_NO_LABEL = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Address:
    """Where a server is reached from one point of view; ``mount_port`` is that of NFSv3's MOUNT, NO_PORT for the same."""

    host: str
    port: int
    mount_port: int = NO_PORT

    @property
    def in_url(self) -> str:
        """The host as it is written before a colon."""
        return bracketed(self.host)


@dataclass(frozen=True)
class Endpoint:
    """One export of a server for those who mount it. ``actimeo`` is in seconds, ``size`` a Kubernetes quantity.

    ``outside`` is the managed machine's address for it, ``pod`` a pod's, ``node`` a node's.
    ``node_port`` is its port on the nodes. ``beside`` tells that it runs on the managed machine itself, as podman's do.
    ``called`` is what the export is called, empty where that is the server's name. ``has_port`` tells that the server has
    a port of its own, which mount options name then wherever it is reached.
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
    called: str = ""
    has_port: bool = True
    nfs_versions: tuple[int, ...] = (4,)
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the export is called: the name of its claim and its directory, and what facts are found by."""
        return self.called or self.server

    def at_standard_ports(self, address: Address, version: int) -> bool:
        """Tell whether a client finds the server at ``address`` without being told its ports."""
        return at_standard_ports(version, address.port, address.mount_port)

    def mount_options(self, address: Address) -> list[str]:
        """Return options for the kernel's client that reaches the server at ``address``."""
        options = mount_options(self.nfs_version, address.port, address.mount_port, named=self.has_port).split(",")
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
    """Return the endpoints of the exports of ``servers``, which have their addresses from ``reports`` of nas_server_info.

    ``server_address`` None means ``cluster_ip`` for a server in a cluster, and ``node`` for others.
    Raises SimulatorError for a server that has no address yet, unless ``guess`` is set.
    """
    known = {report.get("name"): report for report in reports}
    found: list[Endpoint] = []
    for server in servers:
        if server.name not in known:
            raise SimulatorError(f"reports: there is none of server {server.name}; ask nas_server_info for it")
        try:
            first = _endpoint(server, known[server.name], server_address, actimeo, guess)
        except (KeyError, TypeError, ValueError) as error:
            raise SimulatorError(
                f"reports: that of server {server.name} is none of nas_server_info: {type(error).__name__} {error}"
            ) from None
        found += [
            replace(first, path=export.path, read_only=export.options.read_only, called=called)
            for export, called in zip(server.exports, ["", *_names(server)])
        ]
    _refuse_two_of_a_name(found)
    return found


def _names(server: Server) -> t.Iterator[str]:
    """Yield what the exports are called that have not the server's name: server and path, as far as a DNS label takes it."""
    plain = [_plain_name(server, export) for export in server.exports[1:]]
    for export, name in zip(server.exports[1:], plain):
        if len(name) <= _LONGEST_NAME and plain.count(name) == 1 and name != server.name:
            yield name
        else:
            number = f"-{zlib.crc32(export.path.encode()):08x}"
            yield name[: _LONGEST_NAME - len(number)].rstrip("-") + number


def _plain_name(server: Server, export: Export) -> str:
    return f"{server.name}-{_NO_LABEL.sub('-', export.path.lower()).strip('-')}".rstrip("-")


def _refuse_two_of_a_name(found: t.Sequence[Endpoint]) -> None:
    owners: dict[str, Endpoint] = {}
    for endpoint in found:
        other = owners.setdefault(endpoint.name, endpoint)
        if other is not endpoint:
            raise SimulatorError(
                f"server {endpoint.server}: {endpoint.path} is called {endpoint.name} for clients, as {other.path} of "
                f"{other.server} is; rename one of the servers"
            )


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
    versions = server.nfs_versions
    # A server without a NodePort is reached within its cluster alone.
    inside = bool(cluster) and port == NFS_PORT
    outside = Address(
        _given(server, str(report["host"]), guess), port, server.mount_port or int(report.get("mount_port") or NO_PORT)
    )
    if by == NODE:
        if inside:
            raise SimulatorError(
                f"server {server.name}: server_address: it has no port on the nodes; choose {CLUSTER_IP}, or give it a port"
            )
        pod = node = outside
    else:
        # A Service without an address of its own says "None".
        address = str(cluster["cluster_ip"]).replace("None", "")
        own = int(cluster["cluster_port"])
        mount_port = MOUNT_PORT if 3 in versions and server.nfs_server != "unfs3" else NO_PORT
        node = Address(_given(server, address, guess), own, mount_port)
        pod = Address(str(cluster["dns_name"]), own, mount_port)
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
        has_port=port != NFS_PORT,
        nfs_versions=versions,
        aliases=server.aliases,
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
