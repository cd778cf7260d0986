# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Kubernetes engine: NAS servers as Deployments of one cluster. Private to file_simulator.nas.

Talks to the outside: the cluster's API. What is to be there comes from _kubernetes_prepare, what
differs from _kubernetes_state, what to do from _plan. What an object would become is the API
server's own answer to a dry run, in check mode or not.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Outcome, Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import agent, state
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import newest_pod
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.inspector import KubernetesInspector
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.preparation import (
    Preparation,
    Prepared,
    Settings,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.render import namespace_object
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.state import Observed
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.status import Reporter
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.waiting import Watcher
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes import names
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM, settled
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Server, Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import GRACE_PERIOD
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives


class KubernetesEngine:
    """One instance's servers in one cluster."""

    def __init__(self, cluster: Cluster, topology: Topology, drives: Drives, settings: Settings) -> None:
        self._cluster = cluster
        self._topology = topology
        self._namespace = topology.namespace
        self._drives = drives
        self._settings = settings
        self._watcher = Watcher(cluster, topology.namespace, topology.instance)
        self._reporter = Reporter(cluster, self._watcher, topology, drives, settings.node_address)

    def report(self, servers: t.Sequence[Server]) -> list[dict[str, t.Any]]:
        """Return a report on each of ``servers``; asks all of them at once over NFS."""
        return self._reporter.reports(servers)

    def accept(self, server: str) -> str:
        """Say to a server's sync agent that what it withholds is meant; return what that is, empty when nothing is."""
        pod = newest_pod(self._watcher.pods().get(server, ()))
        if pod is None:
            raise SimulatorError(f"server {server}: it has no pod")
        return agent.accept(self._cluster, self._namespace, server, pod)

    def inspector(self) -> KubernetesInspector:
        """Return what checks look at the servers with."""
        return KubernetesInspector(self._cluster, self._namespace, self._topology.instance)

    # What is to be done

    def apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        """Bring ``servers`` into the state that is asked for. Everything is checked before anything is touched."""
        observed = self._observe()
        found = state.objects_of(observed, self._namespace, self._topology.instance)
        enabled = [server for server in servers if server.enabled]
        disabled = [server.name for server in servers if not server.enabled]
        surplus = set(found) - {server.name for server in enabled} if request.purge else set()
        prepared = self._prepared(enabled, observed, request, going={*disabled, *surplus})
        wanted = prepared.predicted
        only_storage = request.state == "absent" and request.delete_storage
        current = state.current_servers(found, wanted, count_claims=only_storage)
        actions = _plan.plan(request.state, wanted, current, unwanted=disabled, purge=request.purge)
        warnings: list[str] = []
        if not request.check_mode:
            if not request.delete_storage:
                self._check_carried(actions, wanted, current)
            self._carry_out(actions, prepared, found, request)
            if request.wait:
                started = {action.server for action in actions if action.needs_start}
                resting = {name for name, server in current.items() if server.stopped} - started
                awaited = set(prepared.objects) - resting
                warnings = self._wait([server for server in enabled if server.name in awaited], request.timeout)
        diff = _plan.difference(actions, wanted, current)
        if prepared.namespace:
            diff["before"]["namespace"] = settled(observed.namespace) if observed.namespace else {}
            diff["after"]["namespace"] = settled(prepared.namespace)
        return Outcome(actions, diff, surroundings_changed=prepared.namespace is not None, warnings=warnings)

    def _prepared(
        self, enabled: t.Sequence[Server], observed: Observed, request: Request, going: t.Collection[str]
    ) -> Prepared:
        if request.state in ("absent", "stopped"):
            return Prepared(None, {}, {server.name: {} for server in enabled})
        preparation = Preparation(self._cluster, observed, self._topology, self._drives, self._settings)
        return preparation.prepare(enabled, request, going)

    def _observe(self) -> Observed:
        place, mine = self._namespace, names.instance_selector(self._topology.instance)
        neighbours = self._cluster.items_wherever_allowed("Deployment", place, names.OURS)
        # Those of the own namespace in full: one that is not ours may have a name that we want.
        deployments = self._cluster.items("Deployment", place)
        deployments += [item for item in neighbours if item["metadata"]["namespace"] != place]
        return Observed(
            namespace=self._observed_namespace(),
            deployments=deployments,
            services=self._cluster.items_wherever_allowed("Service", place),
            others=[
                item
                for kind in ("ConfigMap", CLAIM, "NetworkPolicy")
                for item in self._cluster.items(kind, place, mine)
            ],
        )

    def _observed_namespace(self) -> Object | None:
        if self._settings.manage_namespace:
            return self._cluster.get("Namespace", self._namespace)
        # Who leaves it to others may have no right to look at it.
        return namespace_object(self._namespace)

    def _check_carried(
        self,
        actions: t.Sequence[_plan.Action],
        wanted: t.Mapping[str, t.Mapping[str, t.Any]],
        current: t.Mapping[str, _plan.Current],
    ) -> None:
        """Refuse to end a pod whose storage goes with it while that holds what cannot be carried to Windows."""
        ending = {
            action.server
            for action in actions
            if action.verb in ("remove", "stop", "restart")
            or (
                action.verb == "replace"
                and state.replaces_pod(current[action.server].description, wanted[action.server])
            )
        }
        directories = {server.name: str(server.directory) for server in self._topology.servers}
        losing = {
            server: directories.get(server, "its Windows directory")
            for server in ending
            if not current[server].stopped
            and not state.is_persistent(current[server].description)
            and state.carries_to_windows(current[server].description)
        }
        for server, reason in sorted(self._reporter.objections(losing).items()):
            raise SimulatorError(
                f"server {server}: {reason}, and its storage would go with its pod, so nothing was done; "
                "mend that and try again, or give it up with delete_storage: true"
            )

    # Doing it

    def _carry_out(
        self,
        actions: t.Sequence[_plan.Action],
        prepared: Prepared,
        found: t.Mapping[str, t.Sequence[Object]],
        request: Request,
    ) -> None:
        if prepared.namespace:
            self._cluster.apply(namespace_object(self._namespace), f"apply the namespace {self._namespace}")
        # Removals first: a server that comes may take the port of one that goes.
        ending = [action for action in actions if not action.needs_start]
        for_each(ending, lambda action: self._end(action, found[action.server], request))
        if request.wait and ending:
            self._watcher.until_gone([action.server for action in ending], GRACE_PERIOD)
        starting = [action for action in actions if action.needs_start]
        # A Deployment that runs sees to it itself that two pods never share a Windows directory.
        running = {name for name, items in found.items() if any(item["kind"] == "Deployment" for item in items)}
        fresh = [action.server for action in starting if action.verb == "start" or action.server not in running]
        if fresh:
            self._watcher.until_gone(fresh, GRACE_PERIOD)
        for_each(starting, lambda action: self._begin(action, prepared, found.get(action.server, ())))

    def _end(self, action: _plan.Action, items: t.Sequence[Object], request: Request) -> None:
        if action.verb == "stop":
            self._patch_deployment(action, {"spec": {"replicas": 0}})
            return
        # Storage goes only with the server itself, never because the server is disabled or has left the topology.
        keep_claims = not (request.state == "absent" and request.delete_storage)
        for item in sorted(items, key=lambda item: item["kind"] == CLAIM):
            if item["kind"] != CLAIM or not keep_claims:
                self._delete(action.server, item)

    def _begin(self, action: _plan.Action, prepared: Prepared, items: t.Sequence[Object]) -> None:
        if action.verb == "start":
            self._patch_deployment(action, {"spec": {"replicas": 1}})
            return
        if action.verb == "restart":
            now = datetime.datetime.now(datetime.timezone.utc).isoformat()
            annotations = {names.ANNOTATION_RESTARTED: now}
            self._patch_deployment(action, {"spec": {"template": {"metadata": {"annotations": annotations}}}})
            return
        wanted = prepared.objects[action.server]
        kinds = {item["kind"] for item in wanted}
        for item in items:
            if item["kind"] not in kinds and item["kind"] != CLAIM:
                self._delete(action.server, item)
        for item in wanted:
            self._cluster.apply(item, f"server {action.server}: apply {item['kind']}")

    def _patch_deployment(self, action: _plan.Action, change: t.Mapping[str, t.Any]) -> None:
        doing = f"server {action.server}: {action.verb}"
        self._cluster.patch("Deployment", action.server, self._namespace, change, doing)

    def _delete(self, server: str, item: Object) -> None:
        kind, name = item["kind"], item["metadata"]["name"]
        self._cluster.delete(kind, name, self._namespace, f"server {server}: delete {kind} {name}")

    def _wait(self, servers: t.Sequence[Server], timeout: int) -> list[str]:
        """Wait for servers inside the cluster; return warnings of those that do not answer from outside."""
        if not servers:
            return []
        self._watcher.until_ready([server.name for server in servers], timeout)
        return self._reporter.unreachable(servers)
