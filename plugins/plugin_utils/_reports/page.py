# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of checks as one HTML page that needs nothing else. Private to file_simulator.nas.

No script, no request, no font or picture from elsewhere: the page's own policy forbids browsers all of it, so that
even a mistake in here could not make a server's file name run. What failed comes first, on paper too.

What the page says is in ``templates``, how it looks in ``templates/report.css``. Jinja escapes every value, and
``_harmless`` makes each visible before: there is no place in a template where one could forget either.
"""

from __future__ import annotations

import functools
import json
import re
import typing as t
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import (
    FAILED,
    PASSED,
    SKIPPED,
    Result,
    Run,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import (
    counted,
    duration,
    figure,
    visible,
)
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports import digest
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.causes import causes
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.lanes import lanes
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.latency import latency
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.topology import BROAD, SMALL, fitting

_TEMPLATES = Path(__file__).parent / "templates"
# Sections in the order of the page. Each is a template of its name; one that has nothing to say is left out.
_HEADINGS = {
    "failed": "What failed",
    "servers": "Servers",
    "attention": "Needs attention",
    "requirements": "Requirements",
    "latency": "Latency",
    "checks": "All checks",
    "figures": "Other figures",
    "versions": "Versions",
}


def html(run: Run) -> str:
    """Return the page."""
    counts = run.counts
    figures = digest.series(run.results)
    failed = [check for check in digest.checks(run) if check.count(FAILED)]
    told = {
        "failed": failed,
        "servers": lanes(run),
        "attention": [server for server in run.servers if server.get("warnings")],
        "requirements": _requirements(run),
        "latency": latency([each for each in figures if each.unit == "s"]),
        "checks": digest.groups(run),
        "figures": [each for each in figures if each.unit != "s"],
    }
    page = _templates().get_template("page.html.j2")
    return page.render(
        run=run,
        counts=counts,
        outcome=next((outcome for outcome in (FAILED, PASSED) if counts[outcome]), SKIPPED),
        verdict=_verdict(counts),
        started=re.sub(r"(Z|\+00:00)$", " UTC", run.started.replace("T", " ", 1)),
        sections={name: heading for name, heading in _HEADINGS.items() if told.get(name, True)},
        told=told,
        causes={check.name: causes(run, check.name) for check in failed},
    )


class _Requirement(t.NamedTuple):
    name: str
    text: str
    outcome: str
    cells: t.Mapping[str | None, t.Sequence[Result]]


def _requirements(run: Run) -> list[_Requirement]:
    return [
        _Requirement(
            name,
            _texts().get(name, ""),
            digest.worst(result for results in cells.values() for result in results),
            cells,
        )
        for name, cells in digest.matrix(run).items()
    ]


def _verdict(counts: t.Mapping[str, int]) -> str:
    total = sum(counts.values())
    if counts[FAILED]:
        return f"{counts[FAILED]} of {counted(total, 'result')} failed"
    if not counts[PASSED]:
        return "Nothing was checked"
    if counts[SKIPPED]:
        return f"{counts[PASSED]} passed, {counts[SKIPPED]} skipped, none failed"
    return "The one check passed" if total == 1 else f"All {total} passed"


@functools.lru_cache(maxsize=None)
def _texts() -> dict[str, str]:
    """Return what each requirement asks for, by its id; tools/requirements.py writes it down."""
    found: dict[str, str] = json.loads((_TEMPLATES / "requirements.json").read_text(encoding="utf-8"))
    return found


@functools.lru_cache(maxsize=None)
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=_harmless,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        anchor=_anchor,
        columns=digest.columns,
        counted=counted,
        duration=duration,
        figure=figure,
        fitting=fitting,
        lines=_lines,
        requirements=digest.requirements,
        series=digest.series,
        worst=digest.worst,
    )
    # Style is no template: its braces are its own.
    style = Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8"))
    made.globals.update(style=style, all_servers=digest.ALL_SERVERS, texts=_texts(), broad=BROAD, small=SMALL)
    return made


def _harmless(value: object) -> object:
    """Return what a template puts into the page; only what a template made itself is markup."""
    return value if isinstance(value, Markup) else visible(value)


def _lines(text: str) -> Markup:
    """Return text that keeps its lines."""
    return escape(visible(text, lines=True))


def _anchor(check: str) -> str:
    """Return the name by which the page links to a failed check: another for each, and nothing in it needs quoting."""
    return "failed-" + "".join(
        letter if letter == "_" or (letter.isascii() and letter.isalnum()) else f"-{ord(letter):x}-" for letter in check
    )
