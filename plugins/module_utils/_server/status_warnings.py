# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What deserves attention although a server runs. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import (
    counted,
    duration,
    size,
    utc_seconds,
)

# An agent writes its status every 30 s at rest, and more often when there is something to say.
_SILENCE = 120.0
# Longer than any promise of the sync agent: 30 s to the NAS, 60 s to Windows.
_LAG = 60.0
_LITTLE = {"windows": ("the Windows drive", 1 << 30), "nas": ("the NAS", 256 << 20)}
# What an agent lists, how many there are of it, what they are called, and what it tells of each.
_LISTS = (
    ("conflicts", "conflict_count", "conflict", lambda entry: f"{entry['path']} is kept as {entry['kept_as']}"),
    ("refused", "refused_count", "refused name", lambda entry: f"{entry['path']}: {entry['reason']}"),
    (
        "errors",
        "error_count",
        "file that fails and is tried again",
        lambda entry: f"{entry['path']}: {entry['reason']}",
    ),
)


def warnings_of(
    sync: t.Mapping[str, t.Any] | None,
    space: t.Mapping[str, int | None],
    *,
    agent: bool,
    now: float | None = None,
    missing: str = "",
) -> list[str]:
    """Return a line for each warning.

    ``sync`` is what an agent said of itself, ``agent`` whether there should be one that does. ``now`` is the
    time by the agent's clock, None when that is unknown. ``missing`` is a Windows directory that does not answer.
    """
    return [
        *([f"{missing} is not there, or does not answer: mount the drive again"] if missing else []),
        *_of_agent(sync, now),
        *(["the sync agent says nothing of itself"] if agent and not sync else []),
        *_of_space(space),
    ]


def _of_agent(sync: t.Mapping[str, t.Any] | None, now: float | None) -> t.Iterator[str]:
    if not sync:
        return
    if sync.get("halted_reason"):
        yield f"sync halted: {sync['halted_reason']}"
    told = utc_seconds(sync.get("time"))
    if now is not None and told is not None and now - told > _SILENCE and sync.get("state") != "stopped":
        yield f"the sync agent has said nothing for {duration(now - told)}"
    lag = sync.get("lag_seconds")
    if isinstance(lag, (int, float)) and lag > _LAG:
        yield f"a change has been waiting for {duration(lag)}"
    for key, count, word, tell in _LISTS:
        number = sync.get(count)
        if not isinstance(number, int) or number < 1:
            continue
        listed = sync.get(key) or []
        try:
            last = f", the last: {tell(listed[-1])}"
        except (KeyError, TypeError, IndexError):
            last = ""
        yield f"{counted(number, word, _many(word))}{last}"


def _many(word: str) -> str:
    return "files that fail and are tried again" if word.startswith("file ") else f"{word}s"


def _of_space(space: t.Mapping[str, int | None]) -> t.Iterator[str]:
    for side, (name, little) in _LITTLE.items():
        free = space.get(f"{side}_free")
        if free is not None and free < little:
            yield f"only {size(free)} are free on {name}"
