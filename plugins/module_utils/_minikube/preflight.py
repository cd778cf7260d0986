# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a machine from running a minikube node, in words for testers. Private to file_simulator.nas.

``problems`` is pure; ``look`` looks at the machine.
"""

from __future__ import annotations

import os
import shutil
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import Runner, last_line
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import existing_ancestor
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import CONTAINER_DRIVERS
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

# What a driver is no use without, and who brings it.
_PROGRAMS = {
    "docker": {"docker": "Docker Engine or Docker Desktop"},
    "podman": {"podman": "the package podman"},
    "kvm2": {"virsh": "the packages libvirt-daemon-system and libvirt-clients"},
    "qemu2": {"qemu-img": "the packages qemu-system-x86 and qemu-utils"},
    "virtualbox": {"VBoxManage": "VirtualBox"},
    "none": {
        "systemctl": "systemd", "conntrack": "the package conntrack", "crictl": "the package cri-tools",
    },
}  # fmt: skip
_ROOTLESS = ("docker", "podman", "kvm2", "qemu2", "virtualbox")
# Only Administrators, and members of the group with this well-known SID, may use Hyper-V.
_MAY_USE_HYPERV = (
    "$me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent()); "
    "$me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator) -or "
    "$me.IsInRole([Security.Principal.SecurityIdentifier]'S-1-5-32-578')"
)


@dataclass(frozen=True)
class Seen:
    """What matters of a machine. Memory and free disk are in MiB; ``engine_error`` is what docker or podman said.

    ``hyperv_rights`` and ``kvm`` are None where nobody asked.
    """

    memory: int
    disk_free: int
    disk_path: str
    programs: t.Collection[str]
    is_root: bool
    on_windows: bool = False
    engine_error: str = ""
    kvm: str | None = None
    hyperv_rights: bool | None = None


def programs_of(driver: str) -> t.Mapping[str, str]:
    """Return the programs that a driver needs on this machine, and who brings them."""
    return _PROGRAMS.get(driver, {})


def problems(driver: str, memory: int, disk: int, force: bool, seen: Seen) -> list[str]:
    """Return what stands in the way of a node with so much memory and disk (MiB); nothing when it can run."""
    found = []
    if driver == "hyperv" and not seen.on_windows:
        found.append("driver hyperv: needs minikube.exe, run from WSL; name it with the executable")
    if seen.hyperv_rights is False:
        found.append(
            "driver hyperv: wants rights that this user does not have; start WSL from a terminal that was opened with "
            "'Run as administrator', or join the group 'Hyper-V Administrators' and sign in again"
        )
    if not seen.on_windows:
        found += [
            f"driver {driver}: {name} is not installed; it comes with {source}"
            for name, source in programs_of(driver).items()
            if name not in seen.programs
        ]
        found += _machine_problems(driver, memory, disk, force, seen)
    if seen.engine_error:
        found.append(f"driver {driver}: {driver} does not answer: {seen.engine_error}; {_engine_advice(driver, seen)}")
    return found


def _machine_problems(driver: str, memory: int, disk: int, force: bool, seen: Seen) -> t.Iterator[str]:
    if driver == "none" and not seen.is_root:
        yield "driver none: needs root; set become: true"
    if driver in _ROOTLESS and seen.is_root and not force:
        yield f"driver {driver}: minikube refuses it from root; run as another user, or with {remedies.FORCE_DRIVER}"
    if seen.kvm:
        yield f"driver {driver}: no virtualisation: {seen.kvm}"
    if driver != "ssh" and memory > seen.memory:
        yield (
            f"memory: {memory} MiB are asked for, and this machine has {seen.memory} MiB; ask for less, or under WSL give "
            "it more with memory= in %USERPROFILE%\\.wslconfig and run wsl.exe --shutdown"
        )
    if seen.disk_free < disk:
        yield f"disk: {seen.disk_path} has {seen.disk_free} MiB free, and a node wants {disk}; make room"


def _engine_advice(driver: str, seen: Seen) -> str:
    if "permission denied" in seen.engine_error.lower():
        return f"join its group (sudo usermod --append --groups {driver} $USER) and sign in again"
    if driver == "docker":
        return "start Docker Desktop with its WSL integration for this distribution, or: sudo systemctl start docker"
    return "see: podman info"


def look(driver: str, on_windows: bool, home: str, runner: Runner, has: t.Callable[[str], bool]) -> Seen:
    """Look at this machine; ``home`` is where minikube keeps its profiles, ``has`` tells of programs."""
    there = frozenset(name for name in programs_of(driver) if has(name))
    place = existing_ancestor(home)
    return Seen(
        memory=machine_memory(),
        disk_free=shutil.disk_usage(place).free // 2**20,
        disk_path=place,
        programs=there,
        is_root=os.geteuid() == 0,
        on_windows=on_windows,
        engine_error=_engine_error(driver, runner) if driver in CONTAINER_DRIVERS and driver in there else "",
        kvm=_kvm_problem() if driver == "kvm2" and not on_windows else None,
        hyperv_rights=_hyperv_rights(runner) if driver == "hyperv" and on_windows else None,
    )


def machine_memory() -> int:
    """Return this machine's memory in MiB."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20


def _engine_error(driver: str, runner: Runner) -> str:
    status, out, err = runner([driver, "info", "--format", "json"], handle_exceptions=False)
    if not status:
        return ""
    return last_line(err or out) or f"exit status {status}"


def _kvm_problem(device: str = "/dev/kvm") -> str | None:
    if not os.path.exists(device):
        return f"there is no {device}; switch virtualisation on in the firmware, and under WSL nestedVirtualization in .wslconfig"
    if not os.access(device, os.R_OK | os.W_OK):
        return f"{device} may not be opened; join the group kvm and sign in again"
    return None


def _hyperv_rights(runner: Runner) -> bool | None:
    """Ask Windows; None when it does not answer, and minikube will tell."""
    command = ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _MAY_USE_HYPERV]
    try:
        status, out, _err = runner(command, handle_exceptions=False)
    except OSError:
        return None
    return {"True": True, "False": False}.get(out.strip()) if status == 0 else None
