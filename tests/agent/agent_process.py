# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent as a process on real directories."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "roles" / "nas_image" / "files"
MARKER = ".file-simulator.json"


class AgentProcess:
    """Two trees and the process that syncs them."""

    def __init__(self, top: Path) -> None:
        self.windows = top / "windows"
        self.volume = top / "volume"
        self.export = self.volume / "data"
        self.state = self.volume / ".nas"
        self.log = top / "log"
        self.windows.mkdir()
        self.volume.mkdir()
        self.mark()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def mark(self) -> None:
        marker = {"format": 1, "server": "server", "generation": "one"}
        (self.windows / MARKER).write_text(json.dumps(marker))

    def command(self, mode: str, *arguments: str) -> list[str]:
        options = {
            "--server": "server",
            "--mode": mode,
            "--windows": str(self.windows),
            "--export": str(self.export),
            "--state": str(self.state),
        }
        return [sys.executable, "-m", "nas_sync_agent", *sum(options.items(), ()), *arguments]

    @staticmethod
    def environment() -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"}

    def once(self, mode: str = "windows_to_nas", *arguments: str) -> subprocess.CompletedProcess[str]:
        command = self.command(mode, "--once", *arguments)
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)

    def say(self, *words: str) -> dict[str, object]:
        """Give the running agent a command, and return its answer; empty when there is none."""
        command = [*self.command("none")[:3], *words, "--nonce", "7", "--address", f"127.0.0.1:{self.port}"]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)
        return dict(json.loads(done.stdout)) if done.returncode == 0 else {}

    def serve(self, mode: str, *arguments: str) -> None:
        """Start and be ready to be asked."""
        self.start(mode, "--status-address", f"127.0.0.1:{self.port}", *arguments)
        self.wait_until_idle()

    def start(self, mode: str, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(mode, *arguments), env=self.environment(), stderr=log)

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self.process = None
        return code

    def status(self) -> dict[str, object]:
        try:
            return dict(json.loads((self.state / "status.json").read_text()))
        except (OSError, ValueError):
            return {}

    def wait_for(self, what: Callable[[], bool], timeout: float = 20) -> None:
        deadline = time.monotonic() + timeout
        while not what():
            assert time.monotonic() < deadline, self.log.read_text()[-2000:]
            time.sleep(0.01)

    def wait_until_idle(self, timeout: float = 60) -> None:
        pid = self.process.pid if self.process else 0

        def idle() -> bool:
            status = self.status()
            return status.get("pid") == pid and status.get("state") == "idle"

        self.wait_for(idle, timeout)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
