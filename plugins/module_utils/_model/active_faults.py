# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The faults that are on: changed, told in plain words, and written as the order that a helper carries out.

The order is an argument of the program that makes the faults (role nas_image, files/nas_fault_helper). What that
program was started with is the only record of them. Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timezone

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import duration
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import OPERATIONS, UNREACHABLE, Fault

PROGRAM = ("python3", "-m", "nas_fault_helper")
_FIELDS = [field.name for field in fields(Fault)]


@dataclass(frozen=True)
class Active:
    """A fault that is on. ``until`` is in seconds since 1970, 0 for until it is ended."""

    fault: Fault
    until: int = 0

    def over(self, now: float) -> bool:
        """Tell whether its time has come."""
        return bool(self.until) and now >= self.until

    @property
    def words(self) -> str:
        """What it does and how long, in plain words."""
        return f"{self.fault.kind}: {_WORDS[self.fault.kind](self.fault)}, {self._end}"

    @property
    def _end(self) -> str:
        if not self.until:
            return "until it is ended"
        return f"until {datetime.fromtimestamp(self.until, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def _slow(fault: Fault) -> str:
    jitter = f", give or take {duration(fault.jitter / 1000)}" if fault.jitter else ""
    return f"each {_listed(fault.operations, 'and')} takes {duration(fault.delay / 1000)} longer{jitter}"


def _io_error(fault: Fault) -> str:
    if fault.every > 1:
        return f"one in {fault.every} of {_listed(fault.operations, 'and')} ends with EIO"
    return f"each {_listed(fault.operations, 'or')} ends with EIO"


_WORDS: t.Mapping[str, t.Callable[[Fault], str]] = {
    "slow": _slow,
    "full": lambda _fault: "writes and new files get ENOSPC",
    "quota": lambda _fault: "writes and new files get EDQUOT",
    "io_error": _io_error,
    "read_only": lambda _fault: "each change gets EROFS",
    "permission": lambda _fault: "each read, listing and change gets EACCES",
    "stale": lambda _fault: "handles from before get ESTALE until their files are looked up anew",
    "hang": lambda _fault: "clients get no answer, and their connections stay",
    UNREACHABLE: lambda _fault: "connections are refused",
    "disconnect": lambda fault: f"connections are reset every {duration(fault.every)}",
}


def _listed(words: t.Sequence[str], last: str) -> str:
    if len(words) == len(OPERATIONS):
        return "operation"
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def with_fault(active: t.Sequence[Active], fault: Fault, now: float) -> list[Active]:
    """Return the faults with another one: in place of one of its kind, and the same where that is on as it is."""
    if any(each.fault == fault for each in active):
        return list(active)
    until = int(now) + fault.duration if fault.duration else 0
    return [*(each for each in active if each.fault.kind != fault.kind), Active(fault, until)]


def without(active: t.Sequence[Active], kind: str | None) -> list[Active]:
    """Return the faults without those of a kind, without all where it is None."""
    return [each for each in active if kind is not None and each.fault.kind != kind]


def order(active: t.Sequence[Active], exports: t.Sequence[str], ports: t.Sequence[int]) -> str:
    """Return the argument with which the program makes faults.

    ``exports`` are the directories in the server's container that clients mount, ``ports`` those that it listens on.
    """
    told = []
    for each in active:
        known = asdict(each.fault)
        told.append({"fault": known.pop("kind"), **known, "until": each.until})
    return json.dumps({"faults": told, "exports": list(exports), "ports": list(ports)})


def read_command(command: t.Sequence[str]) -> list[Active]:
    """Return the faults of a program that runs with ``command``; none where it is no such program's."""
    if tuple(command[: len(PROGRAM)]) != PROGRAM:
        return []
    try:
        told = json.loads(command[len(PROGRAM)])["faults"]
        return [_read(each) for each in told]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return []


def _read(told: t.Mapping[str, t.Any]) -> Active:
    known = {"kind": str(told["fault"]), **{name: told[name] for name in _FIELDS if name in told}}
    known["operations"] = tuple(known["operations"])
    if known["kind"] not in _WORDS:
        raise ValueError(known["kind"])
    return Active(Fault(**known), int(told["until"]))


def fault_result(active: Active) -> dict[str, t.Any]:
    """Return a fault as modules return it, with the options that it has."""
    fault = active.fault
    known = {name: value for name, value in asdict(fault).items() if value and name not in ("kind", "operations")}
    return {
        "fault": fault.kind,
        **known,
        **({"operations": list(fault.operations)} if fault.operations else {}),
        "until": datetime.fromtimestamp(active.until, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        if active.until
        else "",
        "description": active.words,
    }
