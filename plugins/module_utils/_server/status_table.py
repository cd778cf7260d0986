# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status of servers as lines for people. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import bracketed, duration, size, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus


def table(statuses: t.Sequence[ServerStatus]) -> list[str]:
    """Return the lines of a table for people: one row a server, then where its files are, then what is wrong.

    What matters most stands left, where a narrow terminal still shows it. Nothing in it steers a terminal.
    """
    heads = ("SERVER", "ROLE", "STATE", "SYNC", "LAG", "FREE", "ADDRESS", "WINDOWS DIRECTORY", "MOUNT WITH")
    rows = [
        (
            status.name,
            status.server.role,
            status.state,
            agent_word(status.server.sync.mode, status.containers, status.sync),
            _lag(status.sync),
            _free(status.space["nas_free"]),
            f"{bracketed(status.host)}:{status.server.port}",
            str(status.server.directory),
            status.mount_command,
        )
        for status in statuses
    ]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [heads, *rows]]
    if statuses:
        first = statuses[0]
        free = first.space["windows_free"]
        drive = "" if free is None else f"; {size(free)} are free on its drive"
        lines += ["", f"On this machine {first.server.directory} is {first.local_directory}{drive}"]
    return lines + [f"{status.name}: {visible(text)}" for status in statuses for text in _problems(status)]


def _problems(status: ServerStatus) -> t.Iterator[str]:
    if status.problem:
        yield status.problem
    yield from status.warnings


def _lag(sync: t.Mapping[str, t.Any] | None) -> str:
    """Return how old the oldest change is that waits; a dash where there is no agent to tell."""
    lag = (sync or {}).get("lag_seconds")
    return duration(lag) if isinstance(lag, (int, float)) else "-"


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
    for key, word in (("pending", "waiting"), ("conflict_count", "conflicts"), ("refused_count", "refused")):
        if sync.get(key):
            words.append(f"{sync[key]} {word}")
    return ", ".join(words)
