# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a minikube profile into a state, and telling of it. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.ports import connect_address, port_holder
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import mount as mounts
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import plan as plans
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import profile as profiles
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.cli import Minikube
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.output import Profile, Status
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.plan import Plan
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import (
    BARE_DRIVERS,
    CONTAINER_DRIVERS,
    DesiredProfile,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import Marker

_UNREADABLE = "unreadable"


@dataclass(frozen=True)
class DataRoot:
    """The data root on this machine. ``marker`` is None in check mode where it is not laid out yet."""

    local: str
    node_data_root: str
    marker: Marker | None

    def in_node(self, driver: str) -> str:
        """Return where a node of this driver sees the data root."""
        return self.local if driver in BARE_DRIVERS else self.node_data_root


@dataclass(frozen=True)
class Outcome:
    """What was done, or in check mode would be. ``cluster`` is what an engine needs to know, None when nothing runs."""

    actions: t.Sequence[str]
    changes: t.Sequence[str]
    before: t.Mapping[str, t.Any]
    after: t.Mapping[str, t.Any]
    cluster: t.Mapping[str, t.Any] | None = None
    warnings: t.Sequence[str] = ()


def start(
    minikube: Minikube, desired: DesiredProfile, data_root: DataRoot, kubeconfig: str, recreate: bool, check_mode: bool
) -> Outcome:
    """Make or start the profile, and verify its mount. Raises SimulatorError before anything is touched where it can."""
    known = minikube.profiles()
    found = known.valid.get(desired.name)
    status = plans.settled(minikube.status(desired.name), found)
    plans.refuse_shared_ports(desired, known.valid.values())
    plan = plans.plan(desired, found, status, recreate)
    if "start" in plan.actions and (status is None or status.word != "running"):
        _check_ports(minikube, desired)
    running = status is not None and status.word == "running" and "delete" not in plan.actions
    if check_mode:
        verification = (
            _verification(minikube, desired, data_root, soon=False)
            if running
            else mounts.Verification(False, "not started yet")
        )
        lost = bool(desired.mount and data_root.marker) and not verification.verified
        actions = list(plan.actions) + (["mount"] if running and not plan.actions and lost else [])
        address = _address(minikube, desired.name, desired.driver, desired.listen_address, desired.ports, running)
    else:
        _carry_out(minikube, desired, plan)
        verification = _verification(minikube, desired, data_root, soon=bool(plan.actions))
        if not verification.verified and desired.mount and data_root.marker:
            verification = mounts.restore(minikube, desired, data_root.node_data_root, data_root.marker)
            if not verification.verified:
                raise SimulatorError(
                    f"profile {desired.name}: the node does not see the data root: {verification.problem}; {mounts.advice(desired)}",
                    mount=verification.as_result(desired.mount),
                )
        actions = [*plan.actions, *(["mount"] if verification.restored else [])]
        address = _address(minikube, desired.name, desired.driver, desired.listen_address, desired.ports, True)
    before = _before(found, status)
    after = {"state": "running", **profiles.as_diff(desired)}
    return Outcome(
        actions=actions,
        changes=[str(change) for change in plan.changes],
        before=before if actions else after,
        after=after,
        cluster=_cluster(desired, data_root, kubeconfig, address, verification),
        warnings=_warnings(desired, verification),
    )


def check_mode_outcome(desired: DesiredProfile, data_root: DataRoot, kubeconfig: str) -> Outcome:
    """Return what check mode says where minikube itself is not installed yet."""
    address = connect_address(desired.listen_address) if desired.ports else ""
    after = {"state": "running", **profiles.as_diff(desired)}
    verification = mounts.Verification(False, "not started yet")
    return Outcome(
        ["start"], (), {"state": "absent"}, after, _cluster(desired, data_root, kubeconfig, address, verification)
    )


def stop_or_delete(minikube: Minikube, name: str, state: str, check_mode: bool) -> Outcome:
    """Stop or delete a profile, ``stopped`` or ``absent``. One that is not there is as stopped as can be."""
    known = minikube.profiles()
    found = known.valid.get(name)
    status = plans.settled(minikube.status(name), found)
    if state == "absent":
        actions = ["delete"] if found or name in known.unreadable else []
    elif status is None:
        raise plans.unreadable(name)
    else:
        actions = ["stop"] if found and status.word not in ("stopped", "absent") else []
        if actions and found:
            plans.check_stoppable(found)
    if actions and not check_mode:
        _carry_out_one(minikube, name, actions[0])
    before = _before(found, status)
    after = {"state": state} if actions else before
    return Outcome(actions, (), before, after)


def report(minikube: Minikube, name: str, data_root: DataRoot, kubeconfig: str) -> dict[str, t.Any]:
    """Return what there is of a profile, without changing anything."""
    known = minikube.profiles()
    found = known.valid.get(name)
    status = plans.settled(minikube.status(name), found)
    word = _UNREADABLE if status is None else status.word
    shown: dict[str, t.Any] = {
        "profiles": sorted([*known.valid, *known.unreadable]),
        "profile": {"name": name, **_before(found, status)},
        "cluster": None,
    }
    if found is None or word != "running":
        return shown
    target = data_root.local if found.driver in BARE_DRIVERS else found.mount.rpartition(":")[2]
    if found.driver in BARE_DRIVERS:
        verification = mounts.Verification(
            data_root.marker is not None, "" if data_root.marker else "the data root is not laid out"
        )
    elif not found.mount or data_root.marker is None:
        verification = mounts.Verification(
            False, "the data root is not laid out" if found.mount else "the profile has no mount"
        )
    else:
        verification = mounts.verify(minikube, name, target, data_root.marker)
    shown["cluster"] = {
        "kubeconfig": kubeconfig,
        "context": name,
        "node_address": _address(
            minikube, name, found.driver, found.listen_address or "127.0.0.1", found.host_ports, True
        ),
        "node_data_root": target,
        "driver": found.driver,
        "kubernetes_version": found.kubernetes_version,
        "mount": verification.as_result(found.mount),
    }
    return shown


def _verification(minikube: Minikube, desired: DesiredProfile, data_root: DataRoot, soon: bool) -> mounts.Verification:
    if not desired.mount:
        seen = desired.driver in BARE_DRIVERS and data_root.marker is not None
        return mounts.Verification(seen, "" if seen else "no mount is asked for")
    if data_root.marker is None:
        return mounts.Verification(False, "the data root is not laid out yet")
    look = mounts.verify_soon if soon else mounts.verify
    return look(minikube, desired.name, data_root.node_data_root, data_root.marker)


def _cluster(
    desired: DesiredProfile, data_root: DataRoot, kubeconfig: str, address: str, verification: mounts.Verification
) -> dict[str, t.Any]:
    return {
        "kubeconfig": kubeconfig,
        "context": desired.name,
        "node_address": address,
        "node_data_root": data_root.in_node(desired.driver),
        "driver": desired.driver,
        "kubernetes_version": desired.kubernetes_version,
        "mount": verification.as_result(desired.mount),
    }


def _carry_out(minikube: Minikube, desired: DesiredProfile, plan: Plan) -> None:
    for action in plan.actions:
        if action == "start":
            minikube.call(profiles.start_arguments(desired), f"profile {desired.name}: start")
        elif action == "unmount":
            # It fails for a process that is gone already.
            minikube.run(profiles.unmount_arguments(desired.name))
        else:
            _carry_out_one(minikube, desired.name, action)


def _carry_out_one(minikube: Minikube, name: str, action: str) -> None:
    arguments = {
        "delete": profiles.delete_arguments,
        "stop": profiles.stop_arguments,
        "unpause": profiles.unpause_arguments,
    }
    minikube.call(arguments[action](name), f"profile {name}: {action}")


def _check_ports(minikube: Minikube, desired: DesiredProfile) -> None:
    """Refuse ports that are taken, which the container engine would find after the profile is half made."""
    if minikube.on_windows:
        return
    listen = desired.listen_address
    holders = {port: port_holder(listen, port) for port in desired.ports}
    taken = [f"port {port} on {listen} is taken by {holder}" for port, holder in holders.items() if holder]
    if taken:
        todo = f"stop {'it' if len(taken) == 1 else 'them'}, or give the servers other ports"
        raise SimulatorError(f"profile {desired.name}: {'; '.join([*taken, todo])}")


def _address(minikube: Minikube, name: str, driver: str, listen: str, ports: t.Collection[int], running: bool) -> str:
    """Return where this machine reaches NodePorts; empty while that cannot be known."""
    if driver in CONTAINER_DRIVERS and ports:
        return connect_address(listen)
    return minikube.node_address(name) if running else ""


def _before(found: Profile | None, status: Status | None) -> dict[str, t.Any]:
    word = _UNREADABLE if status is None else status.word
    if found is None:
        return {"state": word}
    return {
        "state": word,
        "driver": found.driver,
        "cpus": found.cpus,
        "memory": found.memory,
        "kubernetes_version": found.kubernetes_version,
        "container_runtime": found.container_runtime,
        "mount": found.mount,
    }


def _warnings(desired: DesiredProfile, verification: mounts.Verification) -> list[str]:
    if not verification.restored or desired.driver in CONTAINER_DRIVERS:
        return []
    return [f"profile {desired.name}: the mount was restored; pods that ran meanwhile keep the dead one: restart them"]
