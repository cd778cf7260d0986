# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One real output server of an instance of its own, driven by the collection's modules."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
import typing as t
from pathlib import Path

from ..harness.ports import reserve
from ..module_runner import run_module
from ..validation.servers import podman

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    nas_server_info,
    windows_directory,
)

INSTANCE, _PORTS = reserve("broken-states")
SERVER = "nas-output-1"
PORT = _PORTS[0]
POD = f"{INSTANCE}.{SERVER}"
VOLUME = f"{POD}.export"
NETWORK = f"{INSTANCE}.network"
CONFIG = Path("/var/lib/file-simulator") / INSTANCE
PARTS = ("nfs-server", "sync-agent", "sync-windows-data")
PRECIOUS = b"written by a consumer, and nowhere else"
_READY_SECONDS = 20
_CARRIED_SECONDS = 20


class BrokenServer:
    """The server. Each test makes it anew with ``prepare``, and has it removed with ``clear``."""

    def __init__(self, directory: Path, nas_image: str) -> None:
        self._directory = directory
        self.nas_image = nas_image
        # A name of the test's own, to be taken away.
        self.image = f"localhost/{INSTANCE}:test"
        self.windows = directory / "drives" / "c" / "simulator-data" / SERVER

    def prepare(self) -> None:
        """Bring it up whole, with a file that a consumer wrote and the agent has carried."""
        podman("tag", self.nas_image, self.image)
        self.up()
        (self.export / "precious").write_bytes(PRECIOUS)
        deadline = time.monotonic() + _CARRIED_SECONDS
        while not (self.windows / "precious").exists():
            assert time.monotonic() < deadline, "the agent does not carry"
            time.sleep(0.1)

    def clear(self) -> None:
        """Remove everything of this instance by its own names, whatever the state."""
        for part in PARTS:
            with contextlib.suppress(AssertionError):
                podman("unpause", self.container(part))
        # Podman fails the first time where it has not seen a container end.
        with contextlib.suppress(AssertionError):
            podman("pod", "rm", "--force", "--ignore", POD)
        for path in (CONFIG.with_name(f"{INSTANCE}.lock"), CONFIG):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        shutil.rmtree(self._directory / "drives", ignore_errors=True)
        if not self.exists("image", self.image):
            podman("tag", self.nas_image, self.image)
        self.down(delete_storage=True)
        podman("untag", self.image, self.image)

    # What testers do

    def up(self) -> dict[str, t.Any]:
        """What make up does: the directory first, then the server; return what nas_server says."""
        layout = run_module(windows_directory, registry=str(self._directory / "registry.json"), **self._topology)
        result = self._apply("started")
        result["changed"] = result["changed"] or layout["changed"]
        return result

    def status(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = run_module(nas_server_info, **self._topology)["servers"][0]
        return found

    def down(self, **more: t.Any) -> dict[str, t.Any]:
        return self._apply("absent", purge=True, **more)

    def _apply(self, state: str, **more: t.Any) -> dict[str, t.Any]:
        return run_module(
            nas_server, state=state, image=self.image, wait_timeout=_READY_SECONDS, **self._topology, **more
        )  # fmt: skip

    @property
    def _topology(self) -> dict[str, t.Any]:
        topology = {"instance": INSTANCE, "servers": [{"name": SERVER, "port": PORT}]}
        return {"drive_root": str(self._directory / "drives"), "topology": topology}

    # What is there

    @property
    def export(self) -> Path:
        return Path(podman("volume", "inspect", "--format", "{{.Mountpoint}}", VOLUME).strip()) / "data"

    @staticmethod
    def container(part: str) -> str:
        """Return the name of a part's container; ``infra`` is podman's own of the pod."""
        if part == "infra":
            return podman("pod", "inspect", "--format", "{{.InfraContainerID}}", POD).strip()
        return f"{POD}.{part}"

    @staticmethod
    def exists(kind: str, name: str) -> bool:
        try:
            podman(kind, "exists", name)
        except AssertionError:
            return False
        return True

    def kept(self) -> bool:
        """Whether what the consumer wrote is in Windows, or else on the volume."""
        places = [self.windows, *([self.export] if self.exists("volume", VOLUME) else [])]
        return any(
            place.is_dir() and (place / "precious").is_file() and (place / "precious").read_bytes() == PRECIOUS
            for place in places
        )

    def left(self) -> list[str]:
        """What podman still has of this instance."""
        containers = json.loads(podman("ps", "--all", "--external", "--format", "json") or "[]")
        names = [name for each in containers for name in each.get("Names") or [] if name.startswith(f"{INSTANCE}.")]
        things = (("pod", POD), ("volume", VOLUME), ("network", NETWORK))
        return names + [f"{kind} {name}" for kind, name in things if self.exists(kind, name)]

    def pid(self, part: str, which: str = "State.Pid") -> int:
        return int(podman("inspect", "--format", f"{{{{.{which}}}}}", self.container(part)))


def run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout
