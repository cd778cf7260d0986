# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of checks as one HTML page that needs nothing else. Private to file_simulator.nas. Pure.

No script, no request, no font or picture from elsewhere: the page's own policy forbids browsers all of it, so that
even a mistake in here could not make a server's file name run. What failed comes first, on paper too.
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import quote

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, PASSED, SKIPPED, Run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, duration
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.checks import (
    checks_section,
    figures_section,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.failures import failures_section
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.latency import latency_section
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.matrix import matrix_section
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.parts import icon, section
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.style import STYLE
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.topology import topology_section
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.markup import Element, as_html, element

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_COLOURS = {PASSED: "#1a7f43", FAILED: "#b3261e", SKIPPED: "#5a6472"}
_SECTIONS: t.Sequence[t.Callable[[Run], Element | None]] = (
    failures_section,
    topology_section,
    matrix_section,
    latency_section,
    checks_section,
    figures_section,
)


def html(run: Run) -> str:
    """Return the page."""
    counts = run.counts
    outcome = FAILED if counts[FAILED] else PASSED if counts[PASSED] else SKIPPED
    verdict = _verdict(counts)
    sections = [made for make in _SECTIONS for made in [make(run)] if made is not None]
    sections.append(_versions(run))
    head = element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("title", {}, f"{verdict} · {run.instance}"),
        element("link", {"rel": "icon", "href": _tab_icon(outcome)}),
        element("style", {}, STYLE),
    )
    body = element(
        "body", {}, _banner(run, outcome, verdict, counts), _navigation(sections), element("main", {}, *sections)
    )
    return as_html(element("html", {"lang": "en"}, head, body))


def _verdict(counts: t.Mapping[str, int]) -> str:
    total = sum(counts.values())
    if counts[FAILED]:
        return f"{counts[FAILED]} of {counted(total, 'result')} failed"
    if not counts[PASSED]:
        return "Nothing was checked"
    if counts[SKIPPED]:
        return f"{counts[PASSED]} passed, {counts[SKIPPED]} skipped, none failed"
    return "The one check passed" if total == 1 else f"All {total} passed"


def _banner(run: Run, outcome: str, verdict: str, counts: t.Mapping[str, int]) -> Element:
    facts = {
        "Servers": str(len(run.servers)),
        "Engine": run.engine,
        "Instance": run.instance,
        "Data root": run.data_root,
        "Started": re.sub(r"(Z|\+00:00)$", " UTC", run.started.replace("T", " ", 1)),
        "Took": duration(run.seconds),
    }
    return element(
        "header",
        {"class": f"banner {outcome}"},
        element("h1", {}, icon(outcome), element("span", {}, verdict)),
        _proportions(counts),
        element("dl", {"class": "facts"}, *_pairs(facts)),
    )


def _proportions(counts: t.Mapping[str, int]) -> Element:
    """Return a bar that shows how many passed, failed and were skipped."""
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "nothing was checked"
    parts = (
        element("span", {"class": word, "style": f"flex-grow: {counts[word]}"})
        for word in (FAILED, PASSED, SKIPPED)
        if counts[word]
    )
    return element("div", {"class": "proportions", "role": "img", "aria-label": told, "title": told}, *parts)


def _pairs(facts: t.Mapping[str, str]) -> t.Iterator[Element]:
    for name, value in facts.items():
        yield element("div", {}, element("dt", {}, name), element("dd", {}, value))


def _navigation(sections: t.Sequence[Element]) -> Element:
    links = (element("a", {"href": f"#{each.get('id')}"}, str(each[0].text)) for each in sections)
    return element("nav", {"aria-label": "Sections"}, *links)


def _versions(run: Run) -> Element:
    if not run.versions:
        return section("versions", "Versions", element("p", {"class": "quiet"}, "None were recorded."))
    known = {str(name): str(version) for name, version in sorted(run.versions.items())}
    return section("versions", "Versions", element("dl", {"class": "facts"}, *_pairs(known)))


def _tab_icon(outcome: str) -> str:
    """Return a picture for the browser's tab, so that among several reports the failed one is found."""
    mark = {PASSED: "M4 8.5l3 3 5-7", FAILED: "M5 5l6 6m0-6l-6 6", SKIPPED: "M4 8h8"}[outcome]
    drawing = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
        f"<circle cx='8' cy='8' r='8' fill='{_COLOURS[outcome]}'/>"
        f"<path d='{mark}' fill='none' stroke='#fff' stroke-width='2'/></svg>"
    )
    return "data:image/svg+xml," + quote(drawing)
