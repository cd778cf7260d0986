# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One real output server of an instance of its own, and what may happen to it."""

from __future__ import annotations

import contextlib
import subprocess
import time
import typing as t
from pathlib import Path

from ..harness.ports import reserve
from ..harness.removal import SERVER, Removable
from ..module_runner import ModuleFailed, run_module
from ..validation.servers import podman

from ansible_collections.file_simulator.nas.plugins.modules import nas_server, windows_directory  # isort: skip

INSTANCE, (PORT, *_) = reserve("removal")
POD = f"{INSTANCE}.{SERVER}"
VOLUME = f"{POD}.export"
PRECIOUS = b"written by a consumer, and nowhere else"


class OutputServer(Removable):
    """A server, its Windows directory, and the ways in which it goes."""

    def __init__(self, directory: Path, image: str) -> None:
        self._image = image
        self._place = {"drive_root": str(directory / "drives")}
        self._registry = str(directory / "registry.json")
        self.drives = directory / "drives"
        self.windows = self.drives / "c" / "simulator-data" / SERVER

    def topology(self, **change: t.Any) -> dict[str, t.Any]:
        server = {"name": SERVER, "port": PORT, **change}
        return {"instance": INSTANCE, "servers": [server]}

    def up(self, *, move_data_root: bool = False, **change: t.Any) -> dict[str, t.Any]:
        topology = self.topology(**change)
        run_module(windows_directory, topology=topology, registry=self._registry, **self._place)
        return self.apply("started", topology, move_data_root=move_data_root)

    def apply(self, state: str, topology: dict[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
        return run_module(
            nas_server, state=state, image=self._image, topology=topology or self.topology(), **self._place, **more
        )  # fmt: skip

    @property
    def export(self) -> Path:
        return Path(podman("volume", "inspect", "--format", "{{.Mountpoint}}", VOLUME).strip()) / "data"

    def exists(self, kind: str, name: str) -> bool:
        try:
            podman(kind, "exists", name)
        except AssertionError:
            return False
        return True

    def small_volume(self) -> None:
        """Give the server a volume of 12 MiB, before it is there."""
        labels = (f"file-simulator.instance={INSTANCE}", f"file-simulator.server={SERVER}")
        podman("volume", "create", *[word for label in labels for word in ("--label", label)], VOLUME)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", self.export.parent], check=True)

    def clear(self) -> None:
        """Remove everything of this instance, by its own names."""
        podman("rm", "--force", "--ignore", "--time", "0", f"{POD}.sync-agent", f"{POD}.nfs-server")
        podman("pod", "rm", "--force", "--ignore", POD)
        # Also those of a run that was ended in the middle.
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for place in reversed([place for place in mounts if f"/{VOLUME}/" in place]):
            subprocess.run(["umount", "--lazy", place], check=True)
        self.apply("absent", purge=True, delete_storage=True)
        assert not self.exists("volume", VOLUME)

    # What happened to it

    def write(self, name: str) -> None:
        (self.export / name).write_bytes(PRECIOUS)

    def kept(self) -> list[str]:
        """Where what the consumer wrote is now."""
        places = [self.drives, *([self.export.parent] if self.exists("volume", VOLUME) else [])]
        files = [path for place in places for path in place.rglob("*") if path.is_file() and not path.is_symlink()]
        return [str(path) for path in files if path.stat().st_size == len(PRECIOUS) and path.read_bytes() == PRECIOUS]

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
        podman("stop", f"{POD}.sync-agent")
        self.write("precious.txt")

    def agent_killed(self) -> None:
        podman("kill", f"{POD}.sync-agent")
        self.write("precious.txt")

    def refused_name(self) -> None:
        self.write("results 12:30.csv")
        time.sleep(1)

    def failed_creation(self) -> None:
        """The pod is gone, and cannot be made anew: somebody has the name of one of its containers."""
        self.agent_killed()
        podman("pod", "rm", "--force", POD)
        podman("create", "--name", f"{POD}.sync-agent", "--network", "none", self._image, "true")
        try:
            self.up()
        except ModuleFailed as failed:
            assert "in use" in str(failed), failed
        else:
            raise AssertionError("it was created")
        podman("rm", f"{POD}.sync-agent")
