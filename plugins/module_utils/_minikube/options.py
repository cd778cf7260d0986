# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a minikube profile, checked before anything is touched. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import posixpath
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import (
    BARE_DRIVERS,
    CONTAINER_DRIVERS,
    DesiredProfile,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import (
    FieldError,
    address,
    boolean,
    integer,
)

# Native sidecars, which the servers' pods are made of, are on since this version.
OLDEST_KUBERNETES = (1, 29)
# Kubernetes 1.30 is the default since then; older ones were not looked at.
OLDEST_MINIKUBE = (1, 33, 0)
# kubeadm does not start with less; from pkg/minikube/cmd/start_flags.go.
_LEAST_MEMORY = 1800
# minikube's words, which it does not take for names: pkg/minikube/config/profile.go.
_KEYWORDS = ("start", "stop", "status", "delete", "config", "open", "profile", "addons", "cache", "logs")
# What the module sets by itself, or must never be set.
_OURS = {
    "container-runtime": "container_runtime", "cpus": "cpus", "driver": "driver", "embed-certs": "", "force": "force",
    "interactive": "", "keep-context": "", "kubernetes-version": "kubernetes_version",
    "listen-address": "listen_address", "memory": "memory", "mount": "mount", "mount-string": "mount", "output": "",
    "ports": "ports", "profile": "name", "vm-driver": "driver", "wait-timeout": "wait_timeout",
    "delete-on-failure": "recreate", "download-only": "", "dry-run": "", "no-kubernetes": "", "nodes": "",
}  # fmt: skip


@dataclass(frozen=True)
class HostFacts:
    """What the options are checked against.

    ``memory`` is this machine's in MiB, 0 where another machine's counts. ``source`` is the data root as
    minikube is told of it.
    """

    memory: int
    source: str


def check_name(name: str) -> str:
    """Return the name of a profile. Raises SimulatorError when minikube would not take it."""
    if not re.match(r"[a-z0-9]([a-z0-9-]*[a-z0-9])\Z", name) or name in _KEYWORDS:
        raise SimulatorError(
            f"name: '{name}' is no name of a profile; use two or more of a-z, 0-9 and -, beginning and ending with "
            "a letter or digit, and none of minikube's own words"
        )
    return name


def read_options(given: t.Mapping[str, t.Any], ports: t.Sequence[int], host: HostFacts) -> DesiredProfile:
    """Return the profile that a module's parameters ask for; ``ports`` are those to publish.

    Raises SimulatorError with the option's name.
    """
    try:
        driver = str(given["driver"])
        return DesiredProfile(
            name=check_name(given["name"]),
            driver=driver,
            cpus=integer(given["cpus"], "cpus", 2, 1024),
            memory=_memory(given["memory"], driver, host.memory),
            kubernetes_version=_kubernetes(given["kubernetes_version"]),
            container_runtime=str(given["container_runtime"]),
            mount=_mount(host.source, given["node_data_root"]) if given["mount"] and _mounts(driver) else "",
            ports=_ports(ports) if driver in CONTAINER_DRIVERS else (),
            listen_address=address(given["listen_address"], "listen_address"),
            timeout=integer(given["wait_timeout"], "wait_timeout", 1, 86400),
            force=boolean(given["force"], "force"),
            extra=_extra(given["extra_options"]),
        )
    except FieldError as error:
        raise SimulatorError(str(error)) from None


def _mounts(driver: str) -> bool:
    return driver not in BARE_DRIVERS


def _memory(value: t.Any, driver: str, machine: int) -> int:
    amount = integer(value, "memory", _LEAST_MEMORY, 2**24)
    if machine and driver != "ssh" and amount > machine:
        raise SimulatorError(
            f"memory: {amount} MiB are more than this machine has ({machine} MiB); ask for less, or under WSL give it "
            "more in .wslconfig"
        )
    if driver == "hyperv" and amount % 2:
        raise SimulatorError(f"memory: Hyper-V wants an even number of MiB, not {amount}")
    return amount


def _kubernetes(text: str) -> str:
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)(-(alpha|beta|rc)\.\d+)?\Z", text)
    if match is None:
        raise SimulatorError(f"kubernetes_version: '{text}' is no version; write all of it, for example v1.35.1")
    if (int(match.group(1)), int(match.group(2))) < OLDEST_KUBERNETES:
        oldest = ".".join(str(number) for number in OLDEST_KUBERNETES)
        raise SimulatorError(
            f"kubernetes_version: {text} has no native sidecars, which the servers need; choose {oldest}.0 or newer"
        )
    return "v" + text.lstrip("v")


def _mount(source: str, target: str) -> str:
    if not target.startswith("/") or posixpath.normpath(target) != target or ":" in target or "," in target:
        raise SimulatorError(
            f"node_data_root: '{target}' is no plain absolute path; write for example /mnt/simulator-data"
        )
    # Whatever comes after the last colon is the target; the drive's own is no other.
    if ":" in source[2:]:
        raise SimulatorError(f"topology: data_root: '{source}' has a colon, which minikube takes for the mount's end")
    return f"{source}:{target}"


def _ports(ports: t.Sequence[int]) -> tuple[int, ...]:
    for port in ports:
        integer(port, "ports", 1, 65535)
    return tuple(sorted(set(ports)))


def _extra(options: t.Mapping[str, t.Any]) -> dict[str, tuple[str, ...]]:
    read = {}
    for key, value in options.items():
        name = str(key).replace("_", "-")
        if not re.match(r"[a-z0-9]+(-[a-z0-9]+)*\Z", name):
            raise SimulatorError(
                f"extra_options: '{key}' is no option of minikube start; write it without hyphens before"
            )
        if name in _OURS:
            instead = f"set {_OURS[name]} instead" if _OURS[name] else "it is set by itself"
            raise SimulatorError(f"extra_options: {name}: {instead}")
        values = value if isinstance(value, (list, tuple)) else [value]
        read[name] = tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in values)
    return read
