# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check concludes. Private to file_simulator.nas. Pure.

A check returns a Finding when the property holds, and raises Failed or Skipped when it does not hold or
cannot be looked at.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, PASSED, SKIPPED, Measure


@dataclass(frozen=True)
class Finding:
    """The part of a Result that the check itself knows; the meaning of the fields is the same."""

    detail: str
    outcome: str = PASSED
    expected: str = ""
    seen: str = ""
    evidence: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    remedy: str = ""


class Failed(Exception):
    """The property does not hold; the detail names the cause. Without a ``remedy``, that of the check is told."""

    def __init__(
        self,
        detail: str,
        *,
        expected: str = "",
        seen: str = "",
        evidence: t.Sequence[str] = (),
        measures: t.Sequence[Measure] = (),
        remedy: str = "",
    ) -> None:
        super().__init__(detail)
        self.finding = Finding(detail, FAILED, expected, seen, tuple(evidence), tuple(measures), remedy)


class Skipped(Exception):
    """The check means nothing here, or cannot be done; the reason says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.finding = Finding(reason, SKIPPED)


# In the words of the system, and in the sync agent's.
_FULL = re.compile(r"no space left|does not fit: needs", re.IGNORECASE)


def remedy_of(finding: Finding, usual: str) -> str:
    """Return what to do about a failure: what it says itself, else to make room where a side is full, else ``usual``."""
    if not finding.remedy and any(_FULL.search(text) for text in (finding.detail, *finding.evidence)):
        return "free space on the Windows drive or on the NAS, whichever is full"
    return finding.remedy or usual


def parted(message: str) -> tuple[str, str]:
    """Return the two parts of a message that says what is wrong; and then what to do."""
    problem, _semicolon, remedy = message.partition("; ")
    return problem, remedy


# What a check of all servers together concludes: of each by its name, or of the whole under None.
Findings = t.Mapping[t.Optional[str], Finding]


def concluded(work: t.Callable[[], Finding]) -> Finding:
    """Return what ``work`` concludes, in whichever way."""
    try:
        return work()
    except (Failed, Skipped) as end:
        return end.finding
