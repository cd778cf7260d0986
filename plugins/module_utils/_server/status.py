# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a server is, the same from every engine, and the form in which modules return it.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import posixpath
import typing as t
from dataclasses import asdict, dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import Active, fault_result
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import Export
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import memory_bytes
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import mount_command, mount_options
from ansible_collections.file_simulator.nas.plugins.module_utils._server.size_limit import at_size_limit
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_warnings import warnings_of

READY = "ready"
NOT_ANSWERING = "not_answering"
BROKEN = "broken"
STOPPED = "stopped"
ABSENT = "absent"


@dataclass(frozen=True)
class ClusterPlace:
    """Where a server is in its cluster, and how its pod has fared.

    ``cluster_port`` is its port at ``dns_name`` and ``cluster_ip``. ``restarts`` counts those of all its
    containers, ``last_error`` is how the last of them ended, empty when none was started again.
    """

    context: str
    namespace: str
    dns_name: str
    cluster_ip: str
    cluster_port: int
    pod: str = ""
    node: str = ""
    restarts: int = 0
    last_error: str = ""


@dataclass(frozen=True)
class ServerStatus:
    """One server: what the topology wants of it, and what was found.

    ``state`` is one of the words above, ``problem`` what is wrong, empty when nothing is. ``host`` is where this
    machine reaches the server, ``local_directory`` its Windows directory as this machine sees it. ``answer`` is
    what it said over NFS, ``windows_space`` the free and all bytes of its Windows directory's drive, both None
    when not known. ``containers`` has a word for the state of each container by its name, ``sync`` what its
    agent last said of itself. ``now`` is the time by that agent's clock, in seconds since 1970, None when that
    clock is another machine's. ``faults`` are those that are on, on purpose.
    """

    server: Server
    engine: str
    instance: str
    state: str
    host: str
    local_directory: str
    problem: str = ""
    answer: Answer | None = None
    windows_space: tuple[int, int] | None = None
    containers: t.Mapping[str, str] = field(default_factory=dict)
    sync: t.Mapping[str, t.Any] | None = None
    cluster: ClusterPlace | None = None
    now: float | None = None
    faults: t.Sequence[Active] = ()

    @property
    def name(self) -> str:
        """The server's name."""
        return self.server.name

    @property
    def ready(self) -> bool:
        """Whether it answers over NFS."""
        return self.state == READY

    @property
    def summary(self) -> str:
        """Name, state, faults and problem in one line."""
        return ": ".join(filter(None, (self.name, self.state, "; ".join(self.fault_words), self.problem)))

    @property
    def fault_words(self) -> list[str]:
        """A line for each fault that is on: what is broken on purpose must not look like a bug."""
        return [f"fault on purpose: {each.words}" for each in self.faults]

    @property
    def fsid(self) -> str | None:
        """The file system id that clients see, None when the server does not answer."""
        return f"{self.answer.fsid[0]}.{self.answer.fsid[1]}" if self.answer else None

    @property
    def mount_command(self) -> str:
        """A command that mounts the first export; empty while the server's port is yet to be chosen."""
        return self.mount_command_of(self.server.exports[0])

    def mount_command_of(self, export: Export, version: int = 0) -> str:
        """Return a command that mounts an export with a ``version`` of NFS, 0 for the highest; empty without a port."""
        server = self.server
        if not server.port:
            return ""
        return mount_command(version or server.nfs_version, self.host, server.port, server.mount_port, export.path)

    @property
    def mount_options(self) -> str:
        """The options for the kernel's client; empty while the server's port is yet to be chosen."""
        server = self.server
        return mount_options(server.nfs_version, server.port, server.mount_port) if server.port else ""

    @property
    def space(self) -> dict[str, int | None]:
        """Free and all bytes of the NAS and of the Windows drive, None where not known."""
        return {
            **_space("nas", self.answer.space if self.answer else None),
            **_space("windows", self.windows_space),
        }

    @property
    def warnings(self) -> list[str]:
        """What deserves attention although the server runs."""
        # A cluster may have its Windows directories on another machine; podman has them on this one.
        storage = self.server.storage
        unseen = self.state != ABSENT and self.engine == "podman" and self.windows_space is None
        found = warnings_of(
            self.sync,
            self.space,
            agent=self.ready and self.server.sync.has_agent,
            now=self.now,
            missing=self.local_directory if unseen else "",
            limit=memory_bytes(storage.size_limit) if storage.in_memory else None,
        )
        return [*self.fault_words, *found]


def status_result(status: ServerStatus) -> dict[str, t.Any]:
    """Return a status as module nas_server_info documents it among its results."""
    server = status.server
    return {
        "name": server.name,
        "role": server.role,
        "enabled": server.enabled,
        "engine": status.engine,
        "instance": status.instance,
        "state": status.state,
        "problem": status.problem,
        "summary": status.summary,
        "windows_directory": str(server.directory),
        "local_directory": status.local_directory,
        "host": status.host,
        "port": server.port or None,
        "mount_port": server.mount_port or None,
        "address": server.address,
        "aliases": list(server.aliases),
        "path": server.exports[0].path,
        "exports": [_export_result(status, export) for export in server.exports],
        "nfs_version": server.nfs_version,
        "nfs_versions": list(server.nfs_versions),
        "mount_options": status.mount_options,
        "mount_command": status.mount_command,
        "fsid": status.fsid,
        "read_only": server.export.read_only,
        "storage": server.storage.type,
        "size_limit": server.storage.size_limit,
        "at_size_limit": at_size_limit(status.engine, server.storage.type),
        "sync_mode": server.sync.mode,
        "sync": dict(status.sync) if status.sync else None,
        "space": status.space,
        "warnings": status.warnings,
        "faults": [fault_result(each) for each in status.faults],
        "containers": dict(status.containers),
        "cluster": asdict(status.cluster) if status.cluster else None,
    }


def _export_result(status: ServerStatus, export: Export) -> dict[str, t.Any]:
    directory = status.server.directory
    return {
        "path": export.path,
        "subdirectory": export.subdirectory,
        "windows_directory": str(directory.joined(export.subdirectory) if export.subdirectory else directory),
        "local_directory": posixpath.join(status.local_directory, export.subdirectory).rstrip("/"),
        "read_only": export.options.read_only,
        "mount_command": status.mount_command_of(export),
    }


def _space(side: str, found: tuple[int, int] | None) -> dict[str, int | None]:
    free, total = found or (None, None)
    return {f"{side}_free": free, f"{side}_total": total}
