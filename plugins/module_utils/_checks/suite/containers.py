# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of what the engine runs for a server: containers, rights, resources, names. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Failed, Finding, Findings
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import (
    QUICK_TAG,
    READY_TAG,
    check,
    check_together,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, Measure
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import (
    ContainerFacts,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields, remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.resources import Resources
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    Container,
    Images,
    Pod,
    pod_of,
)

_MEBIBYTE = 2**20


def _pod(target: Target) -> Pod:
    """Return what a server's pod is to be; which images it is made from is not looked at."""
    return pod_of(target.server, Images(nas="", unfs3=""))


@check(
    "The containers that belong to the server run, a sync agent where there is to be one and no other",
    remedy=f"{remedies.START} puts them back; {remedies.logs('{server}')} shows what they logged",
    stage="ask",
    tags=(READY_TAG, QUICK_TAG, "engine"),
    requirements=("WIN-04", "WIN-05"),
    nfs_client=False,
)
def containers(context: CheckContext, target: Target) -> Finding:
    """Those that are there, and those that run; the init container has done its work and ended."""
    pod = _pod(target)
    expected = [container.name for container in pod.containers]
    found = {facts.name: facts for facts in context.inspector.containers(target.name)}

    def failed(detail: str, evidence: t.Sequence[str] = ()) -> Failed:
        running = [name for name in expected if name != pod.init.name]
        return Failed(detail, expected=f"{_listed(running)} running", evidence=evidence)

    missing = [name for name in expected if name not in found]
    if missing:
        raise failed(f"{_listed(missing)} not there" if found else "it has no pod")
    surplus = sorted(set(found) - set(expected))
    if surplus:
        raise failed(f"{_listed(surplus)} there, and should not be")
    down = [name for name in expected if name != pod.init.name and not found[name].running]
    if down:
        evidence = [line for name in down for line in context.log(target, name)]
        raise failed(f"{_listed(down)} not running", evidence)
    return Finding(f"{_listed(expected)} there")


def _listed(names: t.Sequence[str]) -> str:
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


@check(
    "No container is privileged, may become so, or has a capability that it does not need",
    remedy=f"somebody changed the containers; {remedies.START} puts them back",
    stage="look",
    tags=(QUICK_TAG, "engine", "security"),
    needs=("containers",),
    nfs_client=False,
)
def security(context: CheckContext, target: Target) -> Finding:
    """Fewer capabilities than wanted are no matter of security; what then does not work, other checks tell."""
    desired = {container.name: container for container in _pod(target).containers}
    problems = [
        problem
        for facts in context.inspector.containers(target.name)
        if facts.name in desired
        for problem in _excess(facts, desired[facts.name])
    ]
    if problems:
        raise Failed("; ".join(problems), expected="no more rights than the containers need", seen="; ".join(problems))
    return Finding("no privileges, no escalation, no capability but those needed")


def _excess(facts: ContainerFacts, desired: Container) -> t.Iterator[str]:
    if facts.privileged:
        yield f"{facts.name} is privileged"
        return
    if facts.may_escalate:
        yield f"{facts.name} may gain privileges"
    more = sorted(facts.capabilities - set(desired.capabilities))
    if more:
        yield f"{facts.name} has {', '.join(more)}, which it does not need"
    if desired.read_only_root and not facts.read_only_root:
        yield f"{facts.name} can write to its root file system"


@check(
    "Each container has the CPU and memory that the topology gives it",
    remedy=f"somebody changed the containers; {remedies.START} puts them back",
    stage="look",
    tags=(QUICK_TAG, "engine", "resources"),
    requirements=("DEP-04",),
    needs=("containers",),
    nfs_client=False,
)
def resources(context: CheckContext, target: Target) -> Finding:
    """Requests are known to a cluster only; podman has limits."""
    desired = {container.name: container.resources for container in _pod(target).containers}
    problems: list[tuple[str, int, int | str]] = []
    for facts in context.inspector.containers(target.name):
        for what, expected, seen in _amounts(facts, desired[facts.name]) if facts.name in desired else ():
            if seen is not None and seen != expected:
                problems.append((f"{facts.name}: {what}", expected, seen))
            elif seen is None and what.endswith("limit"):
                problems.append((f"{facts.name}: {what}", expected, "none"))
    if problems:
        raise Failed(
            "; ".join(f"{what} is {seen}, not {expected}" for what, expected, seen in problems),
            expected="; ".join(f"{what} {expected}" for what, expected, _seen in problems),
            seen="; ".join(f"{what} {seen}" for what, _expected, seen in problems),
        )
    return Finding("as the topology has them")


def _amounts(facts: ContainerFacts, desired: Resources) -> t.Iterator[tuple[str, int, int | None]]:
    """Yield what an amount is called, what it is to be and what it is; m for thousandths of a core."""
    yield "CPU limit", fields.cpu_millicores(desired.cpu_limit), facts.cpu_limit
    yield "memory limit", fields.memory_bytes(desired.memory_limit), facts.memory_limit
    yield "CPU request", fields.cpu_millicores(desired.cpu_request), facts.cpu_request
    yield "memory request", fields.memory_bytes(desired.memory_request), facts.memory_request


@check_together(
    "What all servers request fits the machine that testers have",
    remedy="lower the resources in the topology, or say with the limits cpu and memory what your machine has",
    stage="look",
    tags=(QUICK_TAG, "resources"),
    requirements=("DEP-05",),
    nfs_client=False,
)
def capacity(context: CheckContext, targets: t.Sequence[Target]) -> Findings:
    """A pod requests the larger of what its steady containers and its init container ask for."""
    cpu = memory = 0
    for target in targets:
        pod = _pod(target)
        steady = [container.resources for container in pod.containers if container is not pod.init]
        init = pod.init.resources
        cpu += max(
            sum(fields.cpu_millicores(each.cpu_request) for each in steady), fields.cpu_millicores(init.cpu_request)
        )
        memory += max(
            sum(fields.memory_bytes(each.memory_request) for each in steady), fields.memory_bytes(init.memory_request)
        )
    limits = context.limits
    seen = f"{cpu / 1000:g} CPUs and {memory / _MEBIBYTE:.0f} MiB"
    expected = f"at most {limits.cpu / 1000:g} CPUs and {limits.memory / _MEBIBYTE:.0f} MiB"
    measures = (
        Measure("requested CPU", cpu / 1000, "CPUs", limit=limits.cpu / 1000),
        Measure("requested memory", memory / _MEBIBYTE, "MiB", limit=limits.memory / _MEBIBYTE),
    )
    if cpu > limits.cpu or memory > limits.memory:
        detail = f"the servers request {seen} together, which is more than {expected[len('at most ') :]}"
        return {None: Finding(detail, FAILED, expected, seen, measures=measures)}
    return {None: Finding(f"{seen} requested", expected=expected, seen=seen, measures=measures)}
