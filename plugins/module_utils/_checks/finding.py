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
from dataclasses import dataclass, replace

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


def of_exports(findings: t.Sequence[tuple[str, Finding]]) -> Finding:
    """Return what a check of a server concludes from its exports, given with their paths: the worst that was found.

    A server with one export has the finding of that. What means nothing for one export may mean something for another.
    """
    (_path, first), *others = findings
    if not others:
        return first
    outcomes = [finding.outcome for _path, finding in findings]
    outcome = next(each for each in (FAILED, PASSED, SKIPPED) if each in outcomes)
    telling = [(path, finding) for path, finding in findings if finding.outcome == outcome]
    detail = "; ".join(f"{path}: {finding.detail}" for path, finding in telling)
    return replace(telling[0][1], detail=detail, measures=_worst(telling))


def _worst(findings: t.Sequence[tuple[str, Finding]]) -> tuple[Measure, ...]:
    """Return each measure once: the highest of what has a limit, else the lowest, such as free space."""
    found: dict[str, Measure] = {}
    for measure in (each for _path, finding in findings for each in finding.measures):
        other = found.setdefault(measure.name, measure)
        worse = measure.value > other.value if measure.limit is not None else measure.value < other.value
        found[measure.name] = measure if worse else other
    return tuple(found.values())
