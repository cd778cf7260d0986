# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of what only a cluster has: names of servers, and volumes that point to them. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import PREFIX
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Finding, Findings
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import (
    KUBERNETES,
    QUICK_TAG,
    check_together,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, SKIPPED
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import (
    ClusterInspector,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies


@check_together(
    "A pod finds the server by its name, and gets an answer over NFS",
    remedy="look at the cluster's DNS, and at network policies between its pods",
    stage="look",
    tags=(QUICK_TAG, "kubernetes", "nfs"),
    requirements=("NAS-04",),
    engines=KUBERNETES,
    nfs_client=False,
)
def dns(context: CheckContext, targets: t.Sequence[Target]) -> Findings:
    """As a pod of the cluster sees the servers. One that lets listed clients in need not let the pod in."""
    inspector = t.cast(ClusterInspector, context.inspector)
    views = inspector.seen_by_a_pod([target.server for target in targets], f"{PREFIX}{context.run}")
    findings: dict[str | None, Finding] = {}
    for target in targets:
        view = views.get(target.name)
        if view is None:
            finding = Finding("the pod that was to ask did not", FAILED, "an answer", "nothing")
        elif not view.address:
            finding = Finding(f"its name does not resolve in a pod: {view.problem}", FAILED, "an address", view.problem)
        elif view.problem and not target.server.clients:
            detail = f"its name resolves to {view.address}, where it does not answer: {view.problem}"
            finding = Finding(detail, FAILED, "an answer over NFS", view.problem)
        elif view.problem:
            finding = Finding(f"resolves to {view.address}; keeps pods out, which are not among its clients")
        else:
            finding = Finding(f"resolves to {view.address}, and answers there")
        findings[target.name] = finding
    return findings


@check_together(
    "PersistentVolumes that point to the server are bound to their claims",
    remedy=f"kubectl describe pv shows what holds the volume; {remedies.RECREATE_CLIENTS} makes it anew",
    stage="look",
    tags=(QUICK_TAG, "kubernetes", "clients"),
    requirements=("INT-01", "INT-02"),
    engines=KUBERNETES,
    nfs_client=False,
)
def client_volumes(context: CheckContext, targets: t.Sequence[Target]) -> Findings:
    """Volumes are known by the address that they mount, whoever made them."""
    inspector = t.cast(ClusterInspector, context.inspector)
    addresses: dict[tuple[str, int], str] = {}
    for target in targets:
        cluster = target.status.cluster
        addresses[target.host, target.server.port] = target.name
        if cluster and cluster.cluster_ip:
            addresses[cluster.cluster_ip, cluster.cluster_port] = target.name
    found = inspector.client_volumes(addresses)
    if not found:
        return {None: Finding(f"no PersistentVolume points to these servers; {remedies.PUBLISH} makes them", SKIPPED)}
    findings: dict[str | None, Finding] = {}
    for target in targets:
        own = [volume for volume in found if volume.server == target.name]
        loose = [volume for volume in own if volume.phase != "Bound" or volume.claim_phase != "Bound"]
        if not own:
            continue
        if loose:
            detail = "; ".join(
                f"PersistentVolume {volume.name} is {volume.phase or 'without a phase'}, "
                + (f"its claim {volume.claim} is {volume.claim_phase}" if volume.claim else "and names no claim")
                for volume in loose
            )
            findings[target.name] = Finding(detail, FAILED, "Bound on both sides", detail)
        else:
            names = ", ".join(f"{volume.name} to {volume.claim}" for volume in own)
            findings[target.name] = Finding(f"bound: {names}")
    return findings
