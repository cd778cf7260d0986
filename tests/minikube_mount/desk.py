# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three NAS servers, one per sync mode, on Windows directories that minikube's own file server brings to the node."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import time
import typing as t
from pathlib import Path

from ..harness.small_machine.machine import Machine
from ..power_cut.servers import SERVERS, describe
from .node import DATA_ROOT, Mount, Node

INPUT, OUTPUT, TWO_WAY = SERVERS
# Under emulation, and beside other tests.
PATIENCE = 90.0
# Seconds, instead of 30: emulated, a look at a directory costs so much that the agent waits as long as it may.
_INTERVAL = "6"
# A client that caches directories sees new files up to half a minute late: that is no latency of sync.
_NO_CACHE = "actimeo=0,lookupcache=none"


class Desk:
    """The Windows data root ``home``, and what serves it."""

    def __init__(self, machine: Machine, node: Node, home: Path, port: int) -> None:
        self.machine = machine
        self._node = node
        self._home = home
        self._port = port
        self._mounts = 0
        self._servers = {server["name"]: _on_9p(server) for server in describe()}
        for name, server in self._servers.items():
            self.windows(name).mkdir(parents=True)
            self.windows(name, ".file-simulator.json").write_text(server["marker"])
        self.mount = self.mount_again()

    def mount_again(self) -> Mount:
        """Have minikube serve the data root, and mount it over what the node may have there."""
        self._mounts += 1
        log = self._home.with_name(f"mount-{self._mounts}.log")
        self.mount = self._node.mount(self._home, self._port, log)
        return self.mount

    def start(self, *names: str, windows: str = "") -> None:
        """Start servers side by side, all by default; ``windows``: on another directory of the node."""
        configs = [self._servers[name] for name in names or self._servers]
        if windows:
            configs = [{**config, "windows": windows} for config in configs]
        for number in [self.machine.send("start_server", config=config) for config in configs]:
            self.machine.wait(number, within=300)

    def stop(self, name: str, *, kill: bool = False) -> None:
        self.machine.run("stop_server", name=name, kill=kill, within=240)

    def windows(self, name: str, path: str = "") -> Path:
        """A path in a server's Windows directory, as Windows has it."""
        return self._home / name / path

    def nas(self, name: str, path: str = "") -> str:
        """A path on a server's mount, as a service in the node has it."""
        return f"/mnt/{name}/{path}".rstrip("/")

    def on_mount(self, name: str, path: str = "") -> str:
        """A path in a server's Windows directory, as the node has it."""
        return f"{DATA_ROOT}/{name}/{path}".rstrip("/")

    def put_on_windows(self, name: str, path: str, content: bytes) -> None:
        target = self.windows(name, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def ask(self, name: str, question: str = "/status", within: float = 30.0) -> dict[str, t.Any]:
        """What an agent answers, which must be something."""
        answer = self.machine.run("ask", name=name, question=question, within=within)
        assert answer is not None, f"{name}: no answer to {question}"
        return dict(answer)

    def trees(self, name: str) -> dict[str, dict[str, str]]:
        """By side and path, what both have: the content's SHA-256."""
        return {"windows": tree_of(self.windows(name)), "nas": self.machine.run("tree", path=self.nas(name), within=60)}

    def put_on_nas(self, name: str, path: str, content: bytes) -> None:
        """Write a file as a service does, through NFS."""
        encoded = base64.b64encode(content).decode()
        self.machine.run("put_content", path=self.nas(name, path), content=encoded, within=120)

    def remove_on_windows(self, name: str, path: str) -> None:
        shutil.rmtree(self.windows(name, path))

    def states(self) -> dict[str, t.Any]:
        """All that a write would change, on both sides of all servers."""
        found: dict[str, t.Any] = {}
        for name in self._servers:
            found[f"{name} nas"] = self.machine.run("states", path=self.nas(name))
            for path in sorted(self.windows(name).rglob("*")):
                status = path.stat()
                found[f"{name} {path}"] = [status.st_ino, status.st_mtime_ns, status.st_ctime_ns]
        return found

    def look_through(self) -> None:
        """Have every agent compare all of both sides."""
        for number, name in enumerate(self._servers):
            assert self.ask(name, f"/ask?nonce=look-{number}", within=120)["state"] == "known"

    def scan_seconds(self, name: str) -> float:
        return float(self.ask(name)["last_cycle"]["seconds"])

    def wait_nas(self, name: str, path: str, content: bytes, within: float = PATIENCE) -> None:
        """Wait until the NAS has a content at a path. A part of it is never there."""
        self.machine.run(
            "wait_whole", path=self.nas(name, path), sha256=hashlib.sha256(content).hexdigest(), limit=within,
            within=within + 10,
        )  # fmt: skip

    def wait_equal(self, name: str, within: float = PATIENCE) -> dict[str, str]:
        """Wait until both sides have the same, and return it."""
        deadline = time.monotonic() + within
        while (trees := self.trees(name))["windows"] != trees["nas"]:
            if time.monotonic() > deadline:
                raise AssertionError(f"{name}: {differences(trees)}; {self.ask(name)}")
            time.sleep(0.5)
        return trees["nas"]

    def wait_status(
        self, name: str, wanted: t.Callable[[dict[str, t.Any]], bool], within: float = PATIENCE
    ) -> dict[str, t.Any]:
        """Wait until an agent says what is wanted, and return all that it says."""
        deadline = time.monotonic() + within
        while not wanted(status := self.ask(name)):
            assert time.monotonic() < deadline, status
            time.sleep(0.3)
        return status

    def wait_windows(self, name: str, path: str, content: bytes | str | None, within: float = PATIENCE) -> None:
        """Wait until Windows has a content, or one of that SHA-256, at a path, or nothing. A part of it is never there."""
        deadline = time.monotonic() + within
        wanted = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content
        before = digest_of(self.windows(name, path))
        while (found := digest_of(self.windows(name, path))) != wanted:
            assert found == before, f"{path}: a part: {found}"
            assert time.monotonic() < deadline, f"{path}: {self.ask(name)}"
            time.sleep(0.01)


def _on_9p(server: dict[str, t.Any]) -> dict[str, t.Any]:
    options = f"{server['options']},{_NO_CACHE}"
    agent = list(server["agent"])
    agent[agent.index("--interval") + 1] = _INTERVAL
    return {**server, "agent": agent, "options": options, "windows": f"{DATA_ROOT}/{server['name']}"}


def digest_of(path: Path) -> str | None:
    """The SHA-256 of a file; None where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def tree_of(root: Path) -> dict[str, str]:
    """By path below a directory: the SHA-256 of each file's content."""
    found = {}
    for path in root.rglob("*"):
        if path.is_file() and path.name != ".file-simulator.json":
            found[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def differences(trees: dict[str, dict[str, str]]) -> str:
    """What one side has and the other has not, or otherwise."""
    windows, nas = trees["windows"], trees["nas"]
    names = sorted(path for path in windows.keys() | nas.keys() if windows.get(path) != nas.get(path))
    return ", ".join(
        f"{path} ({windows.get(path, 'absent')[:8]}, {nas.get(path, 'absent')[:8]})" for path in names[:10]
    )


def make_disk(path: Path) -> Path:
    """An empty ext4 disk for the exports."""
    with open(path, "wb") as stream:
        stream.truncate(1 << 30)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(path)], check=True, stdout=subprocess.DEVNULL)
    return path
