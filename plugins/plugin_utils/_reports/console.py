# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of checks as lines for a console. Private to file_simulator.nas. Pure.

First a line for each check, readable at 120 columns; then, where a reader's eyes end up, what failed in full at 80
columns, a line for the whole, and one for each failure. Servers that fail for one cause are one failure.
"""

from __future__ import annotations

import textwrap
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import (
    FAILED,
    PASSED,
    SKIPPED,
    Run,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import (
    counted,
    duration,
    figure,
    shortened,
    visible,
)
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports import digest
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.causes import Cause, causes

_WIDTH = 120
_NARROW = 80
# A table names so many servers or reasons; the other reports have all of them.
_MOST_NAMED = 3
_MOST_EVIDENCE = 20
_SIGNS = {PASSED: " ", FAILED: "✗", SKIPPED: "-"}
# What "50 passed, 50 failed" takes.
_COUNTS_WIDTH = 20


def console_table(run: Run) -> list[str]:
    """Return the lines; nothing in them steers a terminal."""
    found = digest.checks(run)
    slowest = max(found, key=lambda check: check.seconds, default=None)
    widest = max((len(visible(check.name)) for check in found), default=0)
    lines = [shortened(_title(run), _WIDTH)]
    for tag, checks in digest.groups(run).items():
        lines += ["", visible(tag).upper()]
        for check in checks:
            lines += _check_lines(check, min(widest, 36), check == slowest and len(found) > 1)
    failed, shown = causes(run), set[str]()
    for number, cause in enumerate(failed):
        lines += ["" if number else "\nFAILED", *_failure_lines(cause, shown)]
    return [part for line in [*lines, "", _ending(run), *map(_in_one_line, failed)] for part in line.split("\n")]


def _in_one_line(cause: Cause) -> str:
    others = f" and {len(cause.results) - 1} more" if len(cause.results) > 1 else ""
    where = f"{visible(cause.first.check)} of {visible(cause.servers[0])}{others}"
    return shortened(f"✗ {where}: {visible(cause.first.detail)}", _WIDTH)


def _title(run: Run) -> str:
    where = f"{counted(len(run.servers), 'NAS server')} of {visible(run.instance)} on {visible(run.engine)}"
    return f"{where}, {visible(run.data_root)}, {visible(run.started)}"


def _check_lines(check: digest.Check, width: int, slowest: bool) -> t.Iterator[str]:
    counts = [f"{check.count(outcome)} {outcome}" for outcome in (PASSED, FAILED, SKIPPED) if check.count(outcome)]
    name = shortened(visible(check.name), width).ljust(width)
    line = f"{_SIGNS[check.outcome]} {name}  {', '.join(counts):<{_COUNTS_WIDTH}}  {duration(check.seconds):>8}"
    lines = [line + ("  slowest" if slowest else "")]
    figures = [text for each in digest.series(check.results) for text in [_figure(each)] if text]
    for text in figures:
        lines.append(" " * (width + 4) + text)
    if len(figures) == 1 and len(lines[0]) + len(figures[0]) + 2 <= _WIDTH:
        lines = [f"{lines[0]}  {figures[0]}"]
    if check.outcome == SKIPPED:
        reasons = list(dict.fromkeys(visible(result.detail) for result in check.results))
        lines += [" " * (width + 4) + reason for reason in reasons[:_MOST_NAMED]]
    return (shortened(line.rstrip(), _WIDTH) for line in lines)


def _figure(series: digest.Series) -> str:
    top = series.worst
    bounds = [
        f"{word} {figure(values[0], series.unit)}"
        for word, values in (("limit", series.limits), ("target", series.targets))
        if values
    ]
    more = f" ({', '.join(bounds)})" if bounds else ""
    flag = " OVER THE LIMIT" if top.over_limit else " over the target" if top.over_target else ""
    what = "" if series.label == series.check else f"{visible(series.name)} "
    if not bounds:
        values = [point.measure.value for point in series.points]
        low, high = (figure(value, series.unit) for value in (min(values), max(values)))
        return f"{what}{low}" if low == high else f"{what}{low} to {high}"
    return f"{what}max {figure(top.measure.value, series.unit)}{more}{flag}"


def _failure_lines(cause: Cause, shown: set[str]) -> t.Iterator[str]:
    """Yield what was expected and seen, the cause, what to do, and evidence that was not ``shown`` before."""
    first, *others = (visible(server) for server in cause.servers)
    same = f", and the same on {', '.join(others)}" if others else ""
    requirements = ", ".join(visible(requirement) for requirement in cause.first.requirements)
    head = f"✗ {visible(cause.first.check)} on {first}{same}" + (f"  ({requirements})" if requirements else "")
    yield from _wrapped("", head, "  ")
    for word, text in cause.lines:
        yield from _wrapped(f"  {word:<8}  ", text)
    evidence = [line for text in cause.first.evidence for line in visible(text, lines=True).split("\n")]
    fresh = [line for line in dict.fromkeys(evidence) if line not in shown]
    shown.update(fresh)
    lines = [part for line in fresh for part in _wrapped("  | ", line, "  |   ")]
    if len(lines) > _MOST_EVIDENCE:
        yield f"  | … {counted(len(lines) - _MOST_EVIDENCE, 'line')} before are in the other reports"
    yield from lines[-_MOST_EVIDENCE:]


def _wrapped(margin: str, text: str, below: str = "") -> list[str]:
    """Break text into lines; the first begins with the margin, the others with ``below``, or below its end."""
    return textwrap.wrap(
        visible(text),
        _NARROW,
        initial_indent=margin,
        subsequent_indent=below or " " * len(margin),
        break_on_hyphens=False,
    )


def _ending(run: Run) -> str:
    counts = run.counts
    total = counted(len(run.results), "check result")
    parts = [f"{counts[outcome]} {outcome}" for outcome in (PASSED, FAILED, SKIPPED) if counts[outcome]]
    return f"{total}: {', '.join(parts) or 'nothing was checked'}, in {duration(run.seconds)}"
