# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One NAS server of the topology, read from its entry in a user's mapping and checked.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.directory import read_directory
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import (
    NFS_PORT,
    NO_PORT,
    PORTS,
    chosen_address,
    read_aliases,
    read_endpoint,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.export_options import ExportOptions
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import Export, read_exports
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.ownership import Ownership, read_ownership
from ansible_collections.file_simulator.nas.plugins.module_utils._model.resources import Resources, read_resources
from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import (
    Storage,
    Sync,
    read_storage,
    read_sync,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import name_problem
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath

ROLES = ("input", "backup", "output")
NFS_SERVERS = ("ganesha", "unfs3")
_ROLE_IN_NAME = re.compile(r"(?:^|-)(input|backup|output)(?:-|$)")
SERVER_KEYS = (
    "name", "role", "enabled", "directory", "address", "port", "mount_port", "aliases", "nfs_versions", "exports", "export_id",
    "export_options", "export", "clients", "sync", "storage", "resources", "nfs_server",
)  # fmt: skip
# A default for all servers makes no sense for what must differ between them; an address or port that is chosen does.
DEFAULTS_KEYS = (
    "enabled", "address", "port", "nfs_versions", "export_options", "export", "clients", "sync", "storage", "resources",
    "nfs_server",
)  # fmt: skip


@dataclass(frozen=True)
class Server:
    """One NAS server: its exports with its Windows directory.

    ``port`` and ``mount_port`` are NO_PORT while they are yet to be chosen; the engine that runs the server knows them
    from then on. ``port`` is NFS_PORT where the server is at the standard ports: those of ``address``, or of its Service.
    ``mount_port`` is that of NFSv3's MOUNT, NO_PORT without NFSv3. ``address`` is empty where it has none of its own.
    """

    name: str
    role: str
    enabled: bool
    directory: WindowsPath
    address: str
    port: int
    mount_port: int
    nfs_versions: tuple[int, ...]
    aliases: tuple[str, ...]
    exports: tuple[Export, ...]
    clients: tuple[str, ...]
    sync: Sync
    storage: Storage
    ownership: Ownership
    resources: t.Mapping[str, Resources]
    nfs_server: str

    @property
    def nfs_version(self) -> int:
        """The version of NFS that clients mount when they have the choice."""
        return self.nfs_versions[-1]

    @property
    def node_ports(self) -> tuple[int, ...]:
        """The ports from the range of NodePorts, as far as they are known: none at the standard ports."""
        own = dict.fromkeys((self.port, self.mount_port))
        return tuple(port for port in own if port >= PORTS[0])

    @property
    def paths(self) -> tuple[str, ...]:
        """What clients mount, in the order of the exports."""
        return tuple(export.path for export in self.exports)

    @property
    def export(self) -> ExportOptions:
        """What the first export allows."""
        return self.exports[0].options

    @property
    def export_id(self) -> int:
        """The id of the first export."""
        return self.exports[0].export_id


def at_ports(
    servers: t.Sequence[Server], ports: t.Mapping[str, int], mount_ports: t.Mapping[str, int] | None = None
) -> list[Server]:
    """Return ``servers``; those whose ports are chosen, with the ones that the mappings have by their names."""
    return [_at_ports(server, ports, mount_ports or {}) for server in servers]


def _at_ports(server: Server, ports: t.Mapping[str, int], mount_ports: t.Mapping[str, int]) -> Server:
    port = server.port or ports.get(server.name, NO_PORT)
    mount_port = server.mount_port
    if 3 in server.nfs_versions and not mount_port:
        mount_port = port if server.nfs_server == "unfs3" else mount_ports.get(server.name, NO_PORT)
    return replace(server, port=port, mount_port=mount_port)


def read_server(entry: fields.Mapping, common: fields.Mapping, data_root: WindowsPath, instance: str) -> Server:
    """Return the server that an entry with a name describes, with the fields of all servers in ``common`` under it.

    Raises FieldError for the first field that cannot work.
    """
    name = str(entry["name"])
    problem = name_problem(name)
    if problem:
        raise FieldError("name", f"'{name}' {problem}; a server's name is its Windows directory's too, choose another")
    role = _role(name, entry.get("role"))
    by_role = default.BY_ROLE[role]

    def either(key: str, fallback: t.Any) -> t.Any:
        return entry.get(key, common.get(key, fallback))

    options = either("export_options", by_role["export_options"])
    nfs_server = fields.choice(either("nfs_server", "ganesha"), "nfs_server", NFS_SERVERS)
    directory = read_directory(entry.get("directory", name), data_root)
    endpoint = read_endpoint(entry, common, nfs_server, lambda: chosen_address(instance, name))
    named_port = NO_PORT if endpoint.port == NFS_PORT else endpoint.port
    return Server(
        name=name,
        role=role,
        enabled=fields.boolean(either("enabled", True), "enabled"),
        directory=directory,
        address=endpoint.address,
        port=endpoint.port,
        mount_port=endpoint.mount_port,
        nfs_versions=endpoint.nfs_versions,
        aliases=read_aliases(entry.get("aliases", [])),
        exports=read_exports(entry, port=named_port, options=options, nfs_server=nfs_server, directory=directory),
        clients=_clients(either("clients", [])),
        sync=read_sync(entry.get("sync"), common.get("sync"), by_role["sync_mode"]),
        storage=read_storage(entry.get("storage"), common.get("storage")),
        ownership=read_ownership(entry.get("export"), common.get("export")),
        resources=read_resources(entry.get("resources"), common.get("resources"), default.RESOURCES),
        nfs_server=nfs_server,
    )


def _role(name: str, role: t.Any) -> str:
    if role is not None:
        return fields.choice(role, "role", ROLES)
    match = _ROLE_IN_NAME.search(name)
    if match is None:
        raise FieldError("role", f"is missing, and the name tells none; choose one of {', '.join(ROLES)}")
    return match.group(1)


def _clients(value: t.Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise FieldError("clients", "expected a list of networks such as 192.0.2.0/24")
    # Who may mount does not hang on their order, so that another order is no change.
    return tuple(sorted({fields.network(item, f"clients[{number}]") for number, item in enumerate(value, start=1)}))
