# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the node down and leave the host as it was."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import time
from pathlib import Path

from testcluster import cgroups, components, host, node, processes
from testcluster.components import Part
from testcluster.console import attempt
from testcluster.settings import ClusterError, Layout


def is_needed(layout: Layout) -> bool:
    """Return whether there is anything to stop or remove; raise if it is not ours to remove."""
    if node.is_strange(layout):
        raise ClusterError(f"{layout.state} is not a cluster's state directory; it is left alone")
    running = node.owner(layout)
    if running not in ("", str(layout.state)):
        raise ClusterError(f"the cluster that is up has --state-dir {running}; it is left alone")
    return layout.state.exists() or layout.run.exists()


def down(layout: Layout, part: Part = Part.WHOLE) -> None:
    """Stop everything, pods included and without asking them; remove what was made."""
    # First those who would start again what is stopped after them.
    keepers = [name for name in components.NAMES if name not in ("containerd", "etcd")]
    processes.stop(layout, keepers)
    if part.has_node:
        cgroups.kill_all()
    processes.stop(layout, ["containerd", "etcd"])
    stop_strays(layout)
    unmount_below(layout.run, layout.state)
    if part.has_node:
        cgroups.remove()
        host.remove_files(layout)
    host.restore(layout)
    # The journal goes last: until then an interrupted 'down' can be repeated.
    for directory in (layout.state, layout.run):
        remove(directory)


def stop_strays(layout: Layout) -> None:
    """Stop the containers' shims, which outlive the runtime by design, and whoever lost its pid file."""
    deadline = time.monotonic() + 10
    programs = (*components.NAMES, "containerd-shim-runc-v2")
    while strays := {
        pid for place in (layout.run, layout.state) for pid in processes.with_argument(programs, str(place))
    }:
        for pid in strays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise ClusterError(f"these processes do not end: {' '.join(map(str, strays))}")
        time.sleep(0.05)


def unmount_below(*directories: Path) -> None:
    """Unmount all that is mounted below some directories, the deepest first."""
    for _ in range(5):
        mounts = mounts_below(Path("/proc/self/mountinfo").read_text(), *directories)
        if not mounts:
            return
        for mount in mounts:
            if attempt(["umount", "--no-canonicalize", mount]).returncode:
                attempt(["umount", "--no-canonicalize", "--lazy", mount])


def mounts_below(mountinfo: str, *directories: Path) -> list[str]:
    """Return the mount points below some directories, the latest first."""
    found = []
    for line in mountinfo.splitlines():
        mount = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), line.split()[4])
        if any(Path(mount).is_relative_to(directory) for directory in directories):
            found.append(mount)
    return found[::-1]


def remove(directory: Path) -> None:
    """Remove a directory; never through something that is still mounted in it."""
    left = mounts_below(Path("/proc/self/mountinfo").read_text(), directory)
    if left:
        raise ClusterError(f"still mounted, so not removed: {' '.join(left)}")
    if directory.exists():
        shutil.rmtree(directory)
