# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What podman needs to be told about this machine. Private to file_simulator.nas.

``adaptation`` is pure; ``read_machine`` looks at the machine.
"""

from __future__ import annotations

import os
import resource
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import ULIMIT

_CAP_SYS_RESOURCE = 24
# What podman asks for when nothing is configured; beyond the hard limit the kernel refuses it.
_PODMAN_ULIMIT = 1048576


@dataclass(frozen=True)
class Machine:
    """What matters of a machine. Limits are hard limits of the calling process, in files and processes."""

    files: int
    processes: int
    may_raise_limits: bool
    cgroup_hybrid: bool
    runtimes: tuple[str, ...]


def adaptation(machine: Machine) -> str:
    """Return the text of a containers.conf with which podman runs here, empty when it runs as it is.

    Raises SimulatorError when the machine lacks something that no setting can replace.
    """
    containers: list[str] = []
    engine: list[str] = []
    limits = {"nofile": machine.files, "nproc": machine.processes}
    if not machine.may_raise_limits and min(limits.values()) < _PODMAN_ULIMIT:
        for name, limit in limits.items():
            if limit < ULIMIT:
                raise SimulatorError(
                    f"podman: the hard limit {name} is {limit} and may not be raised; allow at least {ULIMIT}"
                )
        words = ", ".join(f'"{name}={ULIMIT}:{ULIMIT}"' for name in limits)
        containers.append(f"default_ulimits = [{words}]")
    if machine.cgroup_hybrid:
        # crun stops with "drop all controllers from cgroupv2" on such a machine.
        if "runc" not in machine.runtimes:
            raise SimulatorError(
                "podman: this machine has cgroups v1 in hybrid mode, where only runc works; install runc"
            )
        engine.append('runtime = "runc"')
    sections = {"containers": containers, "engine": engine}
    return "".join(f"[{name}]\n" + "\n".join(lines) + "\n" for name, lines in sections.items() if lines)


def read_machine(has_program: t.Callable[[str], bool]) -> Machine:
    """Look at this machine; ``has_program`` tells whether a program is installed."""
    return Machine(
        files=_hard_limit(resource.RLIMIT_NOFILE),
        processes=_hard_limit(resource.RLIMIT_NPROC),
        may_raise_limits=bool(_effective_capabilities() >> _CAP_SYS_RESOURCE & 1),
        cgroup_hybrid=os.path.isdir("/sys/fs/cgroup/unified")
        and not os.path.exists("/sys/fs/cgroup/cgroup.controllers"),
        runtimes=tuple(name for name in ("crun", "runc") if has_program(name)),
    )


def _hard_limit(kind: int) -> int:
    hard = resource.getrlimit(kind)[1]
    return _PODMAN_ULIMIT if hard == resource.RLIM_INFINITY else hard


def _effective_capabilities() -> int:
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("CapEff:"):
                    return int(line.split()[1], 16)
    except OSError:
        pass
    return 0
