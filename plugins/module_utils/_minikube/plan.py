# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between a minikube profile and what is asked for, and what to do about it. Pure.

Private to file_simulator.nas. What minikube changes in an existing profile, and what it ignores with a warning, is
read in ``updateExistingConfigFromFlags`` of ``cmd/minikube/cmd/start_flags.go``, version 1.38.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.output import Profile, Status
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import (
    CONTAINER_DRIVERS,
    GIVEN_DRIVERS,
    UNSIZED_DRIVERS,
    VIRTIOFS_DRIVERS,
    DesiredProfile,
    driver_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

RECREATE = "recreate"
RESTART = "restart"
REMOUNT = "remount"


# Options beyond ours that a profile's configuration tells of: where it is there, and what a change takes.
_COMPARED = {
    "apiserver-port": ("APIServerPort", RESTART),
    "base-image": ("KicBaseImage", RECREATE),
    "cni": ("KubernetesConfig.CNI", RECREATE),
    "disk-size": ("DiskSize", RECREATE),
    "extra-disks": ("ExtraDisks", RECREATE),
    "feature-gates": ("KubernetesConfig.FeatureGates", RESTART),
    "hyperv-virtual-switch": ("HypervVirtualSwitch", RECREATE),
    "image-repository": ("KubernetesConfig.ImageRepository", RECREATE),
    "kvm-network": ("KVMNetwork", RECREATE),
    "network": ("Network", RECREATE),
    "service-cluster-ip-range": ("KubernetesConfig.ServiceCIDR", RECREATE),
    "ssh-ip-address": ("SSHIPAddress", RECREATE),
    "ssh-user": ("SSHUser", RESTART),
    "static-ip": ("StaticIP", RECREATE),
    "subnet": ("Subnet", RECREATE),
}
_SIZES = {"b": 2**-20, "k": 2**-10, "m": 1, "g": 2**10, "kb": 2**-10, "mb": 1, "gb": 2**10}


@dataclass(frozen=True)
class Change:
    """One difference, and what it takes: ``recreate``, ``restart`` or ``remount``."""

    option: str
    before: str
    after: str
    takes: str

    def __str__(self) -> str:
        return f"{self.option} is {self.before or 'not set'}, not {self.after}"


@dataclass(frozen=True)
class Plan:
    """What to do, in order: ``delete``, ``unmount``, ``unpause``, ``start`` or ``stop``; and what differs."""

    actions: tuple[str, ...]
    changes: tuple[Change, ...] = ()


def compare(desired: DesiredProfile, found: Profile) -> tuple[Change, ...]:
    """Return what differs between what is asked for and the profile that is there."""
    changes = [Change("driver", driver_of(found.driver), driver_of(desired.driver), RECREATE)]
    if desired.driver not in UNSIZED_DRIVERS:
        changes.append(Change("cpus", str(found.cpus), str(desired.cpus), RECREATE))
        changes.append(Change("memory", f"{found.memory} MiB", f"{desired.memory} MiB", RECREATE))
    newer = _numbers(desired.kubernetes_version) > _numbers(found.kubernetes_version)
    changes += [
        Change(
            "kubernetes_version", found.kubernetes_version, desired.kubernetes_version, RESTART if newer else RECREATE
        ),
        # Images and containers of one runtime are unknown to the other.
        Change("container_runtime", _runtime(found.container_runtime), _runtime(desired.container_runtime), RECREATE),
    ]
    if desired.mount:
        fixed = desired.driver in (*CONTAINER_DRIVERS, *VIRTIOFS_DRIVERS)
        changes.append(Change("mount", found.mount, desired.mount, RECREATE if fixed else REMOUNT))
    if desired.driver in CONTAINER_DRIVERS and desired.ports:
        missing = sorted(set(desired.ports) - found.host_ports)
        shown = ", ".join(str(port) for port in sorted(found.host_ports))
        changes.append(Change("ports", shown, f"{shown}, {_listed(missing)}" if missing else shown, RECREATE))
        changes.append(Change("listen_address", found.listen_address or "127.0.0.1", desired.listen_address, RECREATE))
    changes += [
        Change(f"extra_options.{name}", _found_option(found, _COMPARED[name][0]), _option(name, values), takes)
        for name, values in desired.extra.items()
        if name in _COMPARED
        for takes in (_COMPARED[name][1],)
    ]
    return tuple(change for change in changes if change.before != change.after)


def not_compared(desired: DesiredProfile) -> tuple[str, ...]:
    """Return the names of the extra options of which a profile's configuration does not tell."""
    return tuple(name for name in desired.extra if name not in _COMPARED)


def plan(desired: DesiredProfile, found: Profile | None, status: Status | None, recreate: bool) -> Plan:
    """Return what starts the profile. ``status`` is None where minikube cannot read its configuration.

    Raises SimulatorError for changes that need ``recreate`` and lack it.
    """
    if status is None:
        if not recreate:
            raise unreadable(desired.name)
        return Plan(("delete", "start"))
    if found is None:
        return Plan(("start",))
    changes = compare(desired, found)
    fatal = [change for change in changes if change.takes == RECREATE]
    # Where the machine is gone already, nothing is lost with what is left of its profile.
    if fatal and not recreate and status.word != "absent":
        raise SimulatorError(
            f"profile {desired.name}: {'; '.join(str(change) for change in fatal)}: minikube cannot change that without "
            "deleting the profile; ask for what is there, choose another name, or have it made anew with "
            f"{remedies.RECREATE_PROFILE}",
            changes=[str(change) for change in fatal],
        )
    if fatal:
        return Plan(("delete", "start"), changes)
    if status.word not in ("running", "paused"):
        return Plan(("start",), changes)
    actions = ["unpause"] if status.word == "paused" else []
    if any(change.takes == REMOUNT for change in changes):
        actions.append("unmount")
    if changes:
        actions.append("start")
    return Plan(tuple(actions), changes)


def settled(status: Status | None, found: Profile | None) -> Status | None:
    """Return the states of a profile, read as its driver means them; None where its configuration is unreadable.

    Of a machine that minikube did not make, ``Running`` only says that it answers. With nothing of Kubernetes in it
    the profile is stopped, as after that machine's restart.
    """
    if (
        status
        and found
        and driver_of(found.driver) in GIVEN_DRIVERS
        and status.kubelet == status.apiserver == "Stopped"
    ):
        return replace(status, host="Stopped")
    return status


def unreadable(name: str) -> SimulatorError:
    """Return the error for a profile of which nothing can be known."""
    return SimulatorError(
        f"profile {name}: minikube cannot read its configuration; delete it with {remedies.DELETE_PROFILE}, "
        f"or have it made anew with {remedies.RECREATE_PROFILE}"
    )


def check_stoppable(found: Profile) -> None:
    """Raise SimulatorError for a profile that minikube cannot stop."""
    if driver_of(found.driver) in GIVEN_DRIVERS:
        raise SimulatorError(
            f"profile {found.name}: minikube does not stop a machine that it did not make (driver {found.driver}); "
            f"shut that machine down itself, or take Kubernetes off it: {remedies.DELETE_PROFILE}"
        )


def refuse_shared_ports(desired: DesiredProfile, others: t.Iterable[Profile]) -> None:
    """Raise SimulatorError when another profile publishes one of our ports, whether or not it runs now."""
    if desired.driver not in CONTAINER_DRIVERS:
        return
    for other in others:
        shared = sorted(set(desired.ports) & other.host_ports)
        if other.name != desired.name and other.driver in CONTAINER_DRIVERS and shared:
            raise SimulatorError(
                f"profile {desired.name}: profile {other.name} publishes {_listed(shared)} too; "
                f"give the servers other ports, or delete the other: minikube delete --profile={other.name}"
            )


def _runtime(name: str) -> str:
    return "cri-o" if name == "crio" else name


def _listed(ports: t.Sequence[int]) -> str:
    return f"port{'s' if len(ports) > 1 else ''} {', '.join(str(port) for port in ports)}"


def _numbers(version: str) -> tuple[int, ...]:
    """Return a version's numbers for ordering; what follows a hyphen does not count."""
    return tuple(int(word) for word in version.lstrip("v").split("-")[0].split(".") if word.isdigit())


def _option(name: str, values: tuple[str, ...]) -> str:
    value = ",".join(values)
    return str(_mebibytes(value)) if name == "disk-size" else value


def _found_option(found: Profile, path: str) -> str:
    value: t.Any = found.config
    for key in path.split("."):
        value = (value or {}).get(key)
    return "" if value is None else str(value)


def _mebibytes(size: str) -> int:
    """Return the MiB in a size as minikube takes it: 40g, 20000mb, or bytes."""
    number = size.rstrip("bkmgBKMG")
    unit = size[len(number) :].lower()
    return int(int(number) * _SIZES[unit]) if number.isdigit() and unit in _SIZES else int(number or 0) // 2**20
