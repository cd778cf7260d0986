# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What checks read out of a cluster's objects."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import ContainerFacts
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import (
    inspector as _check_kubernetes,
)

CONTAINER: dict[str, t.Any] = {
    "name": "nfs-server",
    "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
    "securityContext": {
        "privileged": False,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], "add": ["CHOWN"]},
    },
}


def facts(**context: t.Any) -> ContainerFacts:
    security = {**CONTAINER["securityContext"], **context}
    return _check_kubernetes._facts({**CONTAINER, "securityContext": security}, {"nfs-server"})


def test_container_as_the_topology_has_it() -> None:
    assert facts() == ContainerFacts(
        "nfs-server", True, False, False, True, frozenset({"CHOWN"}), 1000, 256 << 20, 50, 64 << 20
    )


def test_container_of_which_nothing_is_said() -> None:
    """What Kubernetes does then: escalation is allowed, the runtime's own capabilities stay."""
    found = _check_kubernetes._facts({"name": "nfs-server"}, set())
    assert (found.running, found.may_escalate, found.read_only_root) == (False, True, False)
    assert found.capabilities == {"those that the runtime adds"}
    assert (found.cpu_limit, found.memory_limit, found.cpu_request, found.memory_request) == (None,) * 4


@pytest.mark.parametrize(
    ("options", "port"),
    [
        ([], 2049),
        (["nfsvers=4.1", "port=32150"], 32150),
        (["nfsvers=3,port=32150,mountport=32151,nolock"], 32150),
        (["port=many"], 2049),
    ],
)
def test_port_that_a_volume_mounts(options: list[str], port: int) -> None:
    volume = {"spec": {"nfs": {"server": "10.96.0.7", "path": "/data"}, "mountOptions": options}}
    assert _check_kubernetes._nfs_address(volume) == ("10.96.0.7", port)


def test_volume_of_another_kind_points_nowhere() -> None:
    assert _check_kubernetes._nfs_address({"spec": {"hostPath": {"path": "/x"}}}) == ("", 2049)


def test_words_of_python_among_the_answers_of_a_pod_are_passed_over() -> None:
    log = 'Traceback (most recent call last):\n["a.b.svc.cluster.local", "10.96.0.7", ""]\n["c"'
    assert list(_check_kubernetes._answers(log)) == [("a.b.svc.cluster.local", "10.96.0.7", "")]
