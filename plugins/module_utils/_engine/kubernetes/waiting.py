# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for servers in a cluster, all of them at once. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError, combined
from ansible_collections.file_simulator.nas.plugins.module_utils._common.progress import telling
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import (
    Diagnosis,
    diagnose,
    is_ready,
    newest_pod,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import (
    Object,
    instance_selector,
    server_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import SERVER_CONTAINER

_PAUSE = 0.5
# What looks permanent must stay so for a while: a quota is still taken by a pod that is just ending.
_PERMANENT_SECONDS = 5.0
# Beyond their grace period, what the kubelet takes to clear pods away.
_CLEARING_SECONDS = 30


class Watcher:
    """Looks at the servers of one instance, and waits for them."""

    def __init__(self, cluster: Cluster, namespace: str, instance: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._selector = instance_selector(instance)

    def deployments(self) -> dict[str, Object]:
        """Return the Deployment of each server that has one."""
        return {server_of(item): item for item in self._cluster.items("Deployment", self._namespace, self._selector)}

    def pods(self) -> dict[str, list[Object]]:
        """Return the pods of each server."""
        found: dict[str, list[Object]] = {}
        for pod in self._cluster.items("Pod", self._namespace, self._selector):
            found.setdefault(server_of(pod), []).append(pod)
        return found

    def diagnoses(self, servers: t.Collection[str], *, read_logs: bool) -> dict[str, Diagnosis]:
        """Tell of each of ``servers`` that is not ready why that is; nothing of those that are not to run."""
        deployments = self.deployments()
        waiting = [
            server
            for server in servers
            if server not in deployments
            or (deployments[server]["spec"].get("replicas", 1) and not is_ready(deployments[server]))
        ]
        if not waiting:
            return {}
        pods = self.pods()
        events: dict[str, list[Object]] = {}
        for event in self._cluster.items("Event", self._namespace, fields="type=Warning,involvedObject.kind=Pod"):
            events.setdefault(event["involvedObject"]["name"], []).append(event)
        found = {}
        for server in waiting:
            own = pods.get(server, ())
            pod = newest_pod(own)
            name = pod["metadata"]["name"] if pod else ""
            log = self._cluster.log_tail(self._namespace, name, SERVER_CONTAINER, 3) if name and read_logs else ""
            found[server] = diagnose(deployments.get(server), own, sorted(events.get(name, ()), key=_when), log)
        return found

    def until_ready(self, servers: t.Collection[str], timeout: float) -> None:
        """Wait until all ``servers`` are ready. Raises SimulatorError that tells the cause for each that is not.

        It gives up before the timeout where waiting is no use.
        """
        told: list[str] = []
        with telling(lambda: told):
            self._wait_until_ready(servers, timeout, told)

    def _wait_until_ready(self, servers: t.Collection[str], timeout: float, told: list[str]) -> None:
        """Wait as ``until_ready`` does; ``told`` always has a line for each server that is not ready yet."""
        deadline = time.monotonic() + timeout
        since: dict[str, float] = {}
        while True:
            found = self.diagnoses(servers, read_logs=False)
            if not found:
                return
            told[:] = [f"{server}: {diagnosis.cause}" for server, diagnosis in sorted(found.items())]
            now = time.monotonic()
            since = {server: since.get(server, now) for server, diagnosis in found.items() if diagnosis.permanent}
            if any(now - first >= _PERMANENT_SECONDS for first in since.values()):
                raise self._failure(list(found), "")
            if now + _PAUSE > deadline:
                raise self._failure(list(found), f" after {timeout:g} s")
            time.sleep(_PAUSE)

    def until_gone(self, servers: t.Collection[str], grace_period: int) -> None:
        """Wait until ``servers`` have no pods any more, those that are just ending included."""
        deadline = time.monotonic() + grace_period + _CLEARING_SECONDS
        while True:
            left = sorted(set(self.pods()) & set(servers))
            if not left:
                return
            if time.monotonic() + _PAUSE > deadline:
                raise SimulatorError(
                    f"server {left[0]}: its pod does not end; see kubectl --context {self._cluster.context} "
                    f"--namespace {self._namespace} describe pods"
                )
            time.sleep(_PAUSE)

    def _failure(self, servers: t.Sequence[str], when: str) -> SimulatorError:
        found = self.diagnoses(servers, read_logs=True)
        problems = [
            f"server {server}: not ready{when}: {found[server].cause if server in found else 'ready just now'}"
            for server in servers
        ]
        return combined(problems)


def _when(event: Object) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")
