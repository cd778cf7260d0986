# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One output server in a real cluster whose node is this machine, and what may happen to it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import typing as t
from pathlib import Path

from ..harness.ports import reserve
from ..harness.removal import SERVER, Removable
from ..integration.kube import Kube, remove_volume
from ..integration.nfs import eventually
from ..module_runner import ModuleFailed, run_module

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_accept,
    nas_rescue,
    nas_server,
    nas_server_info,
    windows_directory,
)

INSTANCE, _PORTS = reserve("kube-removal")
CLAIM = f"{SERVER}-export"
VOLUME = INSTANCE
PORT = _PORTS[0]
PRECIOUS = b"written by a consumer, and nowhere else"


class ClusterServer(Removable):
    """A server, its Windows directory, and the ways in which it goes. ``persistent`` gives it a volume on the node."""

    def __init__(self, directory: Path, image: str, kubeconfig: str, context: str, *, persistent: bool) -> None:
        self._image = image
        self._persistent = persistent
        self._frozen = 0
        self.drives = directory / "drives"
        self.volume = directory / "volume"
        self.windows = self.drives / "c" / "simulator-data" / SERVER
        self._layout = {"drive_root": str(self.drives), "registry": str(directory / "registry.json")}
        self.cluster = {
            "engine": "kubernetes",
            "kubeconfig": kubeconfig,
            "context": context,
            "node_data_root": str(self.windows.parent),
            "node_address": "127.0.0.1",
            "storage_class": "",
            "wait_timeout": 30,
        }
        os.environ.update(NAS_KUBECONFIG=kubeconfig, NAS_CONTEXT=context)
        self.kube = Kube(INSTANCE)
        self._pods = Path(kubeconfig).parent / "kubelet" / "pods"

    def topology(self, **change: t.Any) -> dict[str, t.Any]:
        server = {"name": SERVER, "port": PORT, **change}
        if self._persistent:
            server.setdefault("storage", {"type": "persistent", "size_limit": "10Mi"})
        return {"instance": INSTANCE, "namespace": INSTANCE, "servers": [server]}

    def up(self, **change: t.Any) -> dict[str, t.Any]:
        options = {
            name: change.pop(name) for name in ("image", "move_data_root", "check", "storage_class") if name in change
        }
        topology = self.topology(**change)
        run_module(windows_directory, topology=topology, **self._layout)
        return self.apply("started", topology=topology, **options)

    def apply(self, state: str, **more: t.Any) -> dict[str, t.Any]:
        given = {"topology": self.topology(), "image": self._image, **self.cluster, **more}
        return run_module(nas_server, state=state, drive_root=str(self.drives), **given)

    def rescue(self, to: str) -> dict[str, t.Any]:
        """Copy what only its storage has to a directory; what became of it."""
        return self._ask(nas_rescue, "rescued", to=to, image=self._image)

    def sync(self) -> dict[str, t.Any]:
        """What the agent said last of its work; empty when that is nothing."""
        return self.report()["sync"] or {}

    def report(self) -> dict[str, t.Any]:
        """How it is."""
        return self._ask(nas_server_info, "servers", "storage_class")

    def accept(self) -> dict[str, t.Any]:
        """Say that what the server withholds is meant; what that was."""
        return self._ask(nas_accept, "accepted", "storage_class", "node_data_root")

    def _ask(self, module: t.Any, key: str, *unknown: str, **more: t.Any) -> dict[str, t.Any]:
        """Run a module that changes no server; what it returns of this one. Options that it does not know are left out."""
        places = {name: value for name, value in self.cluster.items() if name not in ("wait_timeout", *unknown)}
        given = {"topology": self.topology(), "servers": [SERVER], "drive_root": str(self.drives), **places, **more}
        answer: dict[str, t.Any] = run_module(module, **given)[key][0]
        return answer

    def make_volume(self) -> None:
        """Make the volume on the node that its claim is bound to: 12 MiB, which is full when it is full."""
        self.volume.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", self.volume], check=True)
        self.kube.core.create_persistent_volume(
            {
                "metadata": {"name": VOLUME},
                "spec": {
                    "capacity": {"storage": "10Mi"},
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "",
                    "persistentVolumeReclaimPolicy": "Retain",
                    "hostPath": {"path": str(self.volume), "type": "Directory"},
                },
            }
        )

    def clear(self) -> None:
        """Remove everything of this instance; an agent that was frozen ends like any other."""
        if self._frozen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._frozen, signal.SIGCONT)
        self.apply("absent", purge=True, delete_storage=True)
        assert self.claims() == []
        remove_volume(VOLUME)
        while os.path.ismount(self.volume):
            subprocess.run(["umount", "--lazy", self.volume], check=True)

    def claims(self) -> list[str]:
        found = self.kube.core.list_namespaced_persistent_volume_claim(INSTANCE).items
        return [claim.metadata.name for claim in found]

    @property
    def export(self) -> Path:
        """The exported tree, as the node has it."""
        if self._persistent:
            return self.volume / "data"
        uid = self.kube.uids()[SERVER]
        return self._pods / uid / "volumes/kubernetes.io~empty-dir/export/data"

    # What happened to it

    def write(self, name: str) -> None:
        (self.export / name).write_bytes(PRECIOUS)

    def kept(self) -> list[str]:
        """Where what the consumer wrote is now."""
        places = [self.drives, self.volume, *self._pods.glob("*/volumes/kubernetes.io~empty-dir")]
        return [str(path) for place in places for path in place.rglob("*") if _is_precious(path)]

    def _agent(self) -> int:
        """The process of the server's sync agent, which runs on this machine; 0 when it does not."""
        uid = self.kube.uids()[SERVER].replace("-", "_")
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_bytes().split(b"\0")
                told = b"nas_sync_agent" in words and b"--once" not in words and b"--server" in words
                if told and uid in (process / "cgroup").read_text().replace("-", "_"):
                    return int(process.name)
        return 0

    def volume_full(self) -> None:
        """Not a byte is free, so that the agent can write neither its ledger nor its status; then a file changes."""
        place = self.export / "precious.txt"
        place.write_bytes(b"-" * len(PRECIOUS))
        time.sleep(1)
        for name, size in (("filler", 65536), ("last", 1)):
            with contextlib.suppress(OSError), (self.export / name).open("wb", buffering=0) as filler:
                while filler.write(b"x" * size):
                    pass
        with place.open("r+b") as file:
            file.write(PRECIOUS)

    def agent_stopped(self) -> None:
        """It is frozen: it neither works nor answers."""
        self._frozen = self._agent()
        os.kill(self._frozen, signal.SIGSTOP)
        self.write("precious.txt")

    def agent_killed(self) -> None:
        """It dies as often as the kubelet starts it, until that waits before it tries again."""
        for _again in range(2):
            eventually(lambda: self._agent() != 0, 20)
            os.kill(self._agent(), signal.SIGKILL)
            eventually(lambda: self._agent() == 0, 5)
        self.write("precious.txt")

    def refused_name(self) -> None:
        self.write("results 12:30.csv")
        time.sleep(1)

    def failed_creation(self) -> None:
        """A change cannot be made, since nobody has the image; the old pod has gone for it where its storage stays."""
        self.write("CON.txt")
        try:
            self.up(image="localhost/no/such:1")
        except ModuleFailed as failed:
            assert "no/such" in str(failed) or "CON.txt" in str(failed), failed
        else:
            raise AssertionError("it was created")


def _is_precious(path: Path) -> bool:
    """Tell whether a file has what the consumer wrote. The agent's own files come and go meanwhile."""
    with contextlib.suppress(OSError):
        return path.is_file() and path.stat().st_size == len(PRECIOUS) and path.read_bytes() == PRECIOUS
    return False
