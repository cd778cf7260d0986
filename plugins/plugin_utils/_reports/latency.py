# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The times that checks measured, plotted against their limits and targets. Private to file_simulator.nas. Pure.

Each row is a picture whose horizontal positions are shares of its width, and whose text and points keep their
size: so one drawing fits every window and paper.
"""

from __future__ import annotations

import math
import statistics
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, duration
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports import digest

# Where points lie, one below the other, so that those of like value do not hide each other.
_LEVELS = (22, 15, 29, 11, 33)
# Shares of the width that stay free at both ends, for points and labels.
_MARGIN = 2.5


class Mark(t.NamedTuple):
    """Something on a row: a point, a target or a limit. ``x`` is a share of the width, ``kind`` the class of its style."""

    kind: str
    x: str
    y: int
    told: str


class Row(t.NamedTuple):
    """One figure of one check. ``told`` is for those who see its label, ``heard`` for those who do not see the page."""

    label: str
    told: str
    heard: str
    bounds: list[Mark]
    points: list[Mark]


class Tick(t.NamedTuple):
    """A decade of the axis."""

    x: str
    label: str


@dataclass(frozen=True)
class Plot:
    """All rows, over one axis. ``ticks`` are its decades; ``labelled`` are those with room for a label."""

    rows: list[Row]
    ticks: list[Tick]
    labelled: list[Tick]


def latency(times: t.Sequence[digest.Series]) -> Plot | None:
    """Return the plot, None when there are no times."""
    if not times:
        return None
    axis = _Axis([value for each in times for value in _values(each)])
    ticks = [Tick(axis.position(tick), _tick(tick)) for tick in axis.ticks]
    # Half of the labels where there are too many.
    return Plot([_row(each, axis) for each in times], ticks, ticks[:: 1 + len(ticks) // 8])


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


def _tick(value: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if value >= factor * 0.999:
            return f"{value / factor:,.0f} {unit}"
    return f"{value:g} s"


def _values(series: digest.Series) -> t.Iterator[float]:
    yield from (point.measure.value for point in series.points)
    yield from series.limits
    yield from series.targets


def _row(series: digest.Series, axis: _Axis) -> Row:
    values = [point.measure.value for point in series.points]
    servers, most = counted(len(values), "server"), duration(max(values))
    bounds = [
        Mark(word, axis.position(bound), 0, f"{word} {duration(bound)}")
        for word, found in (("target", series.targets), ("limit", series.limits))
        for bound in found
    ]
    return Row(
        series.label,
        f"{servers}, median {duration(statistics.median(values))}, max {most}",
        f"{series.label}: {servers}, at most {most}"
        + (f", limit {duration(series.limits[0])}" if series.limits else ""),
        bounds,
        [
            _point(point, axis, _LEVELS[index % len(_LEVELS)])
            for index, point in enumerate(sorted(series.points, key=lambda point: point.measure.value))
        ],
    )


def _point(point: digest.Point, axis: _Axis, y: int) -> Mark:
    kind, more = "met", ""
    if point.over_limit:
        kind, more = "over-limit", ", over the limit"
    elif point.over_target:
        kind, more = "over-target", ", over the target"
    value = point.measure.value
    told = f"{point.server or digest.ALL_SERVERS}: {duration(value)}{more}"
    return Mark(kind, axis.position(value), y, told)
