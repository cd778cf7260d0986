# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where each server will stand, and whether it can. Private to file_simulator.nas.

Everything is looked at before anything is touched.
"""

from __future__ import annotations

import ipaddress
import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request, check_unfs3_image
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.port_check import check_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.allowed_clients import let_in
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Pod, pod_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import marker_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import Marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.real_paths import RealPath

# Where a network is yet to be made: nobody's address.
_UNKNOWN_GATEWAY = "0.0.0.0"


class Placing:
    """Says where the servers of one topology stand on this machine.

    Raises SimulatorError when one of ``servers`` cannot run there.
    """

    def __init__(
        self,
        topology: Topology,
        drives: Drives,
        config_root: str,
        found: t.Mapping[tuple[str, str], Found],
        servers: t.Sequence[Server],
        request: Request,
    ) -> None:
        self._topology = topology
        self._drives = drives
        self._config_root = config_root
        self._servers = servers
        self._request = request
        self._check_neighbours(servers, found)
        if not request.move_data_root:
            self._check_moves(servers, found)
        self._markers = [
            marker_of(server, topology.data_root, drives, topology.instance, guess=request.check_mode)
            for server in servers
        ]
        check_ports(servers, topology, found)
        check_unfs3_image(servers, request)

    def check_images(self, podman: Podman) -> None:
        """Raise SimulatorError when an image that the servers run is not there."""
        images = self._request.images
        for image in {images.nas, *(images.unfs3 for server in self._servers if server.nfs_server == "unfs3")}:
            if not podman.succeeds(["image", "exists", image]):
                raise SimulatorError(f"image {image} is not there; {remedies.BUILD_IMAGE} builds it")

    def pods(self, gateway: str) -> dict[str, tuple[Pod, Placement]]:
        """Return what to run of each server; ``gateway`` is the network's, empty while there is none."""
        gateway = gateway or _UNKNOWN_GATEWAY
        return {
            server.name: (self._pod(server, gateway), self._placement(server, marker, gateway))
            for server, marker in zip(self._servers, self._markers)
        }

    def warnings(self) -> list[str]:
        """Say which servers are open to everybody."""
        listen = self._topology.listen_address
        everybodys = [server.name for server in self._servers if not server.clients and not server.address]
        if not everybodys or ipaddress.ip_address(listen).is_loopback:
            return []
        return [
            f"{', '.join(everybodys)}: listen_address {listen} is reached from other machines, and without clients every "
            "one of them may mount, with root's rights unless the export squashes root; name those that may in clients"
        ]

    def _check_neighbours(self, servers: t.Sequence[Server], found: t.Mapping[tuple[str, str], Found]) -> None:
        """Refuse a Windows directory that another instance's server has: two agents would fight over it."""
        taken = [
            (RealPath.of(directory), f"{server} of instance {instance}")
            for (instance, server), pod in found.items()
            for directory in [pod.current.description.get("local_directory")]
            if directory and instance != self._topology.instance
        ]
        for server in servers:
            real = RealPath.of(self._drives.local(server.directory))
            for directory, owner in taken:
                if real.meets(directory):
                    raise SimulatorError(
                        f"server {server.name}: directory: {server.directory} and {directory.path}, that of {owner}, are "
                        "one, or one lies in the other; give each instance its own data_root"
                    )

    def _check_moves(self, servers: t.Sequence[Server], found: t.Mapping[tuple[str, str], Found]) -> None:
        """Refuse to move a server that is there to another directory: its volume belongs to the one that it has."""
        for server in servers:
            own = found.get((self._topology.instance, server.name))
            has = own.current.description.get("local_directory") if own else None
            desired = self._drives.local(server.directory)
            if has and has != desired:
                raise SimulatorError(
                    f"server {server.name}: directory: it runs on {has}, and this would move it to {desired}; name its own "
                    f"with drive_root and data_root, or have it moved with {remedies.MOVE_DATA_ROOT}"
                )

    def _placement(self, server: Server, marker: Marker, gateway: str) -> Placement:
        return Placement(
            instance=self._topology.instance,
            listen_address=server.address or self._topology.listen_address,
            port=server.port,
            mount_port=server.mount_port,
            windows_directory=str(server.directory),
            local_directory=self._drives.local(server.directory),
            generation=marker.generation,
            restored=marker.restored,
            config_directory=os.path.join(self._config_root, server.name),
            gateway=gateway,
        )

    def _pod(self, server: Server, gateway: str) -> Pod:
        clients = let_in(server.clients, server.address or self._topology.listen_address, gateway)
        return pod_of(server, self._request.images, clients=clients)
