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
class Wanted:
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


def start_arguments(wanted: Wanted) -> list[str]:
    """Return the arguments that make or start the profile, whatever it was before."""
    words = [
        "start",
        f"--profile={wanted.name}",
        "--output=json",
        "--interactive=false",
        # Neither kubectl's current context nor the default profile is ours to change.
        "--keep-context",
        # The kubeconfig is whole in itself, also where minikube.exe writes it.
        "--embed-certs",
        f"--driver={wanted.driver}",
        f"--kubernetes-version={wanted.kubernetes_version}",
        f"--container-runtime={wanted.container_runtime}",
        f"--wait-timeout={wanted.timeout}s",
    ]
    if wanted.driver not in UNSIZED_DRIVERS:
        words += [f"--cpus={wanted.cpus}", f"--memory={wanted.memory}mb"]
    if wanted.mount:
        # Until 1.36 the first switches the mount on; since then the second does, and the first is ignored.
        words += ["--mount", f"--mount-string={wanted.mount}"]
    if wanted.driver in CONTAINER_DRIVERS and wanted.ports:
        words.append("--ports=" + ",".join(f"{port}:{port}" for port in wanted.ports))
        words.append(f"--listen-address={wanted.listen_address}")
    if wanted.force:
        words.append("--force")
    return words + [f"--{name}={value}" for name, values in wanted.extra.items() for value in values]


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


def as_diff(wanted: Wanted) -> dict[str, t.Any]:
    """Return what the diff shows of a profile that is asked for."""
    sized = wanted.driver not in UNSIZED_DRIVERS
    return {
        "driver": wanted.driver,
        **({"cpus": wanted.cpus, "memory": wanted.memory} if sized else {}),
        "kubernetes_version": wanted.kubernetes_version,
        "container_runtime": wanted.container_runtime,
        "mount": wanted.mount,
    }
