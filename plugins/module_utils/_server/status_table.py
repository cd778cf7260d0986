# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status of servers as lines for people. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import (
    bracketed,
    counted,
    duration,
    size,
    utc_seconds,
    visible,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import AUTO
from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import at_standard_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus

_DIRECTIONS = {"windows_to_nas": "to NAS", "nas_to_windows": "to Windows", "two_way": "both ways", "none": "at start"}
_MOST_OF_A_PATH = 28


def table(statuses: t.Sequence[ServerStatus]) -> list[str]:
    """Return the lines of a table for people: one row a server, then where its files are, then what is wrong.

    What matters most stands left, where a narrow terminal still shows it. Nothing in it steers a terminal.
    """
    heads = (
        "SERVER", "ROLE", "STATE", "SYNCS", "SYNC", "LAG", "LAST DELIVERED", "FREE", "ADDRESS", "WINDOWS DIRECTORY",
    )  # fmt: skip
    rows = [
        (
            status.name,
            status.server.role,
            status.state,
            _DIRECTIONS[status.server.sync.mode],
            agent_word(status.server.sync.mode, status.containers, status.sync),
            _lag(status.sync),
            _last_delivered(status.sync, status.now),
            _free(status.space["nas_free"]),
            f"{bracketed(status.host)}:{status.server.port or AUTO}",
            str(status.server.directory),
        )
        for status in statuses
    ]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [heads, *rows]]
    if statuses:
        lines += ["", *_drives(statuses), *_exports(statuses), *_mounts(statuses)]
    return lines + [f"{status.name}: {visible(text)}" for status in statuses for text in _problems(status)]


def _drives(statuses: t.Sequence[ServerStatus]) -> t.Iterator[str]:
    """Yield a line for each drive: where the files are on this machine, and what is free there."""
    seen = set()
    for status in statuses:
        directory = status.server.directory
        if directory.drive in seen:
            continue
        seen.add(directory.drive)
        free = status.space["windows_free"]
        room = "" if free is None else f"; {size(free)} are free on its drive"
        yield f"On this machine {directory} is {status.local_directory}{room}"


def _exports(statuses: t.Sequence[ServerStatus]) -> t.Iterator[str]:
    """Yield a line for each export that is not the whole tree: which directory clients see there."""
    for status in statuses:
        directory = status.server.directory
        for export in status.server.exports:
            if export.subdirectory:
                yield f"{status.name}:{export.path} is {directory.joined(export.subdirectory)}"


def _mounts(statuses: t.Sequence[ServerStatus]) -> t.Iterator[str]:
    """Yield a line for each version of NFS, with ports and without: how the first of its servers is mounted."""
    alike: dict[tuple[int, bool], list[ServerStatus]] = {}
    for status in statuses:
        server = status.server
        for version in reversed(server.nfs_versions if server.port else ()):
            at_standard = at_standard_ports(version, server.port, server.mount_port)
            alike.setdefault((version, at_standard), []).append(status)
    for (version, at_standard), same in alike.items():
        first = same[0]
        own = "address" if at_standard else "port"
        others = f", others with their own {own}" if len(same) > 1 else ""
        yield f"Mount {first.name} with: sudo {first.mount_command_of(first.server.exports[0], version)}{others}"


def _problems(status: ServerStatus) -> t.Iterator[str]:
    """Yield what is broken on purpose first, for it may be why something is wrong."""
    warnings = status.warnings
    yield from warnings[: len(status.faults)]
    if status.problem:
        yield status.problem
    yield from warnings[len(status.faults) :]


def _lag(sync: t.Mapping[str, t.Any] | None) -> str:
    """Return how old the oldest change is that waits; a dash where there is no agent to tell."""
    lag = (sync or {}).get("lag_seconds")
    return duration(lag) if isinstance(lag, (int, float)) else "-"


def _last_delivered(sync: t.Mapping[str, t.Any] | None, now: float | None) -> str:
    """Return the file that an agent delivered last, and how long ago; a dash where it has delivered none."""
    last = (sync or {}).get("last_delivered")
    if not isinstance(last, dict):
        return "-"
    path = visible(last.get("path"))
    name = path if len(path) <= _MOST_OF_A_PATH else "…" + path[1 - _MOST_OF_A_PATH :]
    told = utc_seconds(last.get("time"))
    if told is None:
        return name
    when = f"at {str(last['time'])[11:19]} UTC" if now is None else f"{duration(round(max(0.0, now - told)))} ago"
    return f"{name}, {when}"


def _free(count: int | None) -> str:
    return "-" if count is None else size(count)


def agent_word(mode: str, containers: t.Mapping[str, str], sync: t.Mapping[str, t.Any] | None) -> str:
    """Return how a server's sync agent is in a few words: that it does not run, else what it last said of itself.

    ``mode`` is the server's sync mode, ``containers`` a word for the state of each of its containers.
    """
    if mode != "none" and containers.get(AGENT_CONTAINER, "running") != "running":
        return "not running"
    return visible(sync_word(sync))


def sync_word(sync: t.Mapping[str, t.Any] | None) -> str:
    """Return what a sync agent said of itself in a few words; a dash where there is none."""
    if not sync:
        return "-"
    words = [str(sync.get("state", "unknown"))]
    for key, one, many in (
        ("pending", "waiting", "waiting"),
        ("conflict_count", "conflict", "conflicts"),
        ("refused_count", "refused", "refused"),
    ):
        if sync.get(key):
            words.append(counted(sync[key], one, many))
    return ", ".join(words)
