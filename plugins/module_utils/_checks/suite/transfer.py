# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that carry files between Windows directories and exports. Private to file_simulator.nas."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import Files, random_content, sha256
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Failed, Finding, Skipped
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import (
    QUICK_TAG,
    check,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Measure
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NasClient, NotThere

_SIZE = 256 * 1024
_CYCLES = 3
_SIDE_BY_SIDE = 5
_REST_FILES = 3
_REST_PAUSE = 0.5


@check(
    "A file put into the Windows directory is read over NFS in time, and goes when it is deleted",
    remedy=f"{remedies.logs('{server}')} shows what became of the file; docs/sync.md tells when files wait",
    stage="write",
    tags=(QUICK_TAG, "sync", "windows"),
    requirements=("WIN-02", "NAS-05", "TST-02"),
    needs=("ready", "windows_directory", "containers", "sync_state"),
    each_export=True,
)
def windows_to_nas(context: CheckContext, target: Target) -> Finding:
    """There and gone again, as a tester puts a file and deletes it."""
    if not target.server.sync.syncs_to_nas:
        raise Skipped(f"its sync mode is {target.server.sync.mode}: what is put into Windows waits for a restart")
    limit = context.limits.to_nas
    with context.client(target) as client, Files(context, target, client) as files:
        name, content = files.name("to-nas"), random_content(_SIZE)
        files.put(name, content)
        seconds = context.until(lambda: files.is_on_nas(name), limit)
        _check_arrived(context, target, "a file put into the Windows directory was not on the NAS", seconds, limit)
        _compare(content, files.on_nas(name), "the NAS")
        files.delete(name)
        gone = context.until(lambda: not files.is_on_nas(name), limit)
        _check_arrived(context, target, "a file deleted in Windows did not go from the NAS", gone, limit)
    measures = _latencies(seconds or 0, gone or 0, limit, context.limits.to_nas_target)
    return Finding(f"there after {seconds:.2f} s, gone after {gone:.2f} s, same sha256", measures=measures)


@check(
    "A file written over NFS is in the Windows directory in time, and goes when it is deleted",
    remedy=f"{remedies.logs('{server}')} shows what became of the file; docs/sync.md tells when files wait",
    stage="write",
    tags=(QUICK_TAG, "sync", "windows"),
    requirements=("WIN-03", "NAS-05", "TST-03"),
    needs=("ready", "windows_directory", "containers", "sync_state"),
    each_export=True,
)
def nas_to_windows(context: CheckContext, target: Target) -> Finding:
    """There and gone again, as a service writes a file and deletes it."""
    if not target.server.sync.syncs_to_windows:
        raise Skipped(f"its sync mode is {target.server.sync.mode}: nothing is synced to Windows")
    _check_writable(target)
    limit = context.limits.to_windows
    with context.client(target) as client, Files(context, target, client) as files:
        name, content = files.name("to-windows"), random_content(_SIZE)
        client.write(name, content)
        seconds = context.until(lambda: files.in_windows(name) is not None, limit)
        _check_arrived(context, target, "a file written over NFS was not in the Windows directory", seconds, limit)
        _compare(content, files.in_windows(name), "Windows")
        client.remove(name)
        gone = context.until(lambda: files.in_windows(name) is None, limit)
        _check_arrived(context, target, "a file removed over NFS did not go from Windows", gone, limit)
    measures = _latencies(seconds or 0, gone or 0, limit, context.limits.to_windows_target)
    return Finding(f"there after {seconds:.2f} s, gone after {gone:.2f} s, same sha256", measures=measures)


def _check_writable(target: Target) -> None:
    if target.options.read_only:
        raise Skipped("it is read-only: nothing can be written to it over NFS")


def _check_arrived(context: CheckContext, target: Target, what: str, seconds: float | None, limit: float) -> None:
    if seconds is None:
        raise context.timed_out(what, target, limit, expected=f"done within {limit:g} s")


def _compare(sent: bytes, arrived: bytes | None, where: str) -> None:
    if arrived == sent:
        return
    seen = "nothing" if arrived is None else f"{len(arrived)} bytes, sha256 {sha256(arrived)}"
    raise Failed(
        f"what arrived on {where} is not what was sent", expected=f"{len(sent)} bytes, sha256 {sha256(sent)}", seen=seen
    )


def _latencies(there: float, gone: float, limit: float, target: float) -> tuple[Measure, ...]:
    return (
        Measure("latency", round(there, 3), "s", limit=limit, target=target),
        Measure("deletion", round(gone, 3), "s", limit=limit, target=target),
    )


@check(
    "A file that is overwritten again and again arrives whole each time",
    remedy="end what else writes the files there: a virus scanner, an indexer, another sync",
    stage="write",
    tags=("sync", "windows"),
    requirements=("WIN-02", "WIN-03"),
    needs=("ready", "windows_directory", "containers", "sync_state"),
    each_export=True,
)
def write_cycles(context: CheckContext, target: Target) -> Finding:
    """Each version must arrive whole, and no other content may ever be seen."""
    if not target.server.sync.has_agent:
        raise Skipped("nothing is synced while it runs: its sync mode is none")
    done = []
    with context.client(target) as client, Files(context, target, client) as files:
        if target.server.sync.syncs_to_nas:
            names = [files.name("cycles-to-nas")]
            _cycle(context, target, names, context.limits.to_nas, files.put, files.on_nas)
            done.append(f"{_CYCLES} from Windows")
        if target.server.sync.syncs_to_windows and not target.options.read_only:
            # Side by side: after each overwriting, the server itself keeps the file open for up to a second.
            names = [files.name(f"cycles-to-windows-{number}") for number in range(_SIDE_BY_SIDE)]
            _cycle(context, target, names, context.limits.to_windows, client.write, files.in_windows)
            done.append(f"{_CYCLES} of {_SIDE_BY_SIDE} files from the NAS")
    return Finding(f"every version arrived whole: {' and '.join(done)}")


def _cycle(
    context: CheckContext,
    target: Target,
    names: t.Sequence[str],
    limit: float,
    send: t.Callable[[str, bytes], None],
    look: t.Callable[[str], bytes | None],
) -> None:
    """Send versions of different sizes, and look at what is there all the time until each has arrived."""
    before: dict[str, bytes] = {}
    for number in range(1, _CYCLES + 1):
        contents = {name: random_content(_SIZE // number) for name in names}
        for name, content in contents.items():
            send(name, content)
        odd: list[str] = []
        arrived = functools.partial(_have_arrived, look, dict(contents), before, odd)
        if context.until(arrived, limit) is None:
            raise context.timed_out(f"version {number} of {_CYCLES} had not arrived", target, limit)
        if odd:
            name = odd[0].partition(":")[0]
            raise Failed(
                f"version {number} of {_CYCLES}: a content was seen that nobody wrote",
                expected=f"{name}: {len(contents[name])} bytes, sha256 {sha256(contents[name])}",
                seen=odd[0],
            )
        before = contents


def _have_arrived(
    look: t.Callable[[str], bytes | None], waiting: dict[str, bytes], before: dict[str, bytes], odd: list[str]
) -> bool:
    """Take what has arrived out of ``waiting``, put what is neither old nor new into ``odd``; tell whether to stop waiting."""
    for name, content in list(waiting.items()):
        seen = look(name)
        if seen == content:
            del waiting[name]
        elif seen is not None and seen != before.get(name):
            odd.append(f"{name}: {len(seen)} bytes, sha256 {sha256(seen)}")
    return bool(odd) or not waiting


@check(
    "Files that nobody changes are not written again",
    remedy="end what else writes the files there: a virus scanner, an indexer, another sync",
    stage="rest",
    tags=("sync", "windows"),
    needs=("ready", "windows_directory", "containers", "sync_state"),
    each_export=True,
)
def rest(context: CheckContext, target: Target) -> Finding:
    """Files that have arrived are watched on both sides: a sync that goes round in circles writes them again."""
    if not target.server.sync.has_agent:
        raise Skipped("nothing is synced while it runs: its sync mode is none")
    if not target.server.sync.syncs_to_nas:
        _check_writable(target)
    with context.client(target) as client, Files(context, target, client) as files:
        names = [files.name(f"rest-{number}") for number in range(_REST_FILES)]
        for name in names:
            send = files.put if target.server.sync.syncs_to_nas else client.write
            send(name, random_content(1024))
        limit = context.limits.to_nas if target.server.sync.syncs_to_nas else context.limits.to_windows

        def look() -> dict[str, t.Any]:
            windows = {f"{name} in Windows": files.windows_identity(name) for name in names}
            return {**windows, **{f"{name} on the NAS": _nas_identity(client, name) for name in names}}

        if context.until(lambda: None not in look().values(), limit) is None:
            raise context.timed_out("files had not arrived on both sides", target, limit)
        # An agent may look at what it has just made once more.
        context.sleep(1.0)
        before, delivered = look(), _delivered(context, target)
        deadline = context.clock() + context.limits.rest
        while context.clock() < deadline:
            context.sleep(_REST_PAUSE)
            changed = [what for what, identity in look().items() if identity != before[what]]
            if changed:
                raise Failed(
                    f"written again although nobody changed it: {', '.join(changed)}",
                    expected=str(before[changed[0]]),
                    seen=str(look()[changed[0]]),
                    evidence=context.agent_summary(target),
                )
        more = _delivered(context, target) - delivered
    note = f"; the agent delivered {more} other files meanwhile" if more else ""
    return Finding(f"{_REST_FILES} files lay still on both sides for {context.limits.rest:g} s{note}")


def _nas_identity(client: NasClient, name: str) -> tuple[int, ...] | None:
    try:
        return client.attributes(name).identity
    except NotThere:
        return None


def _delivered(context: CheckContext, target: Target) -> int:
    status = context.inspector.sync_status(target.name) or {}
    return int((status.get("delivered") or {}).get("files", 0))
