# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: the agent, and the loop that it replaces. Both run as processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "roles" / "nas_image" / "files"
_TICK = os.sysconf("SC_CLK_TCK")


class Trees:
    """A Windows directory and an export's volume, in a directory of their own."""

    def __init__(self, where: Path | None) -> None:
        self.top = Path(tempfile.mkdtemp(prefix="sync-benchmark-", dir=where))
        self.windows = self.top / "windows"
        self.export = self.top / "volume" / "data"
        self.state = self.top / "volume" / ".nas"
        self.windows.mkdir()
        marker = {"format": 1, "server": "bench", "generation": "bench"}
        (self.windows / ".file-simulator.json").write_text(json.dumps(marker))

    def fill(self, root: Path, count: int) -> None:
        """Small files, a hundred in a directory, an hour old."""
        old = time.time() - 3600
        for number in range(count):
            directory = root / f"d{number // 100:04}"
            if number % 100 == 0:
                directory.mkdir(parents=True, exist_ok=True)
            path = directory / f"file-{number:06}.csv"
            path.write_bytes(b"x" * 100)
            os.utime(path, (old, old))

    def remove(self) -> None:
        """Delete both trees and the state, as far as they are still there."""
        shutil.rmtree(self.top, ignore_errors=True)


class Subject:
    """One running process that syncs."""

    name = ""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def cpu(self) -> float:
        """Seconds of processor time so far, with those of its children."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICK

    def peak_memory(self) -> float:
        """The most memory it has had so far, in MiB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self) -> None:
        """End the process and its children by SIGTERM; returns when it is gone."""
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


class Agent(Subject):
    """The sync agent."""

    name = "agent"

    def __init__(self, trees: Trees, mode: str, *arguments: str) -> None:
        self.state = trees.state
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        super().__init__(agent_command(trees, mode, "--status-address", self.address, *arguments), agent_environment())

    def request(self, words: str) -> dict[str, object]:
        """What it answers to a request over HTTP."""
        url = f"http://{self.address}/{words}"
        with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=300) as answer:
            return dict(json.load(answer))

    def wait_until_idle(self, timeout: float = 120) -> None:
        """Until it is at rest for the first time."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                status = json.loads((self.state / "status.json").read_text())
            except (OSError, ValueError):
                status = {}
            if status.get("pid") == self.process.pid and status.get("state") == "idle":
                return
            time.sleep(0.05)
        raise TimeoutError("the agent does not come to rest")


class Loop(Subject):
    """The original's loop: rsync everything, delete what is not at the source, sleep."""

    name = "loop"

    def __init__(self, source: Path, target: Path, interval: float) -> None:
        script = 'while true; do rsync -av --delete "$1/" "$2/" >/dev/null 2>&1; sleep "$3"; done'
        super().__init__(["sh", "-c", script, "sh", str(source), str(target), str(interval)])


def agent_command(trees: Trees, mode: str, *arguments: str) -> list[str]:
    """The agent's command line."""
    options = {
        "--server": "bench",
        "--mode": mode,
        "--windows": str(trees.windows),
        "--export": str(trees.export),
        "--state": str(trees.state),
    }
    return [sys.executable, "-m", "nas_sync_agent", *sum(options.items(), ()), *arguments]


def agent_environment() -> dict[str, str]:
    """Where the agent's package is."""
    return {"PYTHONPATH": str(PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"}


def run_once(trees: Trees, *arguments: str) -> float:
    """Let the agent bring the Windows directory into the export; the seconds it took."""
    begin = time.monotonic()
    subprocess.run(
        agent_command(trees, "windows_to_nas", "--once", *arguments),
        env={**os.environ, **agent_environment()},
        check=True,
        stderr=subprocess.DEVNULL,
    )
    return time.monotonic() - begin
