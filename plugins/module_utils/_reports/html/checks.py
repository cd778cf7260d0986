# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All checks, their durations and their other figures: the long table of the HTML report.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import (
    FAILED,
    PASSED,
    SKIPPED,
    Result,
    Run,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, duration, figure
from ansible_collections.file_simulator.nas.plugins.module_utils._reports import digest
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.parts import (
    badge,
    chips,
    scrolling,
    section,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.markup import Element, element


def checks_section(run: Run) -> Element | None:
    """Return the section, None when nothing was checked."""
    groups = digest.groups(run)
    if not groups:
        return None
    longest = max(check.seconds for checks in groups.values() for check in checks)
    children = [_choice(run)]
    for tag, checks in groups.items():
        children.append(element("h3", {"class": "group"}, tag))
        children += [_check(check, longest) for check in checks]
    return section("checks", "All checks", *children)


def _choice(run: Run) -> Element:
    """Return the choice of what is shown; style alone carries it out, see _report_html_style."""
    counts = run.counts
    options = [("all", f"all {len(run.results)}")]
    options += [(outcome, f"{counts[outcome]} {outcome}") for outcome in (PASSED, FAILED, SKIPPED) if counts[outcome]]
    made = (
        element(
            "label",
            {},
            element("input", {"type": "radio", "name": "show", "id": f"show-{name}", "checked": name == "all"}),
            text,
        )
        for name, text in options
    )
    return element("fieldset", {"class": "choice"}, element("legend", {"class": "unseen"}, "Show results"), *made)


def _check(check: digest.Check, longest: float) -> Element:
    share = 100 * check.seconds / longest if longest > 0 else 0
    stripe = element(
        "span",
        {"class": "bar", "aria-hidden": "true"},
        element("span", {"style": f"width: {share:.1f}%"}),
    )
    outcomes = [outcome for outcome in (FAILED, PASSED, SKIPPED) if check.count(outcome)]
    summary = element(
        "summary",
        {},
        element("span", {"class": "name"}, check.name),
        element(
            "span", {"class": "badges"}, *(badge(outcome, f"{check.count(outcome)} {outcome}") for outcome in outcomes)
        ),
        element("span", {"class": "time"}, stripe, element("span", {}, duration(check.seconds))),
    )
    requirements = list(dict.fromkeys(name for result in check.results for name in result.requirements))
    classes = " ".join(["check", *(f"has-{outcome}" for outcome in outcomes)])
    return element("details", {"class": classes}, summary, chips(requirements), _results(check))


def _results(check: digest.Check) -> Element:
    heads = ("Server", "Outcome", "Took", "Detail")
    return element(
        "table",
        {"class": "results"},
        element("caption", {"class": "unseen"}, f"Results of {check.name}"),
        element("thead", {}, element("tr", {}, *(element("th", {"scope": "col"}, head) for head in heads))),
        element("tbody", {}, *(_result(result) for result in check.results)),
    )


def _result(result: Result) -> Element:
    said = [result.detail, *(_figure(each) for each in digest.series([result]))]
    return element(
        "tr",
        {"class": f"is-{result.outcome}"},
        element("th", {"scope": "row"}, result.server or digest.ALL_SERVERS),
        element("td", {}, badge(result.outcome)),
        element("td", {"class": "number"}, duration(result.seconds)),
        element("td", {"class": "said"}, "; ".join(text for text in said if text)),
    )


def _figure(series: digest.Series) -> str:
    measure = series.worst.measure
    return f"{series.name} {figure(measure.value, series.unit)}"


def figures_section(run: Run) -> Element | None:
    """Return a table of the figures that are no times, None when there are none."""
    found = [each for each in digest.series(run.results) if each.unit != "s"]
    if not found:
        return None
    heads = ("Figure", "Servers", "Lowest", "Highest", "Limit", "Aim")
    table = element(
        "table",
        {"class": "results figures"},
        element("thead", {}, element("tr", {}, *(element("th", {"scope": "col"}, head) for head in heads))),
        element("tbody", {}, *(_row(each) for each in found)),
    )
    return section("figures", "Other figures", scrolling("Other figures", table))


def _row(series: digest.Series) -> Element:
    values = [point.measure.value for point in series.points]
    over = series.worst.over_limit
    cells: t.Sequence[str] = (
        counted(len(values), "server"),
        figure(min(values), series.unit),
        figure(max(values), series.unit) + (" (over the limit)" if over else ""),
        ", ".join(figure(value, series.unit) for value in series.limits) or "none",
        ", ".join(figure(value, series.unit) for value in series.aims) or "none",
    )
    made = (element("td", {"class": "number"}, cell) for cell in cells)
    return element("tr", {"class": "is-failed" if over else None}, element("th", {"scope": "row"}, series.label), *made)
