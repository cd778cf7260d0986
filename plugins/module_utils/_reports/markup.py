# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Elements of XML and HTML documents. Private to file_simulator.nas. Pure.

Built with ElementTree, so that text is escaped because it is text: there is no place where one could forget it.
"""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible

Element = ElementTree.Element
Child = t.Union[Element, str, None]


def element(tag: str, attributes: t.Mapping[str, object] | None = None, *children: Child) -> Element:
    """Return an element. Children are elements or text, None is left out, and so is an attribute of None.

    An attribute of True stands alone, as in ``<details open>``.
    """
    made = Element(
        tag,
        {
            name: "" if value is True else visible(value)
            for name, value in (attributes or {}).items()
            if value is not None and value is not False
        },
    )
    last: Element | None = None
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            text = visible(child, lines=True)
            if last is None:
                made.text = (made.text or "") + text
            else:
                last.tail = (last.tail or "") + text
        else:
            # An element that stands in two places would have one tail for both.
            made.append(child)
            last = child
    return made


def as_html(root: Element) -> str:
    """Return a whole HTML page."""
    return "<!DOCTYPE html>\n" + ElementTree.tostring(root, encoding="unicode", method="html") + "\n"


def as_xml(root: Element) -> bytes:
    """Return a whole XML document in UTF-8, indented."""
    _indent(root, "\n")
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _indent(parent: Element, margin: str) -> None:
    """Give children lines of their own; ElementTree does it from Python 3.9 on."""
    children = list(parent)
    if not children:
        return
    parent.text = margin + "  "
    for child in children:
        _indent(child, margin + "  ")
        child.tail = margin + "  "
    children[-1].tail = margin
