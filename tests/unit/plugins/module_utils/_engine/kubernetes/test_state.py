# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cluster has, compared with what it is to have."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import state
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import labels
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

Object = dict[str, t.Any]
HERE = "file-simulator"


def item(kind: str, name: str = "nas-input-1", namespace: str = HERE, instance: str = HERE, **spec: t.Any) -> Object:
    metadata = {
        "name": name,
        "namespace": namespace,
        "labels": labels(instance, name, "input"),
        "uid": f"{kind}-{name}",
    }
    return {"kind": kind, "metadata": metadata, "spec": spec}


def observed(*items: Object) -> state.Observed:
    return state.Observed(
        namespace=None,
        deployments=[each for each in items if each["kind"] == "Deployment"],
        services=[each for each in items if each["kind"] == "Service"],
        others=[each for each in items if each["kind"] not in ("Deployment", "Service")],
    )


def servers(*names: str) -> t.Sequence[t.Any]:
    entries = [{"name": name, "port": 32150 + number} for number, name in enumerate(names)]
    return read_topology({"servers": entries}).servers


def test_what_the_server_fills_in_is_no_difference() -> None:
    before = item("Deployment", replicas=1, template={})
    after = copy.deepcopy(before)
    after["metadata"].update(resourceVersion="7", generation=3, managedFields=[], creationTimestamp="now", uid="other")
    after["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "2"}
    after["status"] = {"replicas": 1}
    after["spec"]["replicas"] = 0
    assert state.settled(after) == state.settled(before)
    after["spec"]["template"] = {"changed": True}
    assert state.settled(after) != state.settled(before)


def test_looking_changes_nothing() -> None:
    live = item("Service", clusterIP="10.0.0.1", ports=[])
    kept = copy.deepcopy(live)
    state.settled(live)
    assert live == kept


def test_instances_are_told_apart() -> None:
    mine, other, elsewhere = item("Deployment"), item("Deployment", instance="two"), item("Deployment", namespace="two")
    found = state.objects_of(observed(mine, other, elsewhere), HERE, HERE)
    assert found == {"nas-input-1": [mine]}


@pytest.mark.parametrize(("replicas", "stopped"), [(0, True), (1, False)])
def test_scale_tells_whether_a_server_is_stopped(replicas: int, stopped: bool) -> None:
    found = {"nas-input-1": [item("Deployment", replicas=replicas)]}
    current = state.current_servers(found, {}, count_claims=False)["nas-input-1"]
    assert (current.stopped, current.running) == (stopped, not stopped)


def test_claim_alone_is_a_server_only_for_who_wants_it_gone() -> None:
    found = {"nas-input-1": [item("PersistentVolumeClaim")]}
    assert state.current_servers(found, {}, count_claims=False) == {}
    assert list(state.current_servers(found, {}, count_claims=True)) == ["nas-input-1"]


def test_foreign_names_are_refused_in_the_own_namespace_alone() -> None:
    desired = servers("nas-input-1")
    foreign = item("Service", instance="helm")
    with pytest.raises(SimulatorError, match="namespace file-simulator has a Service of that name that is not ours"):
        state.check_names(desired, observed(foreign), HERE, HERE)
    state.check_names(desired, observed(item("Service", namespace="other", instance="helm")), HERE, HERE)
    state.check_names(desired, observed(item("Service")), HERE, HERE)


def test_name_that_no_service_can_have() -> None:
    with pytest.raises(SimulatorError, match="server 1-input: name: that of a Service must begin with a letter"):
        state.check_names(servers("1-input"), observed(), HERE, HERE)


def test_own_port_is_not_taken() -> None:
    own = item("Service", ports=[{"nodePort": 32150}])
    assert state.port_holders(servers("nas-input-1"), observed(own), HERE) == {}
    other = item("Service", "nas-input-2", ports=[{"port": 1}, {"nodePort": 32150}])
    assert state.port_holders(servers("nas-input-1"), observed(other), HERE) == {"nas-input-1": other}


def test_addresses_of_nodes() -> None:
    node = {
        "status": {"addresses": [{"type": "Hostname", "address": "n"}, {"type": "InternalIP", "address": "192.0.2.1"}]},
        "spec": {"podCIDRs": ["10.244.0.0/24", "fd00::/64"]},
    }
    assert state.local_addresses([node, {}]) == ("192.0.2.1", "10.244.0.1", "fd00::1")


def test_pod_with_a_claim_leaves_its_export_behind() -> None:
    def shown(volume: Object) -> Object:
        return {"Deployment": {"spec": {"template": {"spec": {"volumes": [volume]}}}}}

    kept, lost = shown({"persistentVolumeClaim": {"claimName": "a-export"}}), shown({"emptyDir": {}})
    assert (state.claim_of(kept), state.claim_of(lost), state.claim_of({})) == ("a-export", "", "")
    assert state.replaces_pod(kept, lost)
    assert not state.replaces_pod({**kept, "Service": 1}, kept)
