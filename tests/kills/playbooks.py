# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks of make up and make down on two servers of an instance of their own, to the end or to a sudden one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import typing as t
from pathlib import Path

from ..module_runner import CHECKOUT

INPUT, OUTPUT = "nas-input-1", "nas-output-1"
UP, DOWN = "site.yml", "playbooks/teardown.yml"
_SECONDS = 600


class Playbooks:
    """Runs them for two servers, from ``port`` on, whose Windows directories lie below ``directory``."""

    def __init__(self, directory: Path, instance: str, port: int) -> None:
        self._directory = directory
        self._instance = instance
        self.output_port = port + 1
        self.windows = directory / "drives" / "c" / "simulator-data" / OUTPUT
        servers = [{"name": INPUT, "port": port}, {"name": OUTPUT, "port": self.output_port}]
        self._variables: dict[str, t.Any] = {
            "file_simulator_topology": {"instance": instance, "servers": servers},
            "file_simulator_drive_root": str(directory / "drives"),
            "file_simulator_engine": "podman",
            # make down removes the image: one of its own.
            "nas_image_name": f"localhost/{instance}/nas",
        }

    def run(self, playbook: str, **variables: t.Any) -> float:
        """Run one to its end and return the seconds it took; AssertionError when it fails."""
        begin = time.monotonic()
        process = self._start(playbook, **variables)
        status = process.wait(timeout=_SECONDS)
        assert status == 0, self._log.read_text()[-3000:]
        return time.monotonic() - begin

    def kill(self, playbook: str, seconds: float, **variables: t.Any) -> bool:
        """Start one and kill all its processes after ``seconds``; tell whether it was still at work."""
        process = self._start(playbook, **variables)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
            return False
        # Workers and what they run are in sessions of their own.
        while running := [process.pid, *descendants(process.pid)]:
            for pid in running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if process.poll() is not None and len(running) == 1:
                break
        process.wait()
        return True

    def containers(self, server: str) -> list[str]:
        """Return the ids of what podman has of a server, finished or not; podman's own of the pod has another name."""
        command = ["podman", "ps", "--all", "--external", "--quiet", "--filter", f"name={self._instance}.{server}."]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    @property
    def _log(self) -> Path:
        return self._directory / "playbook.log"

    def _start(self, playbook: str, **variables: t.Any) -> subprocess.Popen[bytes]:
        given = json.dumps({**self._variables, **variables})
        with self._log.open("wb") as log:
            return subprocess.Popen(
                ["ansible-playbook", playbook, "-e", given],
                cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
            )  # fmt: skip


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found[1:]
