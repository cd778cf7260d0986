# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many writers over NFS on a machine that is busy with other things: in the end both sides have the same."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ..podman.simulator import Simulator

WRITERS = 8
FILES = int(os.environ.get("NAS_LOAD_FILES", "500"))
HOGS = 2
# No writer and no hog lives longer than this, whatever becomes of the test.
MOST_SECONDS = 900
SETTLED_WITHIN = 120
MARKER = ".file-simulator.json"
SHARED = [f"/data/shared-{number}" for number in range(5)]

_HOG = f"import time\nend = time.monotonic() + {MOST_SECONDS}\nwhile time.monotonic() < end: pass"


@contextlib.contextmanager
def busy_machine() -> t.Iterator[None]:
    """Processes that take all the processor time they get."""
    hogs = [subprocess.Popen([sys.executable, "-c", _HOG]) for _number in range(HOGS)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


class Writer:
    """One NFS client that writes as programs do: beside the name, then a rename; sometimes onto a name that others use."""

    def __init__(self, simulator: Simulator, number: int, deadline: float) -> None:
        self._client = simulator.client()
        self._number = number
        self._deadline = deadline
        self._directory = f"/data/writer-{number}"

    def run(self) -> int:
        """The number of operations."""
        operations = 1
        self._client.mkdir(self._directory)
        for number in range(FILES):
            assert time.monotonic() < self._deadline, f"writer {self._number} is at file {number}"
            name = f"{self._directory}/file-{number}"
            self._write(f"{name}.part", f"{self._number} {number}\n" * (1 + number % 50))
            self._client.rename(f"{name}.part", name)
            operations += 2
            if number % 4 == 1:  # replaced by another file
                self._write(f"{name}.part", f"{self._number} {number} again\n")
                self._client.rename(f"{name}.part", name)
                operations += 2
            if number % 5 == 2:  # onto one name, with everybody else
                self._client.rename(name, SHARED[number % len(SHARED)])
                operations += 1
            elif number % 7 == 3:  # in place
                self._write(name, f"{self._number} {number} in place\n")
                operations += 1
            elif number % 11 == 5:
                self._client.unlink(name)
                operations += 1
        self._client.close()
        return operations

    def _write(self, path: str, content: str) -> None:
        with self._client.open(path, "wb") as stream:
            stream.write(content.encode())


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a tree but the agent's own marker; may fail while the tree changes."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != MARKER
    }


def wait_until_equal(simulator: Simulator) -> float:
    """Wait until both sides have the same; how long that took, in seconds."""
    begin = time.monotonic()
    there, here = contents(simulator.export), contents(simulator.windows)
    while there != here and time.monotonic() - begin < SETTLED_WITHIN:
        time.sleep(0.5)
        with contextlib.suppress(OSError):
            here = contents(simulator.windows)
    lost, ghosts = sorted(there.keys() - here.keys()), sorted(here.keys() - there.keys())
    old = sorted(path for path in there.keys() & here.keys() if there[path] != here[path])
    assert there == here, f"{len(lost)} lost {lost[:5]}, {len(ghosts)} ghosts {ghosts[:5]}, {len(old)} old {old[:5]}"
    return time.monotonic() - begin


@pytest.mark.parametrize("run", range(3))
def test_writers_on_a_busy_machine(
    simulator: Simulator, run: int, record_property: t.Callable[[str, object], None]
) -> None:
    begin = time.monotonic()
    deadline = begin + MOST_SECONDS
    with busy_machine(), concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        writers = [Writer(simulator, run * WRITERS + number, deadline) for number in range(WRITERS)]
        started = threading.Barrier(WRITERS)

        def work(writer: Writer) -> int:
            started.wait()
            return writer.run()

        operations = sum(pool.map(work, writers))
        written = time.monotonic() - begin
        settled = wait_until_equal(simulator)
    status = simulator.report()
    found_by_rescan = status_of_agent(simulator)["found_by_rescan"]
    figures = f"run {run}: {operations} operations in {written:.1f} s, equal {settled:.1f} s after the last"
    record_property("figures", figures)
    print(figures)
    assert found_by_rescan == 0
    assert status["state"] == "ready"


def status_of_agent(simulator: Simulator) -> dict[str, t.Any]:
    """The agent's own status, as it lies beside the export."""
    return dict(json.loads((simulator.export.parent / ".nas" / "status.json").read_text()))
