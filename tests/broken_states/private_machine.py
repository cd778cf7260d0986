# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine in namespaces of its own, with a podman of its own, that may lose its power.

Its /run lies on a disk, as in containers in which people develop: what podman wrote there outlives the machine.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

from ..module_runner import CHECKOUT, ModuleFailed

_SECONDS = 300


class PrivateMachine:
    """The machine, whose disk is ``directory``. It serves nobody outside."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: subprocess.Popen[str] | None = None
        self._first = 0
        for name in ("run", "containers", "state", "networks", "drives"):
            (directory / name).mkdir(parents=True)

    def start(self) -> None:
        namespaces = ["--mount", "--pid", "--ipc", "--uts", "--net", "--fork", "--kill-child", "--propagation=private"]
        command = ["unshare", *namespaces, "bash", str(Path(__file__).with_name("boot.sh")), str(self._directory)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self._process = process
        assert process.stdout and process.stdout.readline() == "booted\n", "the machine does not start"
        self._first = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])

    def lose_power(self) -> None:
        """With the first process go all others, mounts, addresses and rules, at once."""
        if self._process and self._process.poll() is None:
            os.kill(self._first, signal.SIGKILL)
            self._process.wait(timeout=30)

    def run(self, *command: str, data: bytes | None = None) -> str:
        """Run a program there and return what it prints; AssertionError when it fails."""
        settings = Path("/var/lib/file-simulator/containers.conf")
        enter = [
            "nsenter",
            f"--target={self._first}",
            "--mount",
            "--pid",
            "--ipc",
            "--uts",
            "--net",
            "--",
            "env",
            "-C",
            str(CHECKOUT),
        ]
        environment = {**os.environ, "PODMAN_IGNORE_CGROUPSV1_WARNING": "1"}
        if (self._directory / "state" / settings.name).exists():
            environment["CONTAINERS_CONF"] = str(settings)
        done = subprocess.run(
            [*enter, *command], env=environment, input=data, capture_output=True, timeout=_SECONDS
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stderr.decode(errors='replace')[-2000:]}"
        return done.stdout.decode()

    def module(self, name: str, **arguments: t.Any) -> dict[str, t.Any]:
        """Run a module of the collection there; raise ModuleFailed as it fails."""
        words = ("-m", "tests.broken_states.run_module", name, json.dumps(arguments))
        result: dict[str, t.Any] = json.loads(self.run(sys.executable, *words))
        if result.get("failed"):
            raise ModuleFailed(result)
        return result

    def load_image(self, image: str) -> None:
        saved = subprocess.run(["podman", "save", image], check=True, capture_output=True).stdout
        self.run("podman", "load", "--quiet", data=saved)
