# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A schedule of faults: in its order, and whether it can be. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import (
    Fault,
    check_together,
    read_fault,
)

_OPTIONS = ("delay", "jitter", "operations", "every")


@dataclass(frozen=True)
class _Entry:
    """One fault of a schedule, on from ``begin`` until before ``end`` (seconds), on ``servers``, all of them where empty."""

    number: int
    fault: Fault
    begin: int
    end: int
    servers: frozenset[str]

    def meets(self, other: _Entry) -> bool:
        """Tell whether both are on at one moment on one server."""
        together = self.begin < other.end and other.begin < self.end
        return together and (not self.servers or not other.servers or bool(self.servers & other.servers))


def read_schedule(given: t.Sequence[t.Mapping[str, t.Any]], servers: t.Sequence[str]) -> dict[str, t.Any]:
    """Return a schedule's ``entries`` in the order of their beginnings, its ``end`` in seconds, and its ``problems``.

    ``given`` has passed the role's argument_specs. ``servers`` are those of entries that name none. Each of the entries has
    ``at`` and ``servers``, and the options of the module nas_fault under ``options``. A problem is a line that begins with the
    entry that it is about, counted from 1 as it was written.
    """
    problems: list[str] = []
    read = [_read(number, each, servers, problems) for number, each in enumerate(given, start=1)]
    known = [entry for entry in read if entry is not None]
    for place, entry in enumerate(known):
        problems += [line for other in known[:place] if entry.meets(other) for line in _clash(entry, other)]
    entries = [_shown(each, servers) for each in given]
    return {
        "entries": sorted(entries, key=lambda entry: int(entry["at"])),
        "end": max((entry.end for entry in known), default=0),
        "problems": problems,
    }


def _read(number: int, given: t.Mapping[str, t.Any], servers: t.Sequence[str], problems: list[str]) -> _Entry | None:
    begin, lasts = int(given.get("at") or 0), int(given["for"])
    if begin < 0 or lasts < 1:
        problems.append(f"entry {number}: at: is {begin} and for: is {lasts}; give 0 or more, and 1 or more")
        return None
    try:
        fault = read_fault({**_options(given), "duration": lasts})
    except SimulatorError as error:
        problems.append(f"entry {number}: {error.message}")
        return None
    return _Entry(number, fault, begin, begin + lasts, frozenset(given.get("servers") or servers))


def _clash(entry: _Entry, other: _Entry) -> list[str]:
    if entry.fault.kind == other.fault.kind:
        # The later one would take the place of the earlier one, which would not last as long as it says.
        return [f"entry {entry.number}: fault: '{entry.fault.kind}' is on already, by entry {other.number}"]
    try:
        check_together([other.fault, entry.fault])
    except SimulatorError as error:
        return [f"entry {entry.number}: {error.message.partition(';')[0]} (entry {other.number})"]
    return []


def _options(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"fault": given["fault"], **{name: given[name] for name in _OPTIONS if given.get(name) is not None}}


def _shown(given: t.Mapping[str, t.Any], servers: t.Sequence[str]) -> dict[str, t.Any]:
    return {
        "at": int(given.get("at") or 0),
        "servers": list(given.get("servers") or servers),
        "options": {**_options(given), "duration": int(given["for"])},
    }
