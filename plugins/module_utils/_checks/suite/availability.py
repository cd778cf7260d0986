# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that look at servers and their parts, and write nothing. Private to file_simulator.nas."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import (
    Failed,
    Finding,
    Findings,
    Skipped,
    of_exports,
    parted,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import (
    QUICK_TAG,
    READY_TAG,
    check,
    check_together,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, SKIPPED, Measure
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, utc_seconds
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import CannotList
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer, ProbeError, probe
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import ask
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, SERVER_CONTAINER
from ansible_collections.file_simulator.nas.plugins.module_utils._server.service import service_of
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_warnings import halted
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import require_marker

_PROBE_SECONDS = 5.0
# An agent at rest tells every half minute that it lives.
_HEARTBEAT_SECONDS = 60.0
_MEBIBYTE = 2**20
# What clients see, by server and path.
_Fsids = t.Dict[t.Tuple[str, str], t.Tuple[int, int]]


def _asked(target: Target) -> Answer:
    return ask(service_of(target.server, target.host), _PROBE_SECONDS)


@check(
    "The server answers over NFS at its port",
    remedy=f"{remedies.START} starts it again; {remedies.logs('{server}')} shows what it logged",
    stage="ask",
    tags=(READY_TAG, QUICK_TAG, "nfs"),
    requirements=("NAS-01", "NAS-02", "NAS-03", "NAS-06", "EXP-04", "TST-01"),
    nfs_client=False,
)
def ready(context: CheckContext, target: Target) -> Finding:
    """RPC NULL, and the attributes of each export, in each version of NFS."""
    where = f"{target.host}:{target.server.port}"
    try:
        answer = _asked(target)
    except ProbeError as error:
        problem, remedy = parted(target.status.problem)
        cause = f" ({problem})" if problem and problem != str(error) else ""
        raise Failed(
            f"{error}; its state is {target.status.state}{cause}",
            expected=f"an answer from {where}",
            seen=str(error),
            evidence=context.log(target, SERVER_CONTAINER),
            remedy=remedy,
        ) from None
    measure = Measure("answer", round(answer.seconds, 4), "s", limit=_PROBE_SECONDS)
    return Finding(f"{where} answered in {answer.seconds * 1000:.0f} ms", measures=(measure,))


@check(
    "The Windows directory is there, with the marker of this server",
    remedy=f"mount its drive; where it was never laid out, {remedies.LAY_OUT} does that",
    stage="ask",
    tags=(READY_TAG, QUICK_TAG, "windows"),
    requirements=("WIN-01", "WIN-07"),
    nfs_client=False,
)
def windows_directory(context: CheckContext, target: Target) -> Finding:
    """The directory and its marker; an unmounted data root has none."""
    try:
        marker = require_marker(target.server.directory, target.local_directory, target.name)
    except SimulatorError as error:
        problem, remedy = parted(error.message)
        raise Failed(problem, expected=f"the marker of {target.name}", remedy=remedy) from None
    return Finding(f"{target.server.directory} has generation {marker.generation}")


@check(
    "The sync agent is alive, syncs what it is to sync, is not halted and lags behind nothing",
    remedy=f"{remedies.logs('{server}')} shows what the agent logged; {remedies.START} starts it where it does not run",
    stage="look",
    tags=(READY_TAG, QUICK_TAG, "sync"),
    requirements=("WIN-05",),
    needs=("containers",),
    nfs_client=False,
)
def sync_state(context: CheckContext, target: Target) -> Finding:
    """What the agent says of itself, and how long ago it did."""
    if not target.server.sync.has_agent:
        raise Skipped("nothing is synced while it runs: its sync mode is none")
    status = context.inspector.sync_status(target.name)
    evidence = (*context.agent_summary(target), *context.log(target, AGENT_CONTAINER))
    if not status:
        raise Failed("the sync agent says nothing of itself", expected="a status", evidence=evidence)
    mode, state = target.server.sync.mode, str(status.get("state"))
    if status.get("mode") != mode:
        raise Failed(f"the sync agent's mode is {status.get('mode')}", expected=mode, seen=str(status.get("mode")))
    if state == "halted":
        problem, remedy = parted(halted(status.get("halted_reason")))
        raise Failed(f"sync is halted: {problem}", expected="idle", seen=state, evidence=evidence, remedy=remedy)
    if state not in ("idle", "running", "starting"):
        raise Failed(f"the sync agent is {state}", expected="idle or running", seen=state, evidence=evidence)
    told = utc_seconds(status.get("time"))
    silent = float("inf") if told is None else time.time() - told
    if silent > _HEARTBEAT_SECONDS:
        raise Failed(
            f"the sync agent has not said anything for {silent:.0f} s",
            expected=f"a word every {_HEARTBEAT_SECONDS:.0f} s",
            seen=f"{silent:.0f} s",
            evidence=evidence,
        )
    lag = float(status.get("lag_seconds", 0.0))
    measure = Measure("lag", round(lag, 3), "s", limit=context.limits.lag)
    if lag > context.limits.lag:
        raise Failed(
            f"a change has been waiting for {lag:.0f} s",
            expected=f"at most {context.limits.lag:g} s",
            seen=f"{lag:.0f} s",
            evidence=evidence,
            measures=(measure,),
        )
    notes = [
        counted(status[key], word)
        for key, word in (("conflict_count", "conflict"), ("refused_count", "refused path"))
        if status.get(key)
    ]
    return Finding(", ".join([state, *notes]), measures=(measure,))


@check_together(
    "Each server has the file system id of its export id, and no two have the same",
    remedy=f"give each server an export_id of its own in the topology, then {remedies.START}",
    stage="look",
    tags=(READY_TAG, QUICK_TAG, "nfs"),
    requirements=("NAS-07",),
    needs=("ready",),
    nfs_client=False,
)
def fsid(context: CheckContext, targets: t.Sequence[Target]) -> Findings:
    """The fsid that clients see of each export. A server that is silent is not what this check is about."""
    seen: _Fsids = {}
    findings: dict[str | None, Finding] = {}
    for target in targets:
        if 4 not in target.server.nfs_versions:
            findings[target.name] = Finding("NFSv3 shows a file system id that nobody can choose", SKIPPED)
            continue
        try:
            for each in target.by_each_export():
                answer = probe(each.host, each.server.port, each.export.path, timeout=_PROBE_SECONDS)
                seen[each.name, each.export.path] = answer.fsid
        except ProbeError as error:
            findings[target.name] = Finding(f"ready has the reason: {error}", SKIPPED)
    for target in targets:
        if target.name not in findings:
            exports = [(each.export.path, _fsid_finding(each, seen)) for each in target.by_each_export()]
            findings[target.name] = of_exports(exports)
    return findings


def _fsid_finding(target: Target, seen: _Fsids) -> Finding:
    own, number = (target.name, target.export.path), target.export.export_id
    found, shown, expected = seen[own], _fsid(seen[own]), _fsid((number, number))
    same = [
        name if name != target.name else path
        for name, path in seen
        if (name, path) != own and seen[name, path] == found
    ]
    if same:
        return Finding(f"its fsid {shown} is also that of {', '.join(same)}", FAILED, expected, shown)
    if found != (number, number):
        return Finding(f"its fsid is {shown}, not {expected}", FAILED, expected, shown)
    return Finding(f"fsid {shown}")


def _fsid(found: tuple[int, int]) -> str:
    return f"{found[0]}.{found[1]}"


@check(
    "A client lists what the server exports and reads its attributes",
    remedy=f"{remedies.logs('{server}')} shows what the server logged",
    stage="look",
    tags=(QUICK_TAG, "nfs"),
    requirements=("NAS-05", "TST-01"),
    needs=("ready",),
    each_export=True,
)
def listing(context: CheckContext, target: Target) -> Finding:
    """What a client does first, in each version of NFS."""
    path = target.export.path
    for version in target.server.nfs_versions:
        with context.client(target, version=version) as client:
            if not client.attributes().directory:
                raise Failed(f"{path} is no directory over NFSv{version}", expected="a directory")
            try:
                names = client.names()
            except CannotList:
                if target.server.nfs_server == "unfs3":
                    raise Skipped(
                        "the NFS client needs READDIRPLUS to list an NFSv3 server, and unfs3 has none"
                    ) from None
                raise Skipped(f"the NFS client cannot list {path} over NFSv{version}") from None
    return Finding(f"{counted(len(names), 'name')} in {path}")


@check(
    "There is room in the export",
    remedy="delete files, or raise storage.size_limit in the topology",
    stage="look",
    tags=(QUICK_TAG, "nfs"),
    requirements=("TST-01",),
    needs=("ready",),
    each_export=True,
)
def free_space(context: CheckContext, target: Target) -> Finding:
    """What the file system below the export has left."""
    with context.client(target) as client:
        free = client.free_bytes()
    needed = context.limits.free_of(target.server.storage)
    shown, expected = f"{free / _MEBIBYTE:.0f} MiB", f"{needed / _MEBIBYTE:.0f} MiB or more"
    measure = Measure("free", round(free / _MEBIBYTE, 1), "MiB")
    if free < needed:
        raise Failed(
            f"only {shown} are free in the export",
            expected=expected,
            seen=shown,
            measures=(measure,),
        )
    return Finding(f"{shown} free", measures=(measure,))
