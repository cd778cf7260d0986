# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A foreign role's molecule scenario, as CI runs it: two jobs at once, and nothing is left of them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ..harness.ports import reserve
from ..module_runner import CHECKOUT
from ..validation.servers import podman

ROLE = Path(__file__).parent / "orders"
ARTEFACT = CHECKOUT / ".ansible" / "artefact"
STATE = Path("/var/lib/file-simulator")
# Names that no other checkout's runs have, and that this one's have again.
NUMBER = reserve("foreign-role").ports.start
# Seconds; on a busy machine, two runs at once take a quarter of an hour.
LIMIT = 1800


class Job:
    """A CI job that runs the scenario, with a directory of its own."""

    def __init__(self, name: str, directory: Path) -> None:
        self.instance = f"orders-{NUMBER}-{name}"
        self._log = directory / f"{name}.log"
        self._directory = directory / name
        self._environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(ARTEFACT),
            "CI_JOB_ID": f"{NUMBER}-{name}",
            "MOLECULE_EPHEMERAL_DIRECTORY": str(self._directory),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: str) -> Job:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["molecule", command],
                cwd=ROLE,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def succeed(self) -> None:
        """Wait for the end, and expect a good one."""
        assert self._process
        status = self._process.wait(LIMIT)
        assert status == 0, self._log.read_text(errors="replace")[-6000:]

    def kill(self) -> None:
        """End molecule and all that it has started, as an out-of-memory killer or a job's time limit does."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def end(self) -> None:
        """Leave nothing behind, whatever became of the test."""
        if self._process and self._process.poll() is None:
            self.kill()
        if self.left():
            self.start("destroy").succeed()

    def pods(self) -> list[str]:
        return [pod["Name"] for pod in self._podman("pod", "ps")]

    def left(self) -> list[str]:
        """What this machine still has of the instance."""
        networks = [network["name"] for network in self._podman("network", "ls")]
        volumes = [volume["Name"] for volume in self._podman("volume", "ls")]
        files = [str(path) for path in STATE.rglob(f"{self.instance}*") if path.suffix != ".lock"]
        tables = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=False).stdout
        rules = [line for line in tables.splitlines() if line.endswith(f"file_simulator_{self.instance}")]
        drives = [str(path) for path in self._directory.glob("drives/c/*")]
        return [*self.pods(), *networks, *volumes, *files, *rules, *drives]

    def _podman(self, *words: str) -> list[dict[str, t.Any]]:
        shown = podman(*words, "--format", "json", "--filter", f"label=file-simulator.instance={self.instance}")
        return list(json.loads(shown or "[]") or [])


@pytest.fixture
def job(tmp_path: Path) -> t.Iterator[t.Callable[[str], Job]]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers run here")
    if not (ARTEFACT / "ansible_collections").exists():
        pytest.skip("needs the collection as it is installed: make artefact")
    jobs: list[Job] = []

    def made(name: str) -> Job:
        jobs.append(Job(name, tmp_path))
        return jobs[-1]

    yield made
    for each in jobs:
        each.end()


def test_two_jobs_at_once(job: t.Callable[[str], Job]) -> None:
    both = [job(name).start("test") for name in ("a", "b")]
    for each in both:
        each.succeed()
    assert [each.left() for each in both] == [[], []]
