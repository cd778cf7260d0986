# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that take servers down, or their Windows directories away, and bring them back. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import Bench, Subject, go_through
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import (
    Files,
    hide_marker,
    random_content,
    restore_marker,
    sha256,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import (
    Failed,
    Finding,
    Findings,
    Skipped,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Measure
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import CannotList, NasClient
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import ProbeError, probe
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import SERVER_CONTAINER

_PROBE_SECONDS = 2.0
_SIZE = 256 * 1024
# From a read-only server, files that are there already stand for those of a check.
_MOST_SAMPLES, _LARGEST_SAMPLE = 10, 2**20
# What the kernel needs to take a killed process's sockets away.
_KILLED_SECONDS = 0.3


def _answers(subject: Subject) -> tuple[int, int] | None:
    """Return the fsid that the server shows, None when it is silent."""
    try:
        return probe(subject.host, subject.server.port, timeout=_PROBE_SECONDS, version=subject.server.nfs_version).fsid
    except ProbeError:
        return None


def _until_back(bench: Bench, subject: Subject) -> None:
    limit = bench.limits.restart
    if bench.until(lambda: _answers(subject) is not None, limit) is None:
        raise Failed(
            f"it did not answer again within {limit:g} s", evidence=bench.log(subject, SERVER_CONTAINER), seen="silence"
        )


def stable_writes(bench: Bench, subject: Subject) -> Finding:
    """The server is killed the moment after it has said that a file is written."""
    if subject.server.export.read_only:
        raise Skipped("it is read-only: nothing can be written to it over NFS")
    if not bench.inspector.keeps_volumes and subject.server.storage.type != "persistent":
        raise Skipped("its storage goes with its pod, which is what is killed here")
    with bench.client(subject) as client, Files(bench, subject, client) as files:
        name, content = files.name("stable"), random_content(_SIZE)
        client.write(name, content)
        bench.inspector.kill(subject.name)
        bench.sleep(_KILLED_SECONDS)
        started = bench.clock()
        _until_back(bench, subject)
        with bench.client(subject) as anew:
            files.client = anew
            seen = files.on_nas(name)
            files.clear()
    if seen != content:
        shown = "nothing" if seen is None else f"{len(seen)} bytes, sha256 {sha256(seen)}"
        raise Failed(
            "a write that the server had acknowledged is lost",
            expected=f"{len(content)} bytes, sha256 {sha256(content)}",
            seen=shown,
        )
    seconds = bench.clock() - started
    measure = Measure("back after a kill", round(seconds, 2), "s", limit=bench.limits.restart)
    return Finding(f"killed after its acknowledgement, back after {seconds:.1f} s with the file", measures=(measure,))


def windows_lost(bench: Bench, subject: Subject) -> Finding:
    """The marker goes, as it does when a data root is not mounted any more; and comes back whatever happens."""
    if not subject.has_agent:
        raise Skipped("nothing is carried while it runs: its sync mode is none")
    limit = bench.limits.to_windows if subject.carries_to_windows else bench.limits.to_nas
    with bench.client(subject) as client, Files(bench, subject, client) as files:
        kept, later = files.name("kept"), files.name("later")
        send = client.write if subject.carries_to_windows else files.put
        send(kept, b"kept")
        if bench.until(lambda: files.is_on_nas(kept) and files.in_windows(kept) is not None, limit) is None:
            raise bench.late("a file had not arrived on both sides", subject, limit)
        hide_marker(bench, subject)
        try:
            halted = bench.until(lambda: _state(bench, subject) == "halted", bench.limits.to_nas)
            if halted is None:
                raise bench.late(
                    "the Windows directory disappeared, and sync did not halt", subject, bench.limits.to_nas
                )
            if not files.is_on_nas(kept):
                raise Failed("the Windows directory disappeared, and a file was deleted from the NAS", seen="nothing")
            if _answers(subject) is None:
                raise Failed("the Windows directory disappeared, and the server does not answer any more")
        finally:
            restore_marker(subject)
        send(later, b"later")
        resumed = bench.until(lambda: files.is_on_nas(later) and files.in_windows(later) is not None, limit)
        if resumed is None:
            raise bench.late("the Windows directory was back, and sync did not go on", subject, limit)
    measures = (Measure("halt", round(halted, 2), "s", limit=bench.limits.to_nas),)
    return Finding(f"halted after {halted:.1f} s, nothing deleted, went on {resumed:.1f} s after", measures=measures)


def _state(bench: Bench, subject: Subject) -> str:
    return str((bench.inspector.sync_status(subject.name) or {}).get("state", ""))


@dataclass
class _Memory:
    """What a server had before the restart: files by their names, and its fsid."""

    subject: Subject
    files: Files
    fsid: tuple[int, int] | None
    agent_started: t.Any
    content: dict[str, bytes] = field(default_factory=dict)


def persistence(bench: Bench, subjects: t.Sequence[Subject]) -> Findings:
    """All pods are restarted at once, with files from both sides."""
    memories: dict[str, _Memory] = {}
    findings: dict[str | None, Finding] = {}

    def prepare(subject: Subject) -> Finding | None:
        with bench.client(subject) as client:
            files = Files(bench, subject, client)
            memory = _Memory(subject, files, _answers(subject), _agent_started(bench, subject))
            memories[subject.name] = memory
            _fill(bench, memory, client)
        return None

    def compare(subject: Subject) -> Finding:
        _until_back(bench, subject)
        seconds = bench.clock() - started
        memory = memories[subject.name]
        _until_agent_looked(bench, memory)
        with bench.client(subject) as client:
            memory.files.client = client
            try:
                _check_kept(memory, _answers(subject))
            finally:
                memory.files.clear()
        measure = Measure("restart", round(seconds, 1), "s", limit=bench.limits.restart)
        files = len(memory.content)
        what = f"with all files ({files} looked at)" if files else "there was no file to lose"
        return Finding(f"back after {seconds:.1f} s, {what}, and with the same fsid", measures=(measure,))

    try:
        go_through(subjects, prepare, findings)
        started = bench.clock()
        bench.inspector.restart([subject.name for subject in subjects])
        go_through(subjects, compare, findings)
    finally:
        for memory in memories.values():
            memory.files.clear()
    return findings


def _agent_started(bench: Bench, subject: Subject) -> t.Any:
    """Return when the agent was started, as far as it has said anything."""
    return (bench.inspector.sync_status(subject.name) or {}).get("started")


def _until_agent_looked(bench: Bench, memory: _Memory) -> None:
    """Wait until a restarted agent has looked at both sides.

    One whose export has been cleared away before takes that for a lost volume, and halts.
    """
    subject, limit = memory.subject, bench.limits.restart

    def looked() -> bool:
        return _agent_started(bench, subject) != memory.agent_started and _state(bench, subject) in ("idle", "running")

    if subject.has_agent and bench.until(looked, limit) is None:
        raise bench.late("the sync agent was not at work again", subject, limit)


def _fill(bench: Bench, memory: _Memory, client: NasClient) -> None:
    """Put files on both sides of a server, as far as they must survive a restart, and wait for its agent."""
    subject, files = memory.subject, memory.files
    server = subject.server
    if server.export.read_only:
        memory.content.update(_samples(client))
        return
    name = files.name("from-windows")
    memory.content[name] = random_content(_SIZE)
    files.put(name, memory.content[name])
    survives = subject.carries_to_windows or server.storage.type == "persistent" or bench.inspector.keeps_volumes
    if not survives:
        return
    directory = files.name("directory")
    client.make_directory(directory)
    written = {files.name("from-nas"): random_content(_SIZE), f"{directory}/file": random_content(1024)}
    for path, content in written.items():
        client.write(path, content)
    memory.content.update(written)
    if subject.carries_to_windows:
        limit = bench.limits.to_windows
        if bench.until(lambda: all(files.in_windows(path) is not None for path in written), limit) is None:
            raise bench.late("files written over NFS were not in Windows before the restart", subject, limit)


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
            expected=f"{len(memory.content)} files",
            seen=f"{len(lost)} less",
        )
    changed = sorted(path for path, content in memory.content.items() if memory.files.on_nas(path) != content)
    if changed:
        raise Failed(
            f"another content after the restart: {', '.join(changed)}", expected="the same sha256", seen="another"
        )
    if fsid != memory.fsid:
        raise Failed("its fsid is another one after the restart", expected=str(memory.fsid), seen=str(fsid))
