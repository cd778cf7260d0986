# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an action ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from .model import Side


class Result(enum.Enum):
    """How an action ended."""

    DELIVERED = "delivered"
    CONFLICT = "conflict"
    REMOVED = "removed"
    KEPT = "kept"
    """Not removed: somebody has changed it since, so it is theirs."""
    RECORDED = "recorded"
    """Nothing had to be written."""
    REFUSED = "refused"
    AGAIN = "again"
    """Something changed meanwhile: look again."""
    FAILED = "failed"
    FULL = "full"


@dataclass(frozen=True)
class Outcome:
    """How the action for one path ended. ``detail``: conflict name, reason or error; ``size`` in bytes."""

    path: str
    result: Result
    side: Side | None = None
    detail: str = ""
    size: int = 0
