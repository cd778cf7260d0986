# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check that restarts all servers at once. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target, run_step
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import (
    Files,
    random_content,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import (
    Failed,
    Finding,
    Findings,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.probing import answers, until_back
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import (
    DISRUPT,
    DISRUPTIVE_TAG,
    check_together,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Measure
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import CannotList, NasClient

# From a read-only server, files that are there already stand for those of a check.
_MOST_SAMPLES, _LARGEST_SAMPLE = 10, 2**20
_SIZE = 256 * 1024


@dataclass
class _Memory:
    """What a server had before the restart: files by their names, and its fsid."""

    target: Target
    files: Files
    fsid: tuple[int, int] | None
    agent_started: t.Any
    content: dict[str, bytes] = field(default_factory=dict)


@check_together(
    "No file is lost when all servers are restarted at once, and they are who they were",
    remedy=f"{remedies.logs('{server}')} shows what the agent did at its start",
    stage=DISRUPT,
    tags=(DISRUPTIVE_TAG, "windows", "nfs"),
    requirements=("WIN-04", "WIN-06", "EXP-02", "NAS-07", "TST-05"),
    needs=("ready", "windows_directory", "containers"),
)
def persistence(context: CheckContext, targets: t.Sequence[Target]) -> Findings:
    """All pods are restarted at once, with files from both sides."""
    memories: dict[str, _Memory] = {}
    findings: dict[str | None, Finding] = {}

    def prepare(target: Target) -> Finding | None:
        with context.client(target) as client:
            files = Files(context, target, client)
            memory = _Memory(target, files, answers(target), _agent_started(context, target))
            memories[target.name] = memory
            _fill(context, memory, client)
        return None

    def compare(target: Target) -> Finding:
        until_back(context, target)
        seconds = context.clock() - started
        memory = memories[target.name]
        _until_agent_looked(context, memory)
        with context.client(target) as client:
            memory.files.client = client
            try:
                _check_kept(memory, answers(target))
            finally:
                memory.files.clear()
        measure = Measure("restart", round(seconds, 1), "s", limit=context.limits.restart)
        files = len(memory.content)
        what = f"with all files ({files} looked at)" if files else "there was no file to lose"
        return Finding(f"back after {seconds:.1f} s, {what}, and with the same fsid", measures=(measure,))

    try:
        run_step(targets, prepare, findings)
        started = context.clock()
        context.inspector.restart([target.name for target in targets])
        run_step(targets, compare, findings)
    finally:
        for memory in memories.values():
            memory.files.clear()
    return findings


def _agent_started(context: CheckContext, target: Target) -> t.Any:
    """Return when the agent was started, as far as it has said anything."""
    return (context.inspector.sync_status(target.name) or {}).get("started")


def _until_agent_looked(context: CheckContext, memory: _Memory) -> None:
    """Wait until a restarted agent has looked at both sides.

    One whose export has been cleared away before takes that for a lost volume, and halts.
    """
    target, limit = memory.target, context.limits.restart

    def looked() -> bool:
        return _agent_started(context, target) != memory.agent_started and context.agent_state(target) in (
            "idle",
            "running",
        )

    if target.server.sync.has_agent and context.until(looked, limit) is None:
        raise context.timed_out("the sync agent was not at work again", target, limit)


def _fill(context: CheckContext, memory: _Memory, client: NasClient) -> None:
    """Put files on both sides of a server, as far as they must survive a restart, and wait for its agent."""
    target, files = memory.target, memory.files
    server = target.server
    if target.options.read_only:
        memory.content.update(_samples(client))
        return
    name = files.name("from-windows")
    memory.content[name] = random_content(_SIZE)
    files.put(name, memory.content[name])
    survives = (
        target.server.sync.syncs_to_windows or server.storage.type == "persistent" or context.inspector.keeps_volumes
    )
    if not survives:
        return
    directory = files.name("directory")
    client.make_directory(directory)
    written = {files.name("from-nas"): random_content(_SIZE), f"{directory}/file": random_content(1024)}
    for path, content in written.items():
        client.write(path, content)
    memory.content.update(written)
    if target.server.sync.syncs_to_windows:
        limit = context.limits.to_windows
        if context.until(lambda: all(files.in_windows(path) is not None for path in written), limit) is None:
            raise context.timed_out("files written over NFS were not in Windows before the restart", target, limit)


def _samples(client: NasClient) -> dict[str, bytes]:
    """Return a few files of somebody else's, to be looked at only."""
    found: dict[str, bytes] = {}
    try:
        names = sorted(client.names())
    except CannotList:
        return found
    for name in names:
        attributes = client.attributes(name)
        if not attributes.directory and attributes.size <= _LARGEST_SAMPLE and len(found) < _MOST_SAMPLES:
            found[name] = client.read(name)
    return found


def _check_kept(memory: _Memory, fsid: tuple[int, int] | None) -> None:
    lost = sorted(path for path in memory.content if memory.files.on_nas(path) is None)
    if lost:
        raise Failed(
            f"gone after the restart: {', '.join(lost)}",
            expected=counted(len(memory.content), "file"),
            seen=f"{len(lost)} less",
        )
    changed = sorted(path for path, content in memory.content.items() if memory.files.on_nas(path) != content)
    if changed:
        raise Failed(
            f"another content after the restart: {', '.join(changed)}", expected="the same sha256", seen="another"
        )
    if fsid != memory.fsid:
        raise Failed("its fsid is another one after the restart", expected=str(memory.fsid), seen=str(fsid))
