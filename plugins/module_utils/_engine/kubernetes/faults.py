# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of servers in a cluster: an ephemeral container each. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import time
import typing as t
import uuid

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.faults import ON, refused
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import newest_pod
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.fault_render import (
    END,
    Helper,
    helper_container,
    helpers_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.execution import execute
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import Active
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import SERVER_CONTAINER

# A kubelet starts a container within seconds.
_SECONDS = 60.0
_LOG_LINES = 5


class KubernetesFaults:
    """See ``Faults`` in _engine/faults.py. ``pods`` returns the pods by server, ``lock`` is what one run at a time has."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        pods: t.Callable[[], t.Mapping[str, t.Sequence[Object]]],
        lock: t.Callable[[str], t.ContextManager[t.Any]],
    ) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._pods = pods
        self._lock = lock

    def held(self) -> t.ContextManager[t.Any]:
        """Be the one run that changes the instance."""
        return self._lock("the run that changes faults")

    def active(self) -> dict[str, list[Active]]:
        """Return the faults that are on: those of helpers that run, as long as their time is not over."""
        return {server: on for server, pod in self._newest().items() if (on := faults_of(pod))}

    def check(self, servers: t.Sequence[Server]) -> None:
        """Raise SimulatorError where one of ``servers`` does not run."""
        newest = self._newest()
        for server in servers:
            statuses = newest.get(server.name, {}).get("status", {}).get("containerStatuses") or []
            if not any(each["name"] == SERVER_CONTAINER and "running" in each.get("state", {}) for each in statuses):
                raise SimulatorError(
                    f"server {server.name}: it does not run, so there is nothing to break; start it with {remedies.START}"
                )

    def bring(self, server: Server, faults: t.Sequence[Active]) -> None:
        """Let these faults be on: the helper that makes them takes over from the one before, then that one ends."""
        pod = self._pod(server.name)
        before = [helper for helper in helpers_of(pod) if not helper.ended]
        name = f"fault-{uuid.uuid4().hex[:8]}"
        if faults:
            self._cluster.add_ephemeral_container(
                self._namespace,
                pod["metadata"]["name"],
                helper_container(pod, server, name, faults),
                f"server {server.name}: make the fault",
            )
        for_each(before, lambda helper: self._end(server.name, pod, helper))
        if faults and not self._begins(server.name, pod, name) and not all(each.over(time.time()) for each in faults):
            self._refuse(server.name, pod, name)

    def end(self, servers: t.Collection[str] | None, *, check_mode: bool = False) -> dict[str, list[Active]]:
        """End all faults of ``servers``, of the whole instance where it is None; return those that were on."""
        on = {}
        for server, pod in self._newest().items():
            if servers is not None and server not in servers:
                continue
            if found := faults_of(pod):
                on[server] = found
                if not check_mode:
                    self._end_all(server, pod)
        return on

    def _end_all(self, server: str, pod: Object) -> None:
        for_each([each for each in helpers_of(pod) if each.running], lambda each: self._end(server, pod, each))

    def _end(self, server: str, pod: Object, helper: Helper) -> None:
        """End a helper by a command in its container. Raises SimulatorError where it goes on."""
        said = ""
        try:
            execute(self._cluster, self._namespace, pod["metadata"]["name"], helper.container, END, _SECONDS)
        except SimulatorError as error:
            # The command's container ends with what it has ended.
            said = error.message

        def over() -> bool:
            return all(each.ended for each in self._helpers(server, helper.container))

        if not wait_until(over, _SECONDS):
            raise SimulatorError(f"server {server}: end its fault: {said or 'its helper goes on'}")

    def _begins(self, server: str, pod: Object, name: str) -> bool:
        """Wait until a helper has said that it has begun; tell whether it has."""

        def settled() -> bool:
            return self._has_begun(pod, name) or any(each.ended for each in self._helpers(server, name))

        wait_until(settled, _SECONDS)
        return self._has_begun(pod, name)

    def _has_begun(self, pod: Object, name: str) -> bool:
        return ON in self._log(pod, name)

    def _refuse(self, server: str, pod: Object, name: str) -> t.NoReturn:
        lines = self._log(pod, name)
        ended = [each.ended for each in self._helpers(server, name)]
        raise refused(server, lines[-1] if lines else next(iter(ended), ""))

    def _log(self, pod: Object, name: str) -> list[str]:
        return self._cluster.log_tail(self._namespace, pod["metadata"]["name"], name, _LOG_LINES).splitlines()

    def _helpers(self, server: str, name: str) -> list[Helper]:
        pod = self._newest().get(server)
        return [each for each in helpers_of(pod) if each.container == name] if pod else []

    def _pod(self, server: str) -> Object:
        pod = self._newest().get(server)
        if pod is None:
            raise SimulatorError(f"server {server}: it has no pod")
        return pod

    def _newest(self) -> dict[str, Object]:
        found = {server: newest_pod(pods) for server, pods in self._pods().items()}
        return {server: pod for server, pod in found.items() if pod is not None}


def faults_of(pod: Object | None) -> list[Active]:
    """Return the faults that are on in a pod."""
    now = time.time()
    helpers = helpers_of(pod) if pod else []
    return [fault for helper in helpers if helper.running for fault in helper.faults if not fault.over(now)]
