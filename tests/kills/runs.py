# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""make up and make down for two servers of an instance of their own, to the end or to a sudden one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ..module_runner import CHECKOUT

INPUT, OUTPUT = "nas-input-1", "nas-output-1"
UP, DOWN = "up", "down"
_SECONDS = 600


class Runs:
    """Runs them for two servers, from ``port`` on, whose Windows directories lie below ``directory``."""

    def __init__(self, directory: Path, instance: str, port: int, image: str) -> None:
        self._directory = directory
        self._instance = instance
        self.output_port = port + 1
        self.windows = directory / "drives" / "c" / "simulator-data" / OUTPUT
        servers = [{"name": INPUT, "port": port}, {"name": OUTPUT, "port": self.output_port}]
        self._topology = {"instance": instance, "servers": servers}
        self._drives = str(directory / "drives")
        self._image = image

    def run(self, direction: str, **more: t.Any) -> float:
        """Run one to its end and return the seconds it took; AssertionError when it fails."""
        begin = time.monotonic()
        process = self._start(direction, more)
        status = process.wait(timeout=_SECONDS)
        assert status == 0, self._log.read_text()[-3000:]
        return time.monotonic() - begin

    def kill(self, direction: str, seconds: float, **more: t.Any) -> bool:
        """Start one and kill all its processes after ``seconds``; tell whether it was still at work."""
        process = self._start(direction, more)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
            return False
        # Workers and what they run are in sessions of their own.
        os.kill(process.pid, signal.SIGSTOP)
        for pid in [*descendants(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        return True

    def containers(self, server: str) -> list[str]:
        """Return the parts of a server of which podman has a container, finished or not, each as often as it has."""
        command = ["podman", "ps", "--all", "--external", "--format", "{{.Names}}"]
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        # Podman's own filter lets all pass that are not finished, whosesoever.
        names = [name for name in shown.split() if name.startswith(f"{self._instance}.{server}.")]
        return sorted(name.split(".")[2] for name in names)

    @property
    def volume(self) -> Path:
        """The volume of the output server, whether it is there or not."""
        return Path("/var/lib/containers/storage/volumes") / f"{self._instance}.{OUTPUT}.export" / "_data"

    @property
    def _log(self) -> Path:
        return self._directory / "run.log"

    def _start(self, direction: str, more: t.Mapping[str, t.Any]) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            return subprocess.Popen(
                self._command(direction, more),
                cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
            )  # fmt: skip

    def _command(self, direction: str, more: t.Mapping[str, t.Any]) -> list[str]:
        raise NotImplementedError


class Playbooks(Runs):
    """The playbooks themselves."""

    def _command(self, direction: str, more: t.Mapping[str, t.Any]) -> list[str]:
        variables = {
            "file_simulator_topology": self._topology,
            "file_simulator_drive_root": self._drives,
            "file_simulator_engine": "podman",
            **{f"nas_servers_{name}": value for name, value in more.items()},
        }
        if direction == UP:
            # Packages and image are there, and checks change nothing: kills are to hit what brings servers up.
            return ["ansible-playbook", "site.yml", "--tags", "layout,deploy,clients", "-e", json.dumps(variables)]
        # It would remove the image, which others use.
        variables["nas_image_name"] = f"localhost/{self._instance}/none"
        return ["ansible-playbook", "playbooks/teardown.yml", "-e", json.dumps(variables)]


class Modules(Runs):
    """Their modules alone."""

    def _command(self, direction: str, more: t.Mapping[str, t.Any]) -> list[str]:
        arguments = {
            "topology": self._topology,
            "drive_root": self._drives,
            "registry": str(self._directory / "registry.json"),
            "image": self._image,
            **more,
        }
        return [sys.executable, "-m", "tests.kills.modules", direction, json.dumps(arguments)]


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found[1:]
