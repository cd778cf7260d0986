# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The components' processes: each a session of its own, known by pid and start time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from testcluster.console import system_environment
from testcluster.settings import ClusterError, Layout


@dataclass(frozen=True)
class Service:
    """One long-running component."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Handle:
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    started: int

    @property
    def is_alive(self) -> bool:
        """Return whether that very process still runs."""
        return start_time(self.pid) == self.started


def start(layout: Layout, service: Service) -> bool:
    """Start a component unless it runs; return whether it was started."""
    handle = find(layout, service.name)
    if handle is not None and handle.is_alive:
        return False
    for directory in (layout.logs, layout.pids):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (layout.logs / f"{service.name}.log").open("ab") as log:
        process = subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=system_environment(),
            start_new_session=True,
        )
    record = {"pid": process.pid, "started": start_time(process.pid)}
    (layout.pids / f"{service.name}.json").write_text(json.dumps(record))
    return True


def find(layout: Layout, name: str) -> Handle | None:
    """Return the process that was started for a component, alive or not."""
    try:
        return Handle(**json.loads((layout.pids / f"{name}.json").read_text()))
    except FileNotFoundError:
        return None


def is_running(layout: Layout, name: str) -> bool:
    """Return whether a component runs."""
    handle = find(layout, name)
    return handle is not None and handle.is_alive


def stop(layout: Layout, names: Sequence[str], grace: float = 10) -> None:
    """Stop components together: ask first, and after the grace period insist."""
    handles = [handle for name in names if (handle := find(layout, name)) is not None]
    for insistence, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        for handle in handles:
            if handle.is_alive:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(handle.pid, insistence)
        deadline = time.monotonic() + patience
        while any(handle.is_alive for handle in handles) and time.monotonic() < deadline:
            time.sleep(0.05)
    left = [str(handle.pid) for handle in handles if handle.is_alive]
    if left:
        raise ClusterError(f"these processes do not end: {' '.join(left)}")
    for name in names:
        (layout.pids / f"{name}.json").unlink(missing_ok=True)


def start_time(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None if it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in parentheses may hold anything; the state follows it.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def resident_bytes(pid: int) -> int:
    """Return how much memory a process occupies."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def with_argument(programs: Collection[str], part: str) -> list[int]:
    """Return the processes of some programs that have an argument with a certain part."""
    found: list[int] = []
    for directory in Path("/proc").iterdir():
        if not directory.name.isdigit():
            continue
        try:
            program, *arguments = (directory / "cmdline").read_text(errors="replace").split("\0")
        except OSError:
            continue
        if program.rpartition("/")[2] in programs and any(part in argument for argument in arguments):
            found.append(int(directory.name))
    return found
