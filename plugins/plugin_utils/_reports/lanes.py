# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the picture of the topology tells of each server. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import (
    FAILED,
    PASSED,
    SKIPPED,
    Result,
    Run,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import READY
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_table import agent_word
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports import digest


@dataclass(frozen=True)
class Lane:
    """What a server's lane tells. ``exported`` is the path that clients mount, with how many others there are."""

    name: str
    role: str
    directory: str
    address: str
    exported: str
    mode: str
    read_only: bool
    outcome: str
    state: str
    results: str
    verdict: str
    sync: str
    halted: bool

    @property
    def forth(self) -> bool:
        """Whether the sync agent copies to the NAS."""
        return self.mode in ("windows_to_nas", "two_way")

    @property
    def back(self) -> bool:
        """Whether the sync agent copies from the NAS."""
        return self.mode in ("nas_to_windows", "two_way")

    @property
    def told(self) -> str:
        """The lane in words."""
        way = {"windows_to_nas": "to the NAS", "nas_to_windows": "from the NAS", "two_way": "both ways"}
        sync = f"{way.get(self.mode, 'only when it starts')}" + (f", {self.sync}" if self.sync else "")
        return f"{self.name}: {self.state}, {self.results}; {self.directory} is synced {sync}; address {self.address}, {self.exported}"


def lanes(run: Run) -> list[Lane]:
    """Return what the picture tells of each server that the run knows."""
    results: dict[str | None, list[Result]] = {}
    for result in run.results:
        results.setdefault(result.server, []).append(result)
    return [_lane(server, results.get(server["name"], [])) for server in run.servers]


def _lane(server: t.Mapping[str, t.Any], results: t.Sequence[Result]) -> Lane:
    """Return what the picture tells of a server, from its report and the results of its checks."""
    state = str(server.get("state", "unknown"))
    enabled = server.get("enabled", True)
    counts = [(word, sum(result.outcome == word for result in results)) for word in (FAILED, PASSED, SKIPPED)]
    outcome = digest.worst(results) if results else PASSED if state == READY else SKIPPED
    if enabled and state != READY:
        outcome = FAILED
    reported = {"containers": {}, "sync_mode": "none", "sync": None, **server}
    sync = agent_word(reported["sync_mode"], reported["containers"], reported["sync"])
    return Lane(
        name=visible(server["name"]),
        role=visible(server.get("role", "")),
        directory=visible(server.get("windows_directory", "")),
        address=visible(f"{server.get('host', '')}:{server.get('port', '')}"),
        exported=_exported(server),
        mode=str(server.get("sync_mode", "none")),
        read_only=bool(server.get("read_only", False)),
        outcome=outcome,
        state=visible(state.replace("_", " ")) if enabled else "disabled",
        results=", ".join(f"{count} {word}" for word, count in counts if count) or "not checked",
        verdict=_verdict(state if enabled else "disabled", dict(counts)),
        sync="" if sync == "-" else sync,
        halted=sync == "not running" or bool((reported["sync"] or {}).get("halted_reason")),
    )


def _exported(server: t.Mapping[str, t.Any]) -> str:
    # Runs of former times know of no more than one.
    paths = [str(each.get("path", "")) for each in server.get("exports") or ()] or [str(server.get("path", ""))]
    return visible(paths[0]) + (f" +{len(paths) - 1}" if len(paths) > 1 else "")


def _verdict(state: str, counts: t.Mapping[str, int]) -> str:
    """Return what matters most, in a few words: that it does not run, else what failed, else what passed."""
    if state != READY:
        return visible(state.replace("_", " "))
    if counts[FAILED]:
        return f"{counts[FAILED]} of {sum(counts.values())} failed"
    return f"{counts[PASSED]} passed" if counts[PASSED] else "not checked"
