# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line that says why a server does not come up; messages are as a cluster of version 1.36 wrote them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import (
    Diagnosis,
    diagnose,
    is_ready,
    newest_pod,
)

Object = dict[str, t.Any]
DEPLOYMENT: Object = {"metadata": {"name": "nas-input-1"}, "status": {"conditions": []}}


def pod(**status: t.Any) -> Object:
    return {"metadata": {"name": "nas-input-1-x"}, "status": status}


def container(name: str = "nfs-server", **fields: t.Any) -> Object:
    return {"name": name, "image": "localhost/nas:1", "ready": False, "restartCount": 0, **fields}


def waiting(reason: str, message: str = "", **fields: t.Any) -> Object:
    return container(state={"waiting": {"reason": reason, "message": message}}, **fields)


def ended(code: int, **fields: t.Any) -> Object:
    return {"terminated": {"exitCode": code, "reason": "Error", **fields}}


def warning(reason: str, message: str) -> Object:
    return {"type": "Warning", "reason": reason, "message": message}


def of_containers(*statuses: Object) -> Diagnosis:
    return diagnose(DEPLOYMENT, [pod(containerStatuses=list(statuses))], [])


@pytest.mark.parametrize(
    "message",
    [
        'pods "nas-input-1-6d5dbbdcff-wcvkb" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
        'pods "x" is forbidden: violates PodSecurity "baseline:latest": hostPath volumes (volume "windows")',
        'admission webhook "policy.example" denied the request: no',
    ],
)
def test_refused_pod(message: str) -> None:
    conditions = [
        {"type": "Available", "status": "False", "message": "Deployment does not have minimum availability."},
        {"type": "ReplicaFailure", "status": "True", "message": message},
    ]
    found = diagnose({**DEPLOYMENT, "status": {"conditions": conditions}}, [], [])
    assert found == Diagnosis(f"its pod is refused: {message}", permanent=True)


def test_image_that_is_not_there() -> None:
    found = of_containers(waiting("ErrImageNeverPull", "Container image is not present"))
    assert found.permanent
    assert found.cause == (
        "image localhost/nas:1 is not on the node (ErrImageNeverPull); load it there: Container image is not present"
    )


def test_mount_that_is_missing() -> None:
    message = 'MountVolume.SetUp failed for volume "windows" : hostPath type check failed: /mnt/d/nas-input-1 is not a directory'
    status = pod(initContainerStatuses=[waiting("PodInitializing")])
    found = diagnose(DEPLOYMENT, [status], [warning("FailedMount", message)])
    assert found == Diagnosis(
        "the node has no directory /mnt/d/nas-input-1: the data root is not mounted there, or node_data_root is wrong",
        permanent=True,
    )


def test_crash_loop_tells_the_last_line() -> None:
    loop = waiting(
        "CrashLoopBackOff", "back-off 10s", restartCount=2, lastState=ended(3, message="a\nno such option\n\n")
    )
    assert of_containers(loop).cause == "nfs-server ended 3 times, with exit status 3, and says: no such option"


def test_failed_init_container_between_two_tries() -> None:
    failed = container("sync-windows-data", state=ended(3, message="the marker is gone"))
    found = diagnose(DEPLOYMENT, [pod(initContainerStatuses=[failed])], [])
    assert found.cause == "sync-windows-data ended 1 times, with exit status 3, and says: the marker is gone"


def test_lack_of_memory() -> None:
    loop = waiting("CrashLoopBackOff", lastState=ended(137, reason="OOMKilled"))
    assert "needs more memory than its limit" in of_containers(loop).cause


def test_container_that_was_started_again_and_runs_is_no_cause() -> None:
    """A past failure explains nothing about now."""
    again = container(state={"running": {}}, lastState=ended(1, message="old"), restartCount=1)
    assert of_containers(again).cause == "not ready yet: nfs-server"


def test_finished_init_container_is_no_cause() -> None:
    done = container("sync-windows-data", state={"terminated": {"exitCode": 0}})
    found = diagnose(
        DEPLOYMENT, [pod(initContainerStatuses=[done], containerStatuses=[waiting("PodInitializing")])], []
    )
    assert found.cause == "its pod is being prepared"


def test_container_that_cannot_be_made() -> None:
    found = of_containers(waiting("CreateContainerConfigError", 'configmap "x" not found'))
    assert found == Diagnosis('nfs-server cannot be started (CreateContainerConfigError): configmap "x" not found')


def test_pod_that_no_node_takes() -> None:
    unscheduled = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available: 1 Insufficient cpu."}
    found = diagnose(DEPLOYMENT, [pod(conditions=[unscheduled])], [])
    assert found == Diagnosis("no node takes its pod: 0/1 nodes are available: 1 Insufficient cpu.")


def test_evicted_pod() -> None:
    evicted = pod(
        phase="Failed", reason="Evicted", message='Usage of EmptyDir volume "export" exceeds the limit "500Mi".'
    )
    found = diagnose(DEPLOYMENT, [evicted], [])
    assert found.cause == 'its pod failed: Evicted Usage of EmptyDir volume "export" exceeds the limit "500Mi".'


def test_network_that_is_not_there() -> None:
    events = [warning("FailedCreatePodSandBox", "plugin type=bridge failed")]
    found = diagnose(DEPLOYMENT, [pod()], events)
    assert found.cause == "its pod cannot start (FailedCreatePodSandBox): plugin type=bridge failed"


def test_server_that_does_not_answer() -> None:
    events = [warning("Unhealthy", "Startup probe failed: /data: the server answered NFS4ERR_NOENT")]
    running = pod(containerStatuses=[container(state={"running": {}})])
    found = diagnose(DEPLOYMENT, [running], events, log="one\ncannot export /export/data\n")
    assert found.cause == (
        "it does not answer: Startup probe failed: /data: the server answered NFS4ERR_NOENT; "
        "nfs-server says: cannot export /export/data"
    )


def test_nothing_to_look_at() -> None:
    assert diagnose(None, [], []).cause == "its Deployment is not there"
    assert diagnose(DEPLOYMENT, [], []).cause == "it has no pod yet"
    ending = {"metadata": {"name": "x", "deletionTimestamp": "now"}, "status": {}}
    assert diagnose(DEPLOYMENT, [ending], []).cause == "its former pod has not ended yet"


def test_cause_is_one_short_line() -> None:
    found = of_containers(waiting("ErrImagePull", "long\n" * 500))
    assert "\n" not in found.cause
    assert len(found.cause) <= 300


def test_pod_that_ends_does_not_hide_its_successor() -> None:
    old = {"metadata": {"name": "old", "creationTimestamp": "2026-01-02T00:00:00Z", "deletionTimestamp": "now"}}
    new = {"metadata": {"name": "new", "creationTimestamp": "2026-01-01T00:00:00Z"}}
    assert newest_pod([old, new]) is new
    assert newest_pod([]) is None


@pytest.mark.parametrize(
    "change",
    [{"observedGeneration": 1}, {"updatedReplicas": 0}, {"readyReplicas": 0}, {"replicas": 2}],
    ids=["not seen yet", "old pod", "does not answer", "two pods"],
)
def test_ready_means_one_current_pod_that_answers(change: Object) -> None:
    status = {"observedGeneration": 2, "updatedReplicas": 1, "readyReplicas": 1, "replicas": 1}
    assert is_ready({"metadata": {"generation": 2}, "status": status})
    assert not is_ready({"metadata": {"generation": 2}, "status": {**status, **change}})
    assert not is_ready(None)
