# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out what was decided of servers in a cluster, all of them at once. Private to file_simulator.nas."""

from __future__ import annotations

import datetime
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.preparation import Prepared
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.waiting import Watcher
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Action
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes import names
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import GRACE_PERIOD


@dataclass(frozen=True)
class Execution:
    """One run's actions. ``prepared`` is what is to be there, ``found`` the objects that are, by server."""

    cluster: Cluster
    watcher: Watcher
    namespace: str
    prepared: Prepared
    found: t.Mapping[str, t.Sequence[Object]]
    request: Request

    def carry_out(self, actions: t.Sequence[Action]) -> None:
        """Do what is to be done. Raises SimulatorError, also when a pod that is to go does not."""
        # Removals first: a server that comes may take the port of one that goes.
        ending = [action for action in actions if not action.needs_start]
        for_each(ending, self._end)
        if self.request.wait and ending:
            self.watcher.until_gone([action.server for action in ending], GRACE_PERIOD)
        starting = [action for action in actions if action.needs_start]
        # A Deployment that runs sees to it itself that two pods never share a Windows directory.
        running = {name for name, items in self.found.items() if any(item["kind"] == "Deployment" for item in items)}
        fresh = [action.server for action in starting if action.verb == "start" or action.server not in running]
        if fresh:
            self.watcher.until_gone(fresh, GRACE_PERIOD)
        for_each(starting, self._begin)

    def _end(self, action: Action) -> None:
        if action.verb == "stop":
            self._patch_deployment(action, {"spec": {"replicas": 0}})
            return
        # Storage goes only with the server itself, never because the server is disabled or has left the topology.
        keep_claims = not (self.request.state == "absent" and self.request.delete_storage)
        for item in sorted(self.found[action.server], key=lambda item: item["kind"] == CLAIM):
            if item["kind"] != CLAIM or not keep_claims:
                self._delete(action.server, item)

    def _begin(self, action: Action) -> None:
        if action.verb == "start":
            self._patch_deployment(action, {"spec": {"replicas": 1}})
            return
        if action.verb == "restart":
            now = datetime.datetime.now(datetime.timezone.utc).isoformat()
            annotations = {names.ANNOTATION_RESTARTED: now}
            self._patch_deployment(action, {"spec": {"template": {"metadata": {"annotations": annotations}}}})
            return
        desired = self.prepared.objects[action.server]
        kinds = {item["kind"] for item in desired}
        for item in self.found.get(action.server, ()):
            if item["kind"] not in kinds and item["kind"] != CLAIM:
                self._delete(action.server, item)
        for item in desired:
            self.cluster.apply(item, f"server {action.server}: apply {item['kind']}")

    def _patch_deployment(self, action: Action, change: t.Mapping[str, t.Any]) -> None:
        operation = f"server {action.server}: {action.verb}"
        self.cluster.patch("Deployment", action.server, self.namespace, change, operation)

    def _delete(self, server: str, item: Object) -> None:
        kind, name = item["kind"], item["metadata"]["name"]
        self.cluster.delete(kind, name, self.namespace, f"server {server}: delete {kind} {name}")
