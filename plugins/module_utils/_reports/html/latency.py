# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The times that checks measured, plotted against their limits and aims. Private to file_simulator.nas. Pure.

Each row is a picture whose horizontal positions are shares of its width, and whose text and points keep their
size: so one drawing fits every window and paper.
"""

from __future__ import annotations

import math
import statistics
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, duration
from ansible_collections.file_simulator.nas.plugins.module_utils._reports import digest
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.parts import section
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.markup import Element, element

_ROW_HEIGHT = 44
# Where points lie, one below the other, so that those of like value do not hide each other.
_LEVELS = (22, 15, 29, 11, 33)
# Shares of the width that stay free at both ends, for points and labels.
_MARGIN = 2.5


def latency_section(run: Run) -> Element | None:
    """Return the section, None when no check measured a time."""
    found = [each for each in digest.series(run.results) if each.unit == "s"]
    if not found:
        return None
    axis = _Axis([value for each in found for value in _values(each)])
    rows: list[Element] = []
    for each in found:
        rows += [_label(each), _plot(each, axis)]
    return section(
        "latency",
        "Latency",
        element(
            "p",
            {"class": "legend"},
            *_key("met", _circle("50%", 8), "a server"),
            *_key("over-aim", _triangle("50%", 8), "over its aim"),
            *_key("over-limit", _cross("50%", 8), "over its limit"),
            *_key("", _line("aim", "50%", 0, 16), "aim"),
            *_key("", _line("limit", "50%", 0, 16), "limit"),
            element("span", {}, "Each step to the right is ten times as long."),
        ),
        element("div", {"class": "plot"}, *rows, element("div", {}), axis.scale()),
    )


class _Axis:
    """A logarithmic axis of whole decades, which all rows share."""

    def __init__(self, values: t.Sequence[float]) -> None:
        logs = [math.log10(value) for value in values if value > 0] or [0.0]
        self._low = max(-9, math.floor(min(logs) - 0.05))
        self._high = max(self._low + 1, math.ceil(max(logs) + 0.05))

    @property
    def ticks(self) -> list[float]:
        """The decades, in seconds."""
        return [10.0**power for power in range(self._low, self._high + 1)]

    def position(self, value: float) -> str:
        """Return where a time in seconds lies, as a share of the width. What is too small lies at the left end."""
        log = math.log10(value) if value > 0 else self._low
        share = min(1.0, max(0.0, (log - self._low) / (self._high - self._low)))
        return f"{_MARGIN + share * (100 - 2 * _MARGIN):.2f}%"

    def scale(self) -> Element:
        """Return the row with the axis' labels; half of them where there are too many."""
        step = 1 + len(self.ticks) // 8
        labels = (
            element("text", {"x": self.position(tick), "y": 14, "text-anchor": "middle"}, _tick(tick))
            for tick in self.ticks[::step]
        )
        return element("svg", {"class": "scale", "width": "100%", "height": 20, "aria-hidden": "true"}, *labels)


def _tick(value: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if value >= factor * 0.999:
            return f"{value / factor:,.0f} {unit}"
    return f"{value:g} s"


def _values(series: digest.Series) -> t.Iterator[float]:
    yield from (point.measure.value for point in series.points)
    yield from series.limits
    yield from series.aims


def _label(series: digest.Series) -> Element:
    middle = statistics.median(point.measure.value for point in series.points)
    count = len(series.points)
    told = f"{counted(count, 'server')}, median {duration(middle)}, max {duration(series.worst.measure.value)}"
    return element(
        "p", {"class": "label"}, element("strong", {}, series.label), element("span", {"class": "quiet"}, told)
    )


def _plot(series: digest.Series, axis: _Axis) -> Element:
    marks = [_line("grid", axis.position(tick), 0, _ROW_HEIGHT) for tick in axis.ticks]
    for word, bounds in (("aim", series.aims), ("limit", series.limits)):
        for bound in bounds:
            marks.append(_line(word, axis.position(bound), 0, _ROW_HEIGHT, f"{word} {duration(bound)}"))
    for index, point in enumerate(sorted(series.points, key=lambda point: point.measure.value)):
        marks.append(_mark(point, axis.position(point.measure.value), _LEVELS[index % len(_LEVELS)]))
    top = series.worst
    told = f"{series.label}: {counted(len(series.points), 'server')}, at most {duration(top.measure.value)}"
    if series.limits:
        told += f", limit {duration(series.limits[0])}"
    attributes = {"width": "100%", "height": _ROW_HEIGHT, "role": "img", "aria-label": told}
    return element("svg", attributes, element("title", {}, told), *marks)


def _mark(point: digest.Point, x: str, y: int) -> Element:
    server, value = point.server or digest.ALL_SERVERS, duration(point.measure.value)
    if point.over_limit:
        return element(
            "g", {"class": "over-limit"}, element("title", {}, f"{server}: {value}, over the limit"), _cross(x, y)
        )
    if point.over_aim:
        return element(
            "g", {"class": "over-aim"}, element("title", {}, f"{server}: {value}, over the aim"), _triangle(x, y)
        )
    return element("g", {"class": "met"}, element("title", {}, f"{server}: {value}"), _circle(x, y))


def _key(name: str, drawing: Element, text: str) -> tuple[Element, Element]:
    svg = element("svg", {"width": 16, "height": 16, "aria-hidden": "true"}, element("g", {"class": name}, drawing))
    return svg, element("span", {}, text)


def _line(name: str, x: str, top: int, bottom: int, title: str = "") -> Element:
    attributes = {"class": name, "x1": x, "x2": x, "y1": top, "y2": bottom}
    return element("line", attributes, element("title", {}, title) if title else None)


def _circle(x: str, y: int) -> Element:
    return element("circle", {"cx": x, "cy": y, "r": 4.5})


def _triangle(x: str, y: int) -> Element:
    return _placed(x, y, element("path", {"d": "M0-6L6 5H-6Z"}))


def _cross(x: str, y: int) -> Element:
    return _placed(x, y, element("path", {"d": "M-5-5L5 5M5-5L-5 5"}))


def _placed(x: str, y: int, drawing: Element) -> Element:
    """Return a drawing around a point whose x is a share of the width, which no path can be."""
    return element("svg", {"x": x, "y": y, "overflow": "visible"}, drawing)
