# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers in memory: an NFS client and an engine's inspector for checks that run nothing."""

from __future__ import annotations

import errno
import typing as t
from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import (
    CheckContext,
    Target,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.limits import Limits
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import (
    ContainerFacts,
    PodView,
    VolumeFacts,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import (
    Address,
    Attributes,
    Entry,
    NasError,
    NotThere,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import (
    READY,
    ClusterPlace,
    ServerStatus,
)


class FakeNas:
    """One server's export: content by path, None for a directory. ``refuses`` maps a method to an errno.

    ``sizes`` are what a listing says of files that are being written, ``links`` the paths that are links.
    """

    def __init__(self) -> None:
        self.tree: dict[str, bytes | None] = {}
        self.refuses: dict[str, int] = {}
        self.sizes: dict[str, int] = {}
        self.links: set[str] = set()
        self.squashed: tuple[int, int] | None = None
        self.owners: dict[str, tuple[int, int]] = {}
        self.free = 1 << 40
        self.address = Address("", 0, 4)

    def _may(self, what: str, path: str = "") -> None:
        if what in self.refuses:
            raise NasError(f"{what} refused", self.refuses[what])
        if path and what not in ("write", "make_directory") and path not in self.tree:
            raise NotThere("no such file", errno.ENOENT)

    def names(self, directory: str = "") -> set[str]:
        self._may("names")
        inside = [path[len(directory) :].strip("/") for path in self.tree if path.startswith(directory)]
        return {path.split("/")[0] for path in inside if path}

    def entries(self, directory: str = "") -> list[Entry]:
        self._may("entries", directory)
        beginning = f"{directory}/" if directory else ""
        return [self._entry(f"{beginning}{name}") for name in self.names(directory)]

    def _entry(self, path: str) -> Entry:
        # A directory may be there by what is in it alone.
        content = self.tree.get(path)
        kind = "link" if path in self.links else "directory" if content is None else "file"
        size = self.sizes.get(path, len(content or b""))
        return Entry(path.rpartition("/")[2], kind, size, 1_700_000_000_500_000_000, 0, 0, 0o644)

    def parts(self, path: str) -> t.Iterator[bytes]:
        content = self.read(path)
        yield from (content[at : at + 4] for at in range(0, len(content), 4))

    def attributes(self, path: str = "") -> Attributes:
        self._may("attributes", path)
        content = self.tree.get(path)
        owner = self.owners.get(path, self.squashed or (0, 0))
        return Attributes(content is None, len(content or b""), *owner, (hash(path), len(content or b""), 0, 0))

    def read(self, path: str) -> bytes:
        self._may("read", path)
        return self.tree[path] or b""

    def write(self, path: str, content: bytes) -> None:
        self._may("write", path)
        self.tree[path] = content

    def make_directory(self, path: str) -> None:
        self._may("make_directory", path)
        self.tree[path] = None

    def remove(self, path: str) -> None:
        self._may("remove", path)
        del self.tree[path]

    def remove_directory(self, path: str) -> None:
        self._may("remove_directory", path)
        del self.tree[path]

    def rename(self, path: str, new: str) -> None:
        self._may("rename", path)
        self.tree[new] = self.tree.pop(path)

    def change_owner(self, path: str, owner: int, group: int) -> None:
        self._may("change_owner", path)
        self.owners[path] = (owner, group)

    def free_bytes(self) -> int:
        return self.free

    def close(self) -> None:
        """Nothing is open."""


class FakeInspector:
    """An engine that has whatever a test says."""

    def __init__(self, engine: str = "podman") -> None:
        self.engine = engine
        self.keeps_volumes = engine == "podman"
        self.found: dict[str, list[ContainerFacts]] = {}
        self.statuses: dict[str, dict[str, t.Any]] = {}
        self.views: dict[str, PodView] = {}
        self.volumes: list[VolumeFacts] = []
        self.addresses: dict[tuple[str, int], str] = {}

    def versions(self) -> dict[str, str]:
        return {self.engine: "1"}

    def containers(self, server: str) -> list[ContainerFacts]:
        return self.found.get(server, [])

    def log_tail(self, server: str, container: str, lines: int) -> list[str]:
        return [f"last words of {container}"]

    def sync_status(self, server: str) -> t.Mapping[str, t.Any] | None:
        return self.statuses.get(server)

    def restart(self, servers: t.Sequence[str]) -> None:
        """Restarts nothing."""

    def kill(self, server: str) -> None:
        """Kills nothing."""

    def seen_by_a_pod(self, servers: t.Sequence[Server], name: str) -> dict[str, PodView]:
        return self.views

    def client_volumes(self, addresses: t.Mapping[tuple[str, int], str]) -> list[VolumeFacts]:
        self.addresses = dict(addresses)
        return self.volumes


class FakeSimulator:
    """Servers of a topology in memory, and a context for checks of them. Its clock moves when somebody sleeps."""

    def __init__(self, windows: Path, engine: str = "podman", **topology: t.Any) -> None:
        self.inspector = FakeInspector(engine)
        servers = read_topology(topology).enabled
        self.nas = {server.name: FakeNas() for server in servers}
        self.targets = []
        for server in servers:
            directory = windows / server.name
            directory.mkdir()
            for export in server.exports:
                (directory / export.subdirectory).mkdir(parents=True, exist_ok=True)
            place = ClusterPlace("fake", "", server.name, f"10.96.0.{server.export_id}", 2049)
            self.targets.append(
                Target(ServerStatus(server, engine, "", READY, "127.0.0.1", str(directory), cluster=place))
            )
        self.now = 0.0
        # Each export that is not its server's first has a tree of its own, found by server and path.
        self.more = {(server.name, path): FakeNas() for server in servers for path in server.paths[1:]}
        self._names = {server.port: server.name for server in servers}

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _connect(self, address: Address) -> FakeNas:
        name = self._names[address.port]
        nas = self.more.get((name, address.path), self.nas[name])
        nas.address = address
        if "connect" in nas.refuses:
            raise NasError("connection refused", errno.ECONNREFUSED)
        return nas

    def context(self, **limits: t.Any) -> CheckContext:
        return CheckContext(
            self.targets, self.inspector, self._connect, Limits(**limits), "0a0a0a0a", lambda: self.now, self._sleep
        )
