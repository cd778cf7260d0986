# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An instance of its own with one real server on podman, for what is seen from outside alone."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

import nfs_rs

from ..harness.ports import reserve
from ..module_runner import run_module
from ..validation.servers import podman

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_accept,
    nas_server,
    nas_server_info,
    nas_sync,
    windows_directory,
)

INSTANCE, (PORT, *_) = reserve("one-server")
SERVER = "nas-output-1"


class Simulator:
    """The server. ``fields`` are the topology's for it."""

    def __init__(self, directory: Path, image: str) -> None:
        self._directory = directory
        self.image = image
        self.podman = "podman"
        """The program that makes and starts the server."""

    def apply(self, state: str = "started", *, topology: dict[str, t.Any] | None = None, **fields: t.Any) -> bool:
        """Bring the server into a state, and tell whether that changed anything.

        The Windows directory is made where it is missing.
        """
        arguments = self._arguments(topology or {}, fields)
        laid_out = run_module(windows_directory, registry=str(self._directory / "registry.json"), **arguments)
        brought = run_module(nas_server, state=state, image=self.image, podman_executable=self.podman, **arguments)
        return bool(laid_out["changed"] or brought["changed"])

    def remove(self) -> None:
        run_module(nas_server, state="absent", purge=True, delete_storage=True, **self._arguments({}, {}))

    def report(self, **fields: t.Any) -> dict[str, t.Any]:
        """How the server is, with ``fields`` in its topology."""
        found: dict[str, t.Any] = run_module(nas_server_info, **self._arguments({}, fields))["servers"][0]
        return found

    def inventory(self) -> dict[str, t.Any]:
        """Return the settings with which an inventory finds the server."""
        return self._arguments({}, {})

    def accept(self) -> list[dict[str, t.Any]]:
        """Say that what the server withholds is meant; what that was."""
        accepted: list[dict[str, t.Any]] = run_module(nas_accept, **self._arguments({}, {}))["accepted"]
        return accepted

    def sync(self, *, topology_fields: dict[str, t.Any] | None = None, **options: t.Any) -> dict[str, t.Any]:
        """Wait until what is there is on the other side; what became of it. Raises ModuleFailed."""
        arguments = self._arguments({}, topology_fields or {})
        found: dict[str, t.Any] = run_module(nas_sync, servers=[SERVER], **arguments, **options)["servers"][0]
        return found

    def tell_agent(self, *words: str) -> dict[str, t.Any]:
        """What the running agent answers to a command."""
        program = ("python3", "-m", "nas_sync_agent", words[0], "--nonce", "7", *words[1:])
        answer: dict[str, t.Any] = json.loads(podman("exec", f"{INSTANCE}.{SERVER}.sync-agent", *program))
        return answer

    def _arguments(self, topology: dict[str, t.Any], fields: dict[str, t.Any]) -> dict[str, t.Any]:
        return {
            "drive_root": str(self._directory / "drives"),
            "topology": {
                "instance": INSTANCE,
                **topology,
                "servers": [{"name": SERVER, "port": PORT, **fields}],
            },
        }

    @property
    def windows(self) -> Path:
        return self._directory / "drives" / "c" / "simulator-data" / SERVER

    @property
    def export(self) -> Path:
        """The exported tree as this machine's root sees it."""
        shown = podman("volume", "inspect", "--format", "{{.Mountpoint}}", f"{INSTANCE}.{SERVER}.export")
        return Path(shown.strip()) / "data"

    @property
    def pod_address(self) -> str:
        """The pod's own address, which nobody but this machine is to reach it by."""
        infra = podman("pod", "inspect", f"{INSTANCE}.{SERVER}", "--format", "{{.InfraContainerID}}").strip()
        networks = json.loads(podman("inspect", infra, "--format", "{{json .NetworkSettings.Networks}}"))
        return str(next(iter(networks.values()))["IPAddress"])

    def client(self, user: int = 0, group: int = 0) -> t.Any:
        """A new NFS client, root's or another user's, with the pseudo root mounted."""
        whose = f"&uid={user}&gid={group}"
        return nfs_rs.Client.connect(f"nfs://127.0.0.1/?version=4.0&nfsport={PORT}&noresvport=true{whose}")

    def forget_clients(self) -> None:
        """Let the server, when it starts again, wait for nobody to take back what he held."""
        for record in (self.export.parent / ".nas" / "ganesha").glob("*/*/*"):
            shutil.rmtree(record)
