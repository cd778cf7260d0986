# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement matrix of the HTML report: which requirement was proved on which server.

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
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted
from ansible_collections.file_simulator.nas.plugins.module_utils._reports import digest
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.failures import anchor
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.parts import (
    hidden,
    icon,
    scrolling,
    section,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.markup import Element, element

# From so many columns on, cells are as small as can be told apart.
_MANY = 16


def matrix_section(run: Run) -> Element | None:
    """Return the section, None when no check names a requirement."""
    rows = digest.matrix(run)
    if not rows:
        return None
    servers = [server for server in digest.columns(run) if any(server in cells for cells in rows.values())]
    kept = sum(_outcome(cells) == PASSED for cells in rows.values())
    return section(
        "requirements",
        "Requirements",
        element(
            "p",
            {"class": "quiet"},
            f"{kept} of {counted(len(rows), 'requirement')} hold on every server, as far as they were checked.",
        ),
        scrolling("Requirements and servers", _table(rows, servers)),
        element(
            "p",
            {"class": "legend"},
            *(part for outcome in (PASSED, FAILED, SKIPPED) for part in (icon(outcome), f" {outcome} ")),
        ),
    )


def _table(rows: t.Mapping[str, t.Mapping[str | None, t.Sequence[Result]]], servers: t.Sequence[str | None]) -> Element:
    heads = (
        element("th", {"scope": "col", "class": "server"}, element("span", {}, server or digest.ALL_SERVERS))
        for server in servers
    )
    return element(
        "table",
        {"class": "matrix many" if len(servers) >= _MANY else "matrix"},
        element("caption", {"class": "unseen"}, "Which requirement was proved on which server"),
        element("thead", {}, element("tr", {}, element("th", {"scope": "col"}, "Requirement"), *heads)),
        element("tbody", {}, *(_row(name, cells, servers) for name, cells in rows.items())),
    )


def _row(name: str, cells: t.Mapping[str | None, t.Sequence[Result]], servers: t.Sequence[str | None]) -> Element:
    outcome = _outcome(cells)
    head = element("th", {"scope": "row"}, icon(outcome), name, hidden(f" {outcome}"))
    return element("tr", {}, head, *(_cell(cells.get(server, ())) for server in servers))


def _outcome(cells: t.Mapping[str | None, t.Sequence[Result]]) -> str:
    return digest.worst(result for results in cells.values() for result in results)


def _cell(results: t.Sequence[Result]) -> Element:
    if not results:
        return element("td", {}, hidden("not checked here"))
    outcome = digest.worst(results)
    told = ", ".join(f"{result.check} {result.outcome}" for result in results)
    content = [icon(outcome), hidden(outcome)]
    if outcome == FAILED:
        first = next(result for result in results if result.outcome == FAILED)
        content = [element("a", {"href": f"#{anchor(first.check)}"}, *content)]
    return element("td", {"class": outcome, "title": told}, *content)
