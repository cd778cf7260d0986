# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each fault does with a system call. Pure, but for chance in ``slow``."""

from __future__ import annotations

import errno
import json
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from . import calls

UNREACHABLE, HANG, DISCONNECT, STALE = "unreachable", "hang", "disconnect", "stale"
_CHANGES = frozenset({"write", "create", "remove", "rename", "attributes", calls.OPEN_TO_WRITE})
_ERRORS: dict[str, tuple[int, frozenset[str]]] = {
    "full": (errno.ENOSPC, frozenset({"write", "create"})),
    "quota": (errno.EDQUOT, frozenset({"write", "create"})),
    "read_only": (errno.EROFS, _CHANGES),
    "permission": (errno.EACCES, _CHANGES | {"read", "list"}),
}


@dataclass
class Fault:
    """One fault, as ``nas_fault`` has it. ``delay`` and ``jitter`` in ms, ``until`` in seconds of the epoch, 0 for ever."""

    fault: str
    delay: int = 0
    jitter: int = 0
    operations: Collection[str] = ()
    every: int = 0
    duration: int = 0
    until: float = 0
    counted: int = 0

    def over(self, now: float) -> bool:
        """Tell whether its time has come."""
        return bool(self.until) and now >= self.until

    def error(self, name: str, operation: str) -> int:
        """Return the error with which a call ends, 0 where this fault leaves it alone."""
        if self.fault == "io_error":
            if operation not in self.operations:
                return 0
            self.counted += 1
            return 0 if self.counted % max(self.every, 1) else errno.EIO
        number, operations = _ERRORS.get(self.fault, (0, frozenset()))
        if operation not in operations or (self.fault in ("full", "quota") and name == calls.TRUNCATION):
            return 0
        return number

    def seconds(self, operation: str) -> float:
        """Return how long a call waits."""
        if self.fault != "slow" or operation not in self.operations:
            return 0.0
        return max(0.0, self.delay + random.uniform(-self.jitter, self.jitter)) / 1000


@dataclass(frozen=True)
class Order:
    """What the program is to do: ``exports`` are directories of the server, ``ports`` those that it listens on."""

    faults: Sequence[Fault]
    exports: Sequence[str]
    ports: Sequence[int]

    def has(self, kind: str) -> bool:
        """Tell whether a fault is among them."""
        return any(fault.fault == kind for fault in self.faults)

    @property
    def traces(self) -> bool:
        """Whether the server's system calls matter."""
        return any(fault.fault != UNREACHABLE for fault in self.faults)


def read_order(text: str) -> Order:
    """Read an order. Raises ValueError, TypeError and KeyError when it is none."""
    given = json.loads(text)
    return Order([Fault(**fault) for fault in given["faults"]], given["exports"], given["ports"])
