# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that take servers down, or their Windows directories away, and bring them back. Private to file_simulator.nas."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
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
    Skipped,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.probing import answers, until_back
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import (
    DISRUPT,
    DISRUPTIVE_TAG,
    check,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Measure
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

_SIZE = 256 * 1024
# What the kernel needs to take a killed process's sockets away.
_KILLED_SECONDS = 0.3


@check(
    "What the server has acknowledged as written is there after it was killed",
    remedy=f"report it as a bug, with what {remedies.COLLECT} collects",
    stage=DISRUPT,
    tags=(DISRUPTIVE_TAG, "export", "nfs"),
    requirements=("EXP-03",),
    needs=("ready",),
)
def stable_writes(context: CheckContext, target: Target) -> Finding:
    """The server is killed the moment after it has said that a file is written."""
    if target.options.read_only:
        raise Skipped("it is read-only: nothing can be written to it over NFS")
    if not context.inspector.keeps_volumes and target.server.storage.type != "persistent":
        raise Skipped("its storage goes with its pod, which is what is killed here")
    with context.client(target) as client, Files(context, target, client) as files:
        name, content = files.name("stable"), random_content(_SIZE)
        client.write(name, content)
        context.inspector.kill(target.name)
        context.sleep(_KILLED_SECONDS)
        started = context.clock()
        until_back(context, target)
        with context.client(target) as anew:
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
    seconds = context.clock() - started
    measure = Measure("back after a kill", round(seconds, 2), "s", limit=context.limits.restart)
    return Finding(f"killed after its acknowledgement, back after {seconds:.1f} s with the file", measures=(measure,))


@check(
    "A Windows directory that disappears halts the sync, and nothing is deleted",
    remedy=f"report it as a bug, with what {remedies.COLLECT} collects",
    stage=DISRUPT,
    tags=(DISRUPTIVE_TAG, "sync", "windows"),
    requirements=("WIN-07",),
    needs=("ready", "windows_directory", "containers", "sync_state"),
)
def windows_lost(context: CheckContext, target: Target) -> Finding:
    """The marker goes, as it does when a data root is not mounted any more; and comes back whatever happens."""
    if not target.server.sync.has_agent:
        raise Skipped("nothing is synced while it runs: its sync mode is none")
    limit = context.limits.to_windows if target.server.sync.syncs_to_windows else context.limits.to_nas
    with context.client(target) as client, Files(context, target, client) as files:
        kept, later = files.name("kept"), files.name("later")
        send = client.write if target.server.sync.syncs_to_windows else files.put
        send(kept, b"kept")
        if context.until(lambda: files.is_on_nas(kept) and files.in_windows(kept) is not None, limit) is None:
            raise context.timed_out("a file had not arrived on both sides", target, limit)
        hide_marker(context, target)
        try:
            halted = context.until(lambda: context.agent_state(target) == "halted", context.limits.to_nas)
            if halted is None:
                raise context.timed_out(
                    "the Windows directory disappeared, and sync did not halt", target, context.limits.to_nas
                )
            if not files.is_on_nas(kept):
                raise Failed("the Windows directory disappeared, and a file was deleted from the NAS", seen="nothing")
            if answers(target) is None:
                raise Failed("the Windows directory disappeared, and the server does not answer any more")
        finally:
            restore_marker(target)
        send(later, b"later")
        resumed = context.until(lambda: files.is_on_nas(later) and files.in_windows(later) is not None, limit)
        if resumed is None:
            raise context.timed_out("the Windows directory was back, and sync did not go on", target, limit)
    measures = (Measure("halt", round(halted, 2), "s", limit=context.limits.to_nas),)
    return Finding(f"halted after {halted:.1f} s, nothing deleted, went on {resumed:.1f} s after", measures=measures)
