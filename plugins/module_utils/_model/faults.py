# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults between a server and its clients: what one is, read and checked. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# NFS's words for what clients do. LOOKUP comes before most of the others, several times for one open.
OPERATIONS = ("read", "write", "create", "remove", "rename", "list", "sync", "lookup", "attributes")
_USUAL = OPERATIONS[:7]
_CHANGES = ("write", "create", "remove", "rename", "attributes")
UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Kind:
    """What there is to know of a kind of fault.

    ``takes`` are its options beside ``duration``, ``needs`` those of them without which it is nothing. ``answers`` are the
    operations that get an error by it, empty where that is left to its ``operations``, and ``usual`` those where none
    are given. With ``alone``, no other fault makes sense beside it.
    """

    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    alone: bool = False


KINDS: t.Mapping[str, Kind] = {
    "slow": Kind(takes=("delay", "jitter", "operations"), needs=("delay",), usual=_USUAL),
    "full": Kind(answers=("write", "create")),
    "quota": Kind(answers=("write", "create")),
    "io_error": Kind(takes=("operations", "every"), usual=("read", "write", "list", "sync")),
    "read_only": Kind(answers=_CHANGES),
    "permission": Kind(answers=("read", "list", *_CHANGES)),
    "stale": Kind(answers=OPERATIONS),
    "hang": Kind(alone=True),
    UNREACHABLE: Kind(alone=True),
    "disconnect": Kind(takes=("every",), needs=("every",)),
}
_OPTIONS = ("delay", "jitter", "operations", "every")
# What no test wants, and a slip of the keyboard may give: an hour a call, a week of a fault.
_MOST = {"delay": 3_600_000, "jitter": 3_600_000, "every": 1_000_000, "duration": 604_800}


@dataclass(frozen=True)
class Fault:
    """One fault. ``delay`` and ``jitter`` are in ms, ``duration`` in seconds, 0 for until it is ended.

    ``every`` is in operations for io_error, where 0 is each of them, and in seconds for disconnect.
    """

    kind: str
    delay: int = 0
    jitter: int = 0
    operations: tuple[str, ...] = ()
    every: int = 0
    duration: int = 0

    @property
    def answers(self) -> frozenset[str]:
        """The operations that it ends with an error."""
        return frozenset(self.operations if self.kind == "io_error" else KINDS[self.kind].answers)


def read_fault(given: t.Mapping[str, t.Any]) -> Fault:
    """Return the fault that a module's options ask for; None is an option that was not given. Raises SimulatorError."""
    name = str(given["fault"])
    kind = KINDS.get(name)
    if kind is None:
        raise SimulatorError(f"fault: '{name}' is unknown; choose one of {', '.join(KINDS)}")
    for option in _OPTIONS:
        if given.get(option) is not None and option not in kind.takes:
            takes = f"takes {' and '.join(kind.takes)}" if kind.takes else "takes none but duration"
            raise SimulatorError(f"{option}: is no option of the fault '{name}', which {takes}")
    for option in kind.needs:
        if given.get(option) is None:
            raise SimulatorError(f"{option}: is missing; the fault '{name}' needs it")
    numbers = {option: _number(given, option) for option in ("delay", "jitter", "every", "duration")}
    if name == "slow" and numbers["jitter"] > numbers["delay"]:
        raise SimulatorError(f"jitter: is {numbers['jitter']} ms, and must not be above delay, {numbers['delay']} ms")
    if "every" in kind.takes and given.get("every") is not None and not numbers["every"]:
        raise SimulatorError("every: is 0; give 1 or more")
    return Fault(name, operations=_operations(given.get("operations"), kind), **numbers)


def _number(given: t.Mapping[str, t.Any], option: str) -> int:
    value = given.get(option)
    number = 0 if value is None else int(value)
    if not 0 <= number <= _MOST[option]:
        raise SimulatorError(f"{option}: is {number}; give 0 to {_MOST[option]}")
    return number


def _operations(given: t.Sequence[str] | None, kind: Kind) -> tuple[str, ...]:
    if given is None:
        return kind.usual
    if not given:
        raise SimulatorError("operations: is empty; leave it out, or name some")
    for operation in given:
        if operation not in OPERATIONS:
            raise SimulatorError(f"operations: '{operation}' is unknown; known are {', '.join(OPERATIONS)}")
    return tuple(operation for operation in OPERATIONS if operation in given)


def check_together(faults: t.Sequence[Fault]) -> None:
    """Raise SimulatorError where two faults cannot be on a server at once."""
    for number, fault in enumerate(faults):
        for other in faults[:number]:
            if KINDS[fault.kind].alone or KINDS[other.kind].alone:
                alone = fault if KINDS[fault.kind].alone else other
                raise SimulatorError(
                    f"fault: '{fault.kind}' cannot be on beside '{other.kind}': with '{alone.kind}', "
                    "nothing else is to be seen; end the other one first"
                )
            both = [operation for operation in OPERATIONS if operation in fault.answers & other.answers]
            if both:
                raise SimulatorError(
                    f"fault: '{fault.kind}' cannot be on beside '{other.kind}': both would answer {both[0]}; "
                    "end the other one first"
                )


def check_server(fault: Fault, server: str, nfs_server: str) -> None:
    """Raise SimulatorError where a server's program cannot have a fault."""
    if nfs_server != "ganesha" and fault.kind != UNREACHABLE:
        raise SimulatorError(
            f"server {server}: '{fault.kind}' is made of NFS-Ganesha's system calls, and this is {nfs_server}; "
            f"only '{UNREACHABLE}' works there"
        )
