# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The seven servers of production as an instance of their own, and one who uses them over NFS."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ..harness.ports import reserve
from ..module_runner import run_module

from ansible_collections.file_simulator.nas.plugins.module_utils._model.defaults import SERVERS  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import Address  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.rs_client import RsClient  # isort: skip
from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_data,
    nas_files_info,
    nas_server,
    nas_sync,
    windows_directory,
)

INSTANCE, _PORTS = reserve("data")
PORTS = {str(server["name"]): port for server, port in zip(SERVERS, _PORTS, strict=False)}
INPUTS = [name for name in PORTS if "input" in name]
OUTPUTS = [name for name in PORTS if "output" in name]

Result = dict[str, t.Any]


class Servers:
    """The servers and their Windows directories."""

    def __init__(self, directory: Path, image: str) -> None:
        self._image = image
        self._registry = str(directory / "registry.json")
        self._root = directory / "drives" / "c" / "simulator-data"
        self.arguments: dict[str, t.Any] = {
            "drive_root": str(directory / "drives"),
            "topology": {
                "instance": INSTANCE,
                "servers": [{"name": name, "port": port} for name, port in PORTS.items()],
            },
        }

    def start(self) -> None:
        run_module(windows_directory, registry=self._registry, **self.arguments)
        run_module(nas_server, state="started", image=self._image, **self.arguments)

    def remove(self) -> None:
        run_module(nas_server, state="absent", purge=True, delete_storage=True, **self.arguments)

    def make_anew(self, server: str) -> None:
        """Remove a server with all that is on it, and start it again."""
        run_module(nas_server, state="absent", servers=[server], delete_storage=True, **self.arguments)
        run_module(nas_server, state="started", servers=[server], image=self._image, **self.arguments)

    def windows(self, server: str) -> Path:
        return self._root / server

    def files(self, server: str) -> dict[str, bytes]:
        """The files in a Windows directory, without the marker."""
        top = self.windows(server)
        paths = [path for path in top.rglob("*") if path.is_file() and path != top / ".file-simulator.json"]
        return {str(path.relative_to(top)): path.read_bytes() for path in paths}

    def client(self, server: str) -> RsClient:
        return RsClient(Address("127.0.0.1", PORTS[server], 4))

    # The modules

    def put(self, *servers: str, state: str = "present", **more: t.Any) -> Result:
        return run_module(nas_data, servers=list(servers), state=state, **self.arguments, **more)

    def empty(self, *servers: str, **more: t.Any) -> Result:
        named = {"servers": list(servers)} if servers else {}
        return run_module(nas_data, state="empty", **self.arguments, **named, **more)

    def sync(self, *servers: str, **more: t.Any) -> Result:
        return run_module(nas_sync, servers=list(servers), **self.arguments, **more)

    def seen(self, *servers: str, **more: t.Any) -> Result:
        named = {"servers": list(servers)} if servers else {}
        return run_module(nas_files_info, **self.arguments, **named, **more)
