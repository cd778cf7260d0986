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
    Wanted,
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
    minikube: Minikube, wanted: Wanted, data_root: DataRoot, kubeconfig: str, recreate: bool, check_mode: bool
) -> Outcome:
    """Make or start the profile, and verify its mount. Raises SimulatorError before anything is touched where it can."""
    known = minikube.profiles()
    found = known.valid.get(wanted.name)
    status = plans.settled(minikube.status(wanted.name), found)
    plans.refuse_shared_ports(wanted, known.valid.values())
    plan = plans.plan(wanted, found, status, recreate)
    if "start" in plan.actions and (status is None or status.word != "running"):
        _check_ports(minikube, wanted)
    running = status is not None and status.word == "running" and "delete" not in plan.actions
    if check_mode:
        proof = _proof(minikube, wanted, data_root, soon=False) if running else mounts.Proof(False, "not started yet")
        lost = bool(wanted.mount and data_root.marker) and not proof.verified
        actions = list(plan.actions) + (["mount"] if running and not plan.actions and lost else [])
        address = _address(minikube, wanted.name, wanted.driver, wanted.listen_address, wanted.ports, running)
    else:
        _carry_out(minikube, wanted, plan)
        proof = _proof(minikube, wanted, data_root, soon=bool(plan.actions))
        if not proof.verified and wanted.mount and data_root.marker:
            proof = mounts.restore(minikube, wanted, data_root.node_data_root, data_root.marker)
            if not proof.verified:
                raise SimulatorError(
                    f"profile {wanted.name}: the node does not see the data root: {proof.problem}; {mounts.advice(wanted)}",
                    mount=proof.as_result(wanted.mount),
                )
        actions = [*plan.actions, *(["mount"] if proof.restored else [])]
        address = _address(minikube, wanted.name, wanted.driver, wanted.listen_address, wanted.ports, True)
    before = _before(found, status)
    after = {"state": "running", **profiles.as_diff(wanted)}
    return Outcome(
        actions=actions,
        changes=[str(change) for change in plan.changes],
        before=before if actions else after,
        after=after,
        cluster=_cluster(wanted, data_root, kubeconfig, address, proof),
        warnings=_warnings(wanted, proof),
    )


def check_mode_outcome(wanted: Wanted, data_root: DataRoot, kubeconfig: str) -> Outcome:
    """Return what check mode says where minikube itself is not installed yet."""
    address = connect_address(wanted.listen_address) if wanted.ports else ""
    after = {"state": "running", **profiles.as_diff(wanted)}
    proof = mounts.Proof(False, "not started yet")
    return Outcome(["start"], (), {"state": "absent"}, after, _cluster(wanted, data_root, kubeconfig, address, proof))


def stop_or_delete(minikube: Minikube, name: str, state: str, check_mode: bool) -> Outcome:
    """Stop or delete a profile, ``stopped`` or ``absent``. One that is not there is as stopped as can be."""
    known = minikube.profiles()
    found = known.valid.get(name)
    status = plans.settled(minikube.status(name), found)
    if state == "absent":
        actions = ["delete"] if found or name in known.unreadable else []
    elif status is None:
        raise SimulatorError(f"profile {name}: minikube cannot read its configuration; delete it with state: absent")
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
        proof = mounts.Proof(data_root.marker is not None, "" if data_root.marker else "the data root is not laid out")
    elif not found.mount or data_root.marker is None:
        proof = mounts.Proof(False, "the data root is not laid out" if found.mount else "the profile has no mount")
    else:
        proof = mounts.verify(minikube, name, target, data_root.marker)
    shown["cluster"] = {
        "kubeconfig": kubeconfig,
        "context": name,
        "node_address": _address(
            minikube, name, found.driver, found.listen_address or "127.0.0.1", found.host_ports, True
        ),
        "node_data_root": target,
        "driver": found.driver,
        "kubernetes_version": found.kubernetes_version,
        "mount": proof.as_result(found.mount),
    }
    return shown


def _proof(minikube: Minikube, wanted: Wanted, data_root: DataRoot, soon: bool) -> mounts.Proof:
    if not wanted.mount:
        seen = wanted.driver in BARE_DRIVERS and data_root.marker is not None
        return mounts.Proof(seen, "" if seen else "no mount is asked for")
    if data_root.marker is None:
        return mounts.Proof(False, "the data root is not laid out yet")
    look = mounts.verify_soon if soon else mounts.verify
    return look(minikube, wanted.name, data_root.node_data_root, data_root.marker)


def _cluster(
    wanted: Wanted, data_root: DataRoot, kubeconfig: str, address: str, proof: mounts.Proof
) -> dict[str, t.Any]:
    return {
        "kubeconfig": kubeconfig,
        "context": wanted.name,
        "node_address": address,
        "node_data_root": data_root.in_node(wanted.driver),
        "driver": wanted.driver,
        "kubernetes_version": wanted.kubernetes_version,
        "mount": proof.as_result(wanted.mount),
    }


def _carry_out(minikube: Minikube, wanted: Wanted, plan: Plan) -> None:
    for action in plan.actions:
        if action == "start":
            minikube.call(profiles.start_arguments(wanted), f"profile {wanted.name}: start")
        elif action == "unmount":
            # It fails for a process that is gone already.
            minikube.run(profiles.unmount_arguments(wanted.name))
        else:
            _carry_out_one(minikube, wanted.name, action)


def _carry_out_one(minikube: Minikube, name: str, action: str) -> None:
    arguments = {
        "delete": profiles.delete_arguments,
        "stop": profiles.stop_arguments,
        "unpause": profiles.unpause_arguments,
    }
    minikube.call(arguments[action](name), f"profile {name}: {action}")


def _check_ports(minikube: Minikube, wanted: Wanted) -> None:
    """Refuse ports that are taken, which the container engine would find after the profile is half made."""
    if minikube.on_windows:
        return
    for port in wanted.ports:
        holder = port_holder(wanted.listen_address, port)
        if holder:
            raise SimulatorError(
                f"profile {wanted.name}: port {port} on {wanted.listen_address} is taken by {holder}; "
                "stop it, or give the servers other ports"
            )


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


def _warnings(wanted: Wanted, proof: mounts.Proof) -> list[str]:
    if not proof.restored or wanted.driver in CONTAINER_DRIVERS:
        return []
    return [f"profile {wanted.name}: the mount was restored; pods that ran meanwhile keep the dead one: restart them"]
