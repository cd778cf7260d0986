# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One NAS server of the topology, read from its entry in a user's mapping and checked.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import re
import typing as t
import zlib
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.directory import read_directory
from ansible_collections.file_simulator.nas.plugins.module_utils._model.export_options import (
    ExportOptions,
    parse_export_options,
)
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
# What Kubernetes reserves for NodePorts by default; podman keeps to it so that a topology fits both.
PORTS = (30000, 32767)
# What a user writes for a port that is chosen at the server's first start, and what the model has until then.
AUTO = "auto"
NO_PORT = 0
EXPORT_IDS = (1, 65535)
# Those that follow from a name: beside the default servers' and beside all ports, which others have.
_IDS_OF_NAMES = range(1000, 30000)
_ROLE_IN_NAME = re.compile(r"(?:^|-)(input|backup|output)(?:-|$)")
SERVER_KEYS = (
    "name", "role", "enabled", "directory", "port", "export_id", "export_options", "export", "clients",
    "sync", "storage", "resources", "nfs_server",
)  # fmt: skip
# A default for all servers makes no sense for what must differ between them; a port that is chosen always differs.
DEFAULTS_KEYS = ("enabled", "port", "export_options", "export", "clients", "sync", "storage", "resources", "nfs_server")


@dataclass(frozen=True)
class Server:
    """One NAS server: an NFS export with its Windows directory.

    ``port`` is NO_PORT while it is yet to be chosen; the engine that runs the server knows it from then on.
    """

    name: str
    role: str
    enabled: bool
    directory: WindowsPath
    port: int
    export_id: int
    export: ExportOptions
    clients: tuple[str, ...]
    sync: Sync
    storage: Storage
    ownership: Ownership
    resources: t.Mapping[str, Resources]
    nfs_server: str

    @property
    def nfs_version(self) -> int:
        """The version of NFS that clients mount."""
        return 3 if self.nfs_server == "unfs3" else 4


def at_ports(servers: t.Sequence[Server], ports: t.Mapping[str, int]) -> list[Server]:
    """Return ``servers``; those whose port is chosen, with the one that ``ports`` has by their name, where it has one."""
    return [
        replace(server, port=ports.get(server.name, NO_PORT)) if server.port == NO_PORT else server
        for server in servers
    ]


def read_server(entry: fields.Mapping, common: fields.Mapping, data_root: WindowsPath) -> Server:
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

    if "port" not in entry and "port" not in common:
        raise FieldError("port", f"is missing; choose a free one in {PORTS[0]}..{PORTS[1]}, or {AUTO}")
    given = either("port", AUTO)
    port = NO_PORT if given == AUTO else fields.integer(given, "port", *PORTS)
    options = either("export_options", by_role["export_options"])
    nfs_server = fields.choice(either("nfs_server", "ganesha"), "nfs_server", NFS_SERVERS)
    return Server(
        name=name,
        role=role,
        enabled=fields.boolean(either("enabled", True), "enabled"),
        directory=read_directory(entry.get("directory", name), data_root),
        port=port,
        export_id=_export_id(entry, port, nfs_server),
        export=parse_export_options(options),
        clients=_clients(either("clients", [])),
        sync=read_sync(entry.get("sync"), common.get("sync"), by_role["sync_mode"]),
        storage=read_storage(entry.get("storage"), common.get("storage")),
        ownership=read_ownership(entry.get("export"), common.get("export")),
        resources=read_resources(entry.get("resources"), common.get("resources"), default.RESOURCES),
        nfs_server=nfs_server,
    )


def _export_id(entry: fields.Mapping, port: int, nfs_server: str) -> int:
    if nfs_server == "unfs3" and "export_id" in entry:
        raise FieldError("export_id", "unfs3 has no file system id but its disk's; leave it out, or use ganesha")
    # A chosen port may be another one after each removal, and clients would see another file system then.
    fallback = port or _IDS_OF_NAMES[zlib.crc32(str(entry["name"]).encode()) % len(_IDS_OF_NAMES)]
    given = entry.get("export_id", default.EXPORT_IDS.get(entry["name"], fallback))
    return fields.integer(given, "export_id", *EXPORT_IDS)


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
