# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reaches the sync agents of an instance's pods in a cluster. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import newest_pod
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.execution import execute
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, AGENT_PROGRAM


class KubernetesReach:
    """See ``Reach`` in _engine/agents.py. ``pods`` returns the pods by server."""

    def __init__(
        self, cluster: Cluster, namespace: str, pods: t.Callable[[], t.Mapping[str, t.Sequence[Object]]]
    ) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._pods = pods

    def ask(self, server: str, words: t.Sequence[str], seconds: int) -> str:
        """Run the agent's program with ``words`` in the agent's container, and return what it says."""
        pod = newest_pod(self._pods().get(server, ()))
        if pod is None:
            raise SimulatorError(f"server {server}: it has no pod; {remedies.START} starts it")
        command = [*AGENT_PROGRAM, *words]
        try:
            return execute(self._cluster, self._namespace, pod["metadata"]["name"], AGENT_CONTAINER, command, seconds)
        except SimulatorError as error:
            raise SimulatorError(f"server {server}: its sync agent does not answer: {error.message}") from None

    def copy(self, server: str, seconds: int) -> None:
        """Say how the files come: a container that has run cannot be run again in a pod."""
        raise SimulatorError(
            f"server {server}: it has no sync agent (sync.mode: none); its files come from its Windows directory when its "
            "pod starts: delete the pod, and another one takes its place"
        )
