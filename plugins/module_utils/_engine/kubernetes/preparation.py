# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cluster is to have, checked before anything is touched. Private to file_simulator.nas.

Reads: the Windows directories' markers, the API server's answers to dry runs, and who has a port.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request, check_unfs3_image
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import state
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.claims import (
    check_generation,
    settled_claim,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.moves import check_move
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.pod_spec import (
    Placement,
    node_directory,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.render import (
    namespace_object,
    server_objects,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.state import Observed
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM, settled
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.problems import ApiError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import ProbeError, probe
from ansible_collections.file_simulator.nas.plugins.module_utils._server.allowed_clients import seen_from_pods
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import pod_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import is_known, marker_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives

# As the server itself sees the probe that runs beside it.
_OWN_ADDRESS = "127.0.0.1/32"
# How long a server that answers may take for it; one that does not is what is hoped for.
_STRANGER_SECONDS = 0.5


@dataclass(frozen=True)
class Settings:
    """How a cluster is used.

    ``node_data_root`` is the data root as the nodes see it. ``node_address`` empty stands for the
    address of a server's own node, ``storage_class`` None for the cluster's default.
    """

    node_data_root: str
    node_address: str = ""
    storage_class: str | None = None
    network_policy: bool = False
    manage_namespace: bool = True


@dataclass(frozen=True)
class Prepared:
    """What is to be applied, and what the API server makes of it.

    ``namespace`` is None when it is as it should be. ``predicted`` has a description of each server.
    """

    namespace: Object | None
    objects: t.Mapping[str, t.Sequence[Object]]
    predicted: t.Mapping[str, t.Mapping[str, t.Any]]


class Preparation:
    """Checks and renders servers for one cluster as it was observed. Changes nothing."""

    def __init__(
        self, cluster: Cluster, observed: Observed, topology: Topology, drives: Drives, settings: Settings
    ) -> None:
        self._cluster = cluster
        self._observed = observed
        self._topology = topology
        self._drives = drives
        self._settings = settings

    def prepare(self, servers: t.Sequence[Server], request: Request, going: t.Collection[str]) -> Prepared:
        """Return what is to be applied; raise SimulatorError when a server cannot run there.

        ``going`` are the servers that are removed first, whose ports become free.
        """
        check_unfs3_image(servers, request)
        namespace = self._changed_namespace()
        directories = {
            server.name: node_directory(server, self._topology, self._settings.node_data_root) for server in servers
        }
        place, instance = self._topology.namespace, self._topology.instance
        state.check_names(servers, self._observed, place, instance)
        state.check_neighbours(directories, self._observed, place, instance)
        inheriting = self._check_ports(servers, going)
        # A user who may not see the nodes has no clients on the nodes themselves.
        addresses = state.local_addresses(self._cluster.items_wherever_allowed("Node"))
        self._check_strangers(servers, self._settings.node_address or next(iter(addresses), ""))
        version = self._cluster.version()
        mine = state.objects_of(self._observed, place, instance)
        objects = {}
        for server in servers:
            clients = (*seen_from_pods(server.clients, *addresses), _OWN_ADDRESS) if server.clients else ()
            local = self._drives.local(server.directory)
            marker = marker_of(
                server, self._topology.data_root, self._drives, self._topology.instance, guess=request.check_mode
            )
            if not request.move_data_root:
                check_move(server.name, directories[server.name], local, marker.generation, mine.get(server.name, ()))
            placement = Placement(
                instance=instance,
                namespace=place,
                port=server.port,
                mount_port=server.mount_port,
                node_directory=directories[server.name],
                generation=marker.generation,
                restored=marker.restored,
                cluster_version=version,
                clients=server.clients,
                storage_class=self._settings.storage_class,
                network_policy=self._settings.network_policy,
                local_directory=local,
            )
            rendered = server_objects(pod_of(server, request.images, clients), placement)
            objects[server.name] = self._with_claim(server, marker.generation, rendered, mine.get(server.name, ()))
        return Prepared(namespace, objects, self._predicted(objects, inheriting))

    def _with_claim(
        self, server: Server, generation: str, desired: t.Sequence[Object], found: t.Sequence[Object]
    ) -> list[Object]:
        """Return ``desired`` with a claim that the one of ``found`` can become; refuse where there is none."""
        claim = next((item for item in found if item["kind"] == CLAIM), None)
        if claim is None or not any(item["kind"] == CLAIM for item in desired):
            return list(desired)
        if is_known(generation):
            check_generation(server.name, str(server.directory), generation, found)
        expandable = self._expandable()
        return [
            settled_claim(server.name, item, claim, expandable) if item["kind"] == CLAIM else item for item in desired
        ]

    def _expandable(self) -> dict[str, bool] | None:
        """Return which storage classes let volumes grow; None for a user who may not look."""
        try:
            found = self._cluster.items("StorageClass")
        except ApiError as error:
            if error.status != 403:
                raise
            return None
        return {item["metadata"]["name"]: bool(item.get("allowVolumeExpansion")) for item in found}

    def _changed_namespace(self) -> Object | None:
        """Return the namespace as it would become, None when that is what it is."""
        name, found = self._topology.namespace, self._observed.namespace
        if not self._settings.manage_namespace:
            return None
        if found and found["metadata"].get("deletionTimestamp"):
            raise SimulatorError(f"namespace: {name} is being deleted; wait until it is gone, or choose another")
        desired = self._cluster.apply(namespace_object(name), f"check the namespace {name}", dry_run=True)
        return None if found and settled(found) == settled(desired) else desired

    def _check_ports(self, servers: t.Sequence[Server], going: t.Collection[str]) -> list[str]:
        """Return the servers whose port is that of a server which goes first; refuse ports that others have."""
        holders = state.port_holders(servers, self._observed, self._topology.namespace)
        mine = state.objects_of(self._observed, self._topology.namespace, self._topology.instance)
        leaving = {item["metadata"]["uid"] for name in going for item in mine.get(name, ())}
        taken = [
            f"server {server.name}: port: {server.port} is the NodePort of Service {holder['name']} in namespace "
            f"{holder['namespace']}"
            for server in servers
            for holder in [holders.get(server.name, {}).get("metadata")]
            if holder and holder["uid"] not in leaving
        ]
        if taken:
            raise SimulatorError("; ".join([*taken, f"choose {'another port' if len(taken) == 1 else 'other ports'}"]))
        return list(holders)

    def _check_strangers(self, servers: t.Sequence[Server], host: str) -> None:
        """Refuse ports at which a NAS server answers that is none of the cluster's: a Service would shadow it."""
        ports = state.node_ports(self._observed)

        def check(server: Server) -> None:
            try:
                probe(
                    host,
                    server.port,
                    path=server.paths[0],
                    timeout=_STRANGER_SECONDS,
                    version=server.nfs_version,
                    mount_port=server.mount_port,
                )
            except ProbeError:
                return
            raise SimulatorError(
                f"server {server.name}: port: an NFS server outside the cluster answers at {host}:{server.port}, "
                "such as one of the engine podman; stop that, or choose another port"
            )

        for_each([server for server in servers if host and server.node_ports and server.port not in ports], check)

    def _predicted(
        self, objects: t.Mapping[str, t.Sequence[Object]], inheriting: t.Collection[str]
    ) -> dict[str, dict[str, t.Any]]:
        """Return what the servers would become, as the API server says where it can be asked."""

        def predict(server: str) -> dict[str, t.Any]:
            return state.description(
                item
                # Nothing can be tried in a namespace that is not there, nor a port that is not free yet.
                if self._observed.namespace is None or (item["kind"] == "Service" and server in inheriting)
                else state.without_chosen_port(
                    item, self._cluster.apply(item, f"server {server}: check {item['kind']}", dry_run=True)
                )
                for item in objects[server]
            )

        return dict(zip(objects, for_each(list(objects), predict)))
