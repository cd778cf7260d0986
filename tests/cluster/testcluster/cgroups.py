# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control group under which all pods run: the surest way to find, and to stop, all of them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from testcluster.settings import CGROUP

CONTROLLERS = ("cpuset", "cpu", "memory", "pids", "hugetlb", "io")


def make() -> None:
    """Make the group in every hierarchy, as the kubelet wants to find it."""
    for mount, version in hierarchies():
        group = mount / CGROUP
        group.mkdir(exist_ok=True)
        if version == 2:
            for parent in (mount, group):
                _delegate(parent)


def _delegate(group: Path) -> None:
    """Let a version 2 group's children use all controllers that it has itself."""
    available = (group / "cgroup.controllers").read_text().split()
    for controller in set(CONTROLLERS).intersection(available):
        with contextlib.suppress(OSError):
            (group / "cgroup.subtree_control").write_text(f"+{controller}")


def kill_all(timeout: float = 20) -> None:
    """Kill every process in the group, until none is left."""
    deadline = time.monotonic() + timeout
    while (left := processes()) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def processes() -> set[int]:
    """Return the processes of all pods."""
    found: set[int] = set()
    for group in groups():
        with contextlib.suppress(OSError):
            found.update(int(pid) for pid in (group / "cgroup.procs").read_text().split())
    return found


def remove(timeout: float = 5) -> None:
    """Remove the group from every hierarchy; the kernel needs a moment after the last process."""
    deadline = time.monotonic() + timeout
    while any(True for _ in groups()):
        for group in groups():
            with contextlib.suppress(OSError):
                group.rmdir()
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)


def groups() -> Iterator[Path]:
    """Yield every group of ours, children before their parents."""
    for mount, _ in hierarchies():
        for directory, _, _ in os.walk(mount / CGROUP, topdown=False):
            yield Path(directory)


def hierarchies() -> list[tuple[Path, int]]:
    """Return the mounted hierarchies with their version: one on new systems, several on old ones."""
    return parse_hierarchies(Path("/proc/self/mountinfo").read_text())


def parse_hierarchies(mountinfo: str) -> list[tuple[Path, int]]:
    """Return the hierarchies that the text of mountinfo tells of."""
    found: dict[Path, int] = {}
    for line in mountinfo.splitlines():
        match = re.match(r"\d+ \d+ \S+ \S+ (\S+) .* - (cgroup2?) ", line)
        if match:
            found[Path(match[1])] = 2 if match[2] == "cgroup2" else 1
    return sorted(found.items())
