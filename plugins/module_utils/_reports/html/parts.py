# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small parts that the sections of the HTML report share. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, PASSED, SKIPPED
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.markup import Child, Element, element

# Drawn in a square of 16: an outcome is told by its shape and its word, never by colour alone.
_SHAPES = {
    PASSED: "M3.5 8.5l3 3 6-7",
    FAILED: "M4.5 4.5l7 7m0-7l-7 7",
    SKIPPED: "M4 8h8",
}


def shape(outcome: str) -> Element:
    """Return the sign of an outcome, as a part of a picture of 16 by 16."""
    return element(
        "g",
        {"class": f"sign {outcome}"},
        element("circle", {"cx": 8, "cy": 8, "r": 8}),
        element("path", {"d": _SHAPES[outcome]}),
    )


def icon(outcome: str) -> Element:
    """Return the sign of an outcome for beside a text that says it too."""
    return element("svg", {"class": "icon", "viewBox": "0 0 16 16", "aria-hidden": "true"}, shape(outcome))


def badge(outcome: str, text: str = "") -> Element:
    """Return an outcome's sign and word."""
    return element("span", {"class": f"badge {outcome}"}, icon(outcome), text or outcome)


def chips(words: t.Iterable[str]) -> Element | None:
    """Return short words such as requirement ids; None when there are none."""
    made = [element("li", {}, word) for word in words]
    return element("ul", {"class": "chips"}, *made) if made else None


def section(name: str, heading: str, *children: Child) -> Element:
    """Return a section of the page that can be linked to."""
    return element(
        "section",
        {"id": name, "aria-labelledby": f"{name}-heading"},
        element("h2", {"id": f"{name}-heading"}, heading),
        *children,
    )


def scrolling(label: str, child: Element) -> Element:
    """Return something wide in a box that scrolls, by the keyboard too."""
    return element("div", {"class": "scroll", "tabindex": 0, "role": "region", "aria-label": label}, child)


def hidden(text: str) -> Element:
    """Return text for those who do not see the page."""
    return element("span", {"class": "unseen"}, text)
