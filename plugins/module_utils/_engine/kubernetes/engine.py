# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Kubernetes engine: NAS servers as Deployments of one cluster. Private to file_simulator.nas.

Talks to the outside: the cluster's API. What is to be there comes from _kubernetes_prepare, what
differs from _kubernetes_state, what to do from _plan. What an object would become is the API
server's own answer to a dry run, in check mode or not.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.agents import RunningAgents
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import KeptVolume, Outcome, Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.faults import ended_words
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import (
    agent,
    claims,
    leftover,
    state,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import newest_pod
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.execution import Execution
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.faults import KubernetesFaults
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.inspector import KubernetesInspector
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.preparation import (
    Preparation,
    Prepared,
    Settings,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.reach import KubernetesReach
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.removal_guard import RemovalGuard
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.render import namespace_object
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.rescue import Rescue
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.state import Observed
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.status import Reporter
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.waiting import Watcher
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes import names
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.lease import Lease
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM, settled
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives

# How long a run waits for another one on the same instance: for a small change, not for seven servers to start.
_LEASE_SECONDS = 10.0


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

    def statuses(self, servers: t.Sequence[Server]) -> list[ServerStatus]:
        """Return how each of ``servers`` is; asks all of them at once over NFS."""
        return self._reporter.statuses(servers)

    def accept(self, server: str) -> str:
        """Say to a server's sync agent that what it withholds is meant; return what that is, empty when nothing is."""
        pod = newest_pod(self._watcher.pods().get(server, ()))
        if pod is None:
            raise SimulatorError(f"server {server}: it has no pod")
        return agent.accept(self._cluster, self._namespace, server, pod)

    def agents(self) -> RunningAgents:
        """Return what asks the sync agents of running servers."""
        return RunningAgents(KubernetesReach(self._cluster, self._namespace, self._watcher.pods))

    def faults(self) -> KubernetesFaults:
        """Return what makes and ends faults of running servers."""
        lease = self._lease()
        return KubernetesFaults(
            self._cluster, self._namespace, self._watcher.pods, lambda words: lease.held(words, _LEASE_SECONDS)
        )

    def rescue(self, server: Server, to: str, images: Images) -> dict[str, t.Any]:
        """Copy what only a server's storage has to the directory ``to``; return what became of it."""
        copying = Rescue(self._cluster, self._topology, self._settings.node_data_root)
        windows = os.path.isdir(self._drives.local(server.directory))
        return copying.copy(server, self._watcher.pods().get(server.name, ()), to, images, windows=windows)

    def inspector(self) -> KubernetesInspector:
        """Return what checks look at the servers with."""
        return KubernetesInspector(self._cluster, self._namespace, self._topology.instance)

    # What is to be done

    def apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        """Bring ``servers`` into the state that is asked for. Everything is checked before anything is touched.

        One run at a time changes an instance, from whichever machine: another waits a little, and is refused then.
        """
        with contextlib.ExitStack() as held:
            observed = self._observe()
            warnings: list[str] = []
            if observed.namespace and not request.check_mode:
                warnings = self._hold(held, request)
                observed = self._observe()
            return self._apply(servers, request, observed, held, warnings)

    def _hold(self, held: contextlib.ExitStack, request: Request) -> list[str]:
        """Be the one run that changes the instance until ``held`` ends; return what to warn of."""
        warning = held.enter_context(self._lease().held(f"the run for state '{request.state}'", _LEASE_SECONDS))
        return [warning] if warning else []

    def _lease(self) -> Lease:
        instance = self._topology.instance
        return Lease(
            self._cluster,
            self._namespace,
            names.lease_name(instance),
            {**names.shared_labels(), names.LABEL_INSTANCE: instance},
            f"instance {instance}",
        )

    def _apply(
        self,
        servers: t.Sequence[Server],
        request: Request,
        observed: Observed,
        held: contextlib.ExitStack,
        warnings: list[str],
    ) -> Outcome:
        found = state.objects_of(observed, self._namespace, self._topology.instance)
        asked = None if request.purge else [server.name for server in servers]
        ended = self.faults().end(asked, check_mode=request.check_mode) if found else {}
        warnings += ended_words(ended)
        servers = state.at_node_ports(servers, observed.services, self._namespace, self._topology.instance)
        enabled = [server for server in servers if server.enabled]
        disabled = [server.name for server in servers if not server.enabled]
        surplus = set(found) - {server.name for server in enabled} if request.purge else set()
        prepared = self._prepared(enabled, observed, request, going={*disabled, *surplus})
        desired = prepared.predicted
        gives_up = request.state == "absent" and request.delete_storage
        current = state.current_servers(found, desired, count_claims=gives_up)
        actions = _plan.plan(request.state, desired, current, unwanted=disabled, purge=request.purge)
        guard = RemovalGuard(self._cluster, self._watcher, self._topology, self._drives, found)
        if not request.delete_storage:
            guard.check(actions, desired, current, check_mode=request.check_mode)
        kept_volumes: list[KeptVolume] = []
        if not request.check_mode:
            kept = {} if gives_up else claims.kept_claims(found, servers, actions, desired, request)
            only_there = guard.only_there([name for name in kept if name in current], current)
            only_there = leftover.told(self._cluster, kept, found, current, only_there)
            if prepared.namespace:
                self._cluster.apply(namespace_object(self._namespace), f"apply the namespace {self._namespace}")
            if observed.namespace is None and prepared.namespace:
                warnings += self._hold(held, request)
                if state.objects_of(self._observe(), self._namespace, self._topology.instance):
                    raise SimulatorError(f"namespace {self._namespace}: another run was quicker; run this again")
            execution = Execution(self._cluster, self._watcher, self._namespace, prepared, found, request)
            execution.carry_out(actions)
            if request.wait:
                started = {action.server for action in actions if action.needs_start}
                resting = {name for name, server in current.items() if server.stopped} - started
                awaited = set(prepared.objects) - resting
                warnings += self._wait([server for server in enabled if server.name in awaited], request.timeout)
            kept_volumes = [KeptVolume(name, claim, only_there.get(name, "")) for name, claim in sorted(kept.items())]
        diff = _plan.difference(actions, desired, current)
        for action in actions:
            before = current[action.server].description if action.server in current else {}
            fate = claims.storage_fate(action, before, desired.get(action.server, {}), gives_up)
            diff["after"][action.server].update({"volume": fate} if fate else {})
        if prepared.namespace:
            diff["before"]["namespace"] = settled(observed.namespace) if observed.namespace else {}
            diff["after"]["namespace"] = settled(prepared.namespace)
        changed = prepared.namespace is not None or bool(ended)
        return Outcome(actions, diff, surroundings_changed=changed, warnings=warnings, kept=kept_volumes)

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

    def _wait(self, servers: t.Sequence[Server], timeout: int) -> list[str]:
        """Wait for servers inside the cluster; return warnings of those that do not answer from outside."""
        if not servers:
            return []
        self._watcher.until_ready([server.name for server in servers], timeout)
        return self._reporter.unreachable(servers)
