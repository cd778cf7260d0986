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
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

# An agent writes its status every 30 s at rest, and more often when there is something to say.
_SILENCE = 120.0
# Longer than any promise of the sync agent: 30 s to the NAS, 60 s to Windows.
_LAG = 60.0
# Of a NAS in memory, which may be small, it is this part at most.
_SHARE_OF_LITTLE = 10
_LITTLE = {"windows": ("the Windows drive", 1 << 30), "nas": ("the NAS", 256 << 20)}
# So many of a list have a line each.
_MOST = 10


class _List(t.NamedTuple):
    """A list in an agent's status: its key, that of its full count, what a line begins with, what the count is of."""

    key: str
    total: str
    word: str
    one: str
    many: str
    tell: t.Callable[[t.Mapping[str, t.Any]], str]


_LISTS = (
    _List(
        "conflicts", "conflict_count", "conflict", "conflict", "conflicts",
        lambda entry: f"{entry['path']} is kept as {entry['kept_as']}",
    ),
    # Not names alone: a symbolic link is refused for what it is.
    _List(
        "refused", "refused_count", "refused", "path is refused and stays where it is",
        "paths are refused and stay where they are", lambda entry: f"{entry['path']}: {entry['reason']}",
    ),
    _List(
        "errors", "error_count", "failed", "path fails and is tried again", "paths fail and are tried again",
        lambda entry: f"{entry['path']}: {entry['reason']}",
    ),
)  # fmt: skip


def warnings_of(
    sync: t.Mapping[str, t.Any] | None,
    space: t.Mapping[str, int | None],
    *,
    agent: bool,
    now: float | None = None,
    missing: str = "",
    limit: int | None = None,
) -> list[str]:
    """Return a line for each warning.

    ``sync`` is what an agent said of itself, ``agent`` whether there should be one that does. ``now`` is the
    time by the agent's clock, None when that is unknown. ``missing`` is a Windows directory that does not answer.
    ``limit`` are the bytes that an export in memory is to have in all, None for one that is not in memory.
    """
    return [
        *([f"{missing} is not there, or does not answer: mount the drive again"] if missing else []),
        *_of_agent(sync, now, bool(missing)),
        *(["the sync agent says nothing of itself"] if agent and not sync else []),
        *_of_space(space, limit),
    ]


def _of_agent(sync: t.Mapping[str, t.Any] | None, now: float | None, unseen: bool) -> t.Iterator[str]:
    if not sync:
        return
    if sync.get("halted_reason"):
        yield f"sync halted: {sync['halted_reason'] if unseen else halted(sync['halted_reason'])}"
    told = utc_seconds(sync.get("time"))
    if now is not None and told is not None and now - told > _SILENCE and sync.get("state") != "stopped":
        yield f"the sync agent has said nothing for {duration(now - told)}"
    lag = sync.get("lag_seconds")
    if isinstance(lag, (int, float)) and lag > _LAG:
        yield f"a change has been waiting for {duration(lag)}"
    for each in _LISTS:
        yield from _entries(each, sync.get(each.total), sync.get(each.key))


def _entries(known: _List, number: object, listed: object) -> t.Iterator[str]:
    """Yield how many there are of a list, then the first of them, each in a line that can be read alone."""
    if not isinstance(number, int) or number < 1:
        return
    told = []
    for entry in listed if isinstance(listed, list) else []:
        try:
            told.append(known.tell(entry))
        except (KeyError, TypeError, IndexError):
            continue
    words = counted(number, known.one, known.many)
    if number == 1 and told:
        yield f"{words}: {told[-1]}"
        return
    yield words
    # The agent has the last conflicts, in the order of time, and the others by their names.
    yield from (f"{known.word}: {line}" for line in (told[-_MOST:] if known.key == "conflicts" else told[:_MOST]))
    if told[_MOST:]:
        which = "all of them" if len(told) == number else f"{len(told)} of them"
        yield f"{known.word}: {number - _MOST} more; {remedies.SHOW_ALL} has {which}"


def halted(reason: object) -> str:
    """Return why a sync agent has halted, with what to do where its Windows directory is there and its marker is not."""
    text = str(reason)
    if text.startswith("the marker ") and "No such file" in text:
        return f"{text}; {remedies.LAY_OUT} puts it back"
    if text.startswith("the marker ") and text.endswith(("is damaged", "is no regular file")):
        return f"{text}; remove it, and {remedies.LAY_OUT} puts it back"
    return text


def _of_space(space: t.Mapping[str, int | None], limit: int | None) -> t.Iterator[str]:
    for side, (name, little) in _LITTLE.items():
        free = space.get(f"{side}_free")
        if side == "nas" and limit is not None:
            little = min(little, limit // _SHARE_OF_LITTLE)
        if free is not None and free < little:
            yield f"only {size(free)} are free on {name}"
    total = space.get("nas_total")
    if limit is not None and total is not None and total != limit:
        yield f"the NAS has {size(total)} in all, and not the {size(limit)} of its size_limit, which is not enforced there"
