# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a minikube profile is to be, and how minikube is told. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

# The node is a container: ports are published and directories bound when it is made, and never after.
CONTAINER_DRIVERS = ("docker", "podman")
# The hypervisor shares the directory itself.
VIRTIOFS_DRIVERS = ("vfkit", "krunkit")
# The node is this machine, and sees its files as they are.
BARE_DRIVERS = ("none",)
# Machines that minikube did not make. It does not end them either: "stop" waits for that, and fails after minutes.
GIVEN_DRIVERS = ("ssh",)
# Machines of their own size.
UNSIZED_DRIVERS = (*BARE_DRIVERS, *GIVEN_DRIVERS)
DRIVERS = (
    *CONTAINER_DRIVERS, "hyperv", "kvm2", "qemu2", "virtualbox", "vmware", "parallels", *VIRTIOFS_DRIVERS,
    *GIVEN_DRIVERS, *BARE_DRIVERS,
)  # fmt: skip
_ALIASES = {"kvm": "kvm2", "qemu": "qemu2", "generic": "ssh", "native": "none"}


@dataclass(frozen=True)
class DesiredProfile:
    """What is asked for. ``memory`` is in MiB, ``timeout`` in seconds; ``mount`` is ``source:target`` or empty."""

    name: str
    driver: str
    cpus: int
    memory: int
    kubernetes_version: str
    container_runtime: str
    mount: str
    ports: tuple[int, ...]
    listen_address: str
    timeout: int
    force: bool = False
    extra: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def driver_of(name: str) -> str:
    """Return the name that we use for a driver, of the several that minikube takes."""
    return _ALIASES.get(name, name)


def start_arguments(desired: DesiredProfile) -> list[str]:
    """Return the arguments that make or start the profile, whatever it was before."""
    words = [
        "start",
        f"--profile={desired.name}",
        "--output=json",
        "--interactive=false",
        # Neither kubectl's current context nor the default profile is ours to change.
        "--keep-context",
        # The kubeconfig is whole in itself, also where minikube.exe writes it.
        "--embed-certs",
        f"--driver={desired.driver}",
        f"--kubernetes-version={desired.kubernetes_version}",
        f"--container-runtime={desired.container_runtime}",
        f"--wait-timeout={desired.timeout}s",
    ]
    if desired.driver not in UNSIZED_DRIVERS:
        words += [f"--cpus={desired.cpus}", f"--memory={desired.memory}mb"]
    if desired.mount:
        # Until 1.36 the first switches the mount on; since then the second does, and the first is ignored.
        words += ["--mount", f"--mount-string={desired.mount}"]
    if desired.driver in CONTAINER_DRIVERS and desired.ports:
        words.append("--ports=" + ",".join(f"{port}:{port}" for port in desired.ports))
        words.append(f"--listen-address={desired.listen_address}")
    if desired.force:
        words.append("--force")
    return words + [f"--{name}={value}" for name, values in desired.extra.items() for value in values]


def stop_arguments(name: str) -> list[str]:
    """Return the arguments that stop a profile; its context stays in the kubeconfig, current or not."""
    return ["stop", f"--profile={name}", "--keep-context-active", "--output=json"]


def delete_arguments(name: str) -> list[str]:
    """Return the arguments that delete a profile, or what is left of one."""
    return ["delete", f"--profile={name}", "--output=json"]


def unpause_arguments(name: str) -> list[str]:
    """Return the arguments that let a paused profile go on."""
    return ["unpause", f"--profile={name}", "--output=json"]


def unmount_arguments(name: str) -> list[str]:
    """Return the arguments that end the mount process which ``start`` left behind."""
    return ["mount", f"--profile={name}", "--kill"]


def as_diff(desired: DesiredProfile) -> dict[str, t.Any]:
    """Return what the diff shows of a profile that is asked for."""
    sized = desired.driver not in UNSIZED_DRIVERS
    return {
        "driver": desired.driver,
        **({"cpus": desired.cpus, "memory": desired.memory} if sized else {}),
        "kubernetes_version": desired.kubernetes_version,
        "container_runtime": desired.container_runtime,
        "mount": desired.mount,
    }
