# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a server does not come up in a cluster, in one line. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import last_line
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import one_line
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import SERVER_CONTAINER

_IMAGE_REASONS = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError")
_CREATE_REASONS = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError")
_LONGEST = 300


@dataclass(frozen=True)
class Diagnosis:
    """The cause. ``permanent`` when it does not go away by itself: waiting any longer is no use."""

    cause: str
    permanent: bool = False


def is_ready(deployment: Object | None) -> bool:
    """Tell whether a Deployment's one pod is the current one, alone, and answers its probe."""
    if deployment is None:
        return False
    status = deployment.get("status", {})
    return bool(
        status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 1)
        and status.get("updatedReplicas", 0) == 1
        and status.get("readyReplicas", 0) == 1
        and status.get("replicas", 0) == 1
    )


def newest_pod(pods: t.Sequence[Object]) -> Object | None:
    """Return the pod that counts: the youngest that is not about to end, else the youngest."""

    def key(pod: Object) -> tuple[bool, str]:
        metadata = pod["metadata"]
        return "deletionTimestamp" not in metadata, str(metadata.get("creationTimestamp", ""))

    return max(pods, key=key, default=None)


def diagnose(
    deployment: Object | None, pods: t.Sequence[Object], events: t.Sequence[Object], log: str = ""
) -> Diagnosis:
    """Tell why a server is not ready. ``events`` are its pod's, ``log`` is the end of the NFS server's."""
    if deployment is None:
        return Diagnosis("its Deployment is not there")
    for condition in deployment.get("status", {}).get("conditions") or []:
        # Admission, quota and Pod Security show here: there is no pod to ask.
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            return Diagnosis(_short(f"its pod is refused: {condition.get('message', '')}"), permanent=True)
    pod = newest_pod(pods)
    if pod is None:
        return Diagnosis("it has no pod yet")
    if "deletionTimestamp" in pod["metadata"]:
        return Diagnosis("its former pod has not ended yet")
    return _of_pod(pod, events) or _of_probe(pod, events, log)


def diagnose_pod(pod: Object, events: t.Sequence[Object]) -> str:
    """Tell what keeps a pod of its own from running."""
    return (_of_pod(pod, events) or _of_preparation(events)).cause


def _of_pod(pod: Object, events: t.Sequence[Object]) -> Diagnosis | None:
    status = pod.get("status", {})
    if status.get("phase") == "Failed":
        return Diagnosis(_short(f"its pod failed: {status.get('reason', '')} {status.get('message', '')}"))
    for condition in status.get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return Diagnosis(_short(f"no node takes its pod: {condition.get('message', '')}"))
    statuses = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    for container in statuses:
        found = _of_container(container)
        if found:
            return found
    if any("running" in container.get("state", {}) for container in statuses):
        return None
    return _of_preparation(events)


def _of_container(container: Object) -> Diagnosis | None:
    name, state = container["name"], container.get("state", {})
    waiting = state.get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    if reason in _IMAGE_REASONS:
        return Diagnosis(
            _short(f"image {container.get('image', '')} is not on the node ({reason}); load it there: {message}"),
            permanent=True,
        )
    if reason in _CREATE_REASONS:
        return Diagnosis(_short(f"{name} cannot be started ({reason}): {message}"))
    ended = state.get("terminated") or (container.get("lastState") or {}).get("terminated")
    if ended and ended.get("exitCode") and (reason == "CrashLoopBackOff" or "terminated" in state):
        times = container.get("restartCount", 0) + 1
        return Diagnosis(_short(f"{name} ended {times} times, {_ending(ended)}"))
    return None


def _ending(ended: Object) -> str:
    if ended.get("reason") == "OOMKilled":
        return "for it needs more memory than its limit (OOMKilled)"
    said = last_line(ended.get("message") or "")
    return f"with exit status {ended['exitCode']}" + (f", and says: {said}" if said else "")


def _of_preparation(events: t.Sequence[Object]) -> Diagnosis:
    """Tell what keeps the first container from starting: volumes and the pod's network."""
    for event in reversed(events):
        message = event.get("message", "")
        if event.get("reason") == "FailedMount" and "hostPath type check failed" in message:
            path = message.rpartition("hostPath type check failed:")[2].strip().split(" ")[0]
            return Diagnosis(
                f"the node has no directory {path}: the data root is not mounted there, or node_data_root is wrong",
                permanent=True,
            )
        if event.get("type") == "Warning":
            return Diagnosis(_short(f"its pod cannot start ({event.get('reason', '')}): {message}"))
    return Diagnosis("its pod is being prepared")


def _of_probe(pod: Object, events: t.Sequence[Object], log: str) -> Diagnosis:
    said = last_line(log)
    shown = f"; {SERVER_CONTAINER} says: {said}" if said else ""
    for event in reversed(events):
        if event.get("reason") == "Unhealthy":
            return Diagnosis(_short(f"it does not answer: {last_line(event.get('message') or '')}{shown}"))
    waiting = [
        container["name"]
        for container in pod.get("status", {}).get("containerStatuses") or []
        if not container.get("ready")
    ]
    return Diagnosis(_short(f"not ready yet: {', '.join(waiting) or 'its pod'}{shown}"))


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
