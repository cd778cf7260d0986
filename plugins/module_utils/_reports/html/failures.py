# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What failed, with its evidence: the first section of the HTML report. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import (
    FAILED,
    PASSED,
    SKIPPED,
    Result,
    Run,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, duration
from ansible_collections.file_simulator.nas.plugins.module_utils._reports import digest
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.parts import chips, icon, section
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.markup import Element, element

# Of one check, so many failures are spread out; of the others one sees the detail, and the evidence at a click.
_SPREAD_OUT = 3


def failures_section(run: Run) -> Element | None:
    """Return the section, None when nothing failed."""
    found = [check for check in digest.checks(run) if check.count(FAILED)]
    if not found:
        return None
    return section("failed", "What failed", *(_card(check) for check in found))


def anchor(check: str) -> str:
    """Return the name by which the page links to a failed check: another for each, and nothing in it needs quoting."""
    return "failed-" + "".join(
        letter if letter == "_" or (letter.isascii() and letter.isalnum()) else f"-{ord(letter):x}-" for letter in check
    )


def _card(check: digest.Check) -> Element:
    failed = [result for result in check.results if result.outcome == FAILED]
    others = [f"{check.count(outcome)} {outcome}" for outcome in (PASSED, SKIPPED) if check.count(outcome)]
    requirements = list(dict.fromkeys(name for result in failed for name in result.requirements))
    heading = element("h3", {}, icon(FAILED), element("span", {}, check.name))
    tally = f"failed on {counted(len(failed), 'server')}" + (f", {', '.join(others)}" if others else "")
    if all(result.server is None for result in failed):
        tally = "failed" + (f", {', '.join(others)}" if others else "")
    return element(
        "article",
        {"class": "card failed", "id": anchor(check.name)},
        element("header", {}, heading, element("p", {"class": "quiet"}, tally), chips(requirements)),
        *(_failure(result) for result in failed[:_SPREAD_OUT]),
        *(_folded(result) for result in failed[_SPREAD_OUT:]),
    )


def _failure(result: Result) -> Element:
    return element(
        "div",
        {"class": "failure"},
        element("h4", {}, _server(result), element("span", {"class": "quiet"}, f" after {duration(result.seconds)}")),
        element("p", {"class": "detail"}, result.detail),
        *_proof(result),
    )


def _folded(result: Result) -> Element:
    proof = list(_proof(result))
    line = (element("strong", {}, _server(result)), ": ", result.detail)
    if not proof:
        return element("p", {"class": "failure"}, *line)
    return element("details", {"class": "failure"}, element("summary", {}, *line), *proof)


def _server(result: Result) -> str:
    return result.server or digest.ALL_SERVERS


def _proof(result: Result) -> t.Iterator[Element]:
    pairs = [(word, text) for word, text in (("Expected", result.expected), ("Seen", result.seen)) if text]
    if pairs:
        rows = (element("div", {}, element("dt", {}, word), element("dd", {}, text)) for word, text in pairs)
        yield element("dl", {"class": "proof"}, *rows)
    if result.evidence:
        label = f"Evidence for {result.check} on {_server(result)}"
        text = "\n".join(result.evidence)
        yield element("pre", {"tabindex": 0, "role": "region", "aria-label": label}, text)
