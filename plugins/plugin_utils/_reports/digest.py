# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of checks, put together in the ways that reports show it. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import (
    FAILED,
    PASSED,
    SKIPPED,
    Measure,
    Result,
    Run,
    read_run,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# The worst first: what several results amount to is the first of these among them.
_GRAVITY = (FAILED, PASSED, SKIPPED)
ALL_SERVERS = "all servers"
_TIMES = {"s": 1.0, "ms": 0.001}
# Names of figures that say no more than their unit does.
_PLAIN = ("latency", "seconds", "time")
# Tags that choose checks for a run; what a check is about, the others tell.
_CHOOSING = ("ready", "quick", "disruptive")


@dataclass(frozen=True)
class Check:
    """What one check found, on all servers that it looked at, in the run's order."""

    name: str
    results: tuple[Result, ...]

    @property
    def outcome(self) -> str:
        """The worst of its outcomes; passed where some passed and the rest was skipped."""
        return worst(self.results)

    @property
    def seconds(self) -> float:
        """What the slowest server took: all are checked at the same time."""
        return max(result.seconds for result in self.results)

    def count(self, outcome: str) -> int:
        """Return how many of its results have an outcome."""
        return sum(result.outcome == outcome for result in self.results)


@dataclass(frozen=True)
class Point:
    """One server's figure."""

    server: str | None
    measure: Measure

    @property
    def over_limit(self) -> bool:
        """Whether what must hold does not."""
        return self.measure.limit is not None and self.measure.value > self.measure.limit

    @property
    def over_target(self) -> bool:
        """Whether what is hoped for does not hold."""
        return self.measure.target is not None and self.measure.value > self.measure.target


@dataclass(frozen=True)
class Series:
    """One figure of one check on all servers that have it; times are in seconds."""

    check: str
    name: str
    unit: str
    points: tuple[Point, ...]

    @property
    def label(self) -> str:
        """The check's name, with the figure's where that says more."""
        return self.check if self.name in self.check or self.name in _PLAIN else f"{self.check}: {self.name}"

    @property
    def worst(self) -> Point:
        """The point with the highest value."""
        return max(self.points, key=lambda point: point.measure.value)

    @property
    def limits(self) -> list[float]:
        """The limits that its points have, the lowest first."""
        return sorted({point.measure.limit for point in self.points if point.measure.limit is not None})

    @property
    def targets(self) -> list[float]:
        """The targets that its points have, the lowest first."""
        return sorted({point.measure.target for point in self.points if point.measure.target is not None})


def read_given_run(document: t.Mapping[str, t.Any]) -> Run:
    """Return the run that nas_validate returned; raise SimulatorError when it is not one."""
    try:
        run = read_run(document)
        odd = next((result for result in run.results if result.outcome not in _GRAVITY), None)
        figures = [run.seconds, *(result.seconds for result in run.results), *_figures(run)]
        finite = all(math.isfinite(float(value)) for value in figures)
        names = [server["name"] for server in run.servers]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SimulatorError(
            f"run: is not what nas_validate returns as 'run' ({type(error).__name__}: {error}); hand that over unchanged"
        ) from None
    if odd is not None:
        raise SimulatorError(
            f"run: check {odd.check}: outcome '{odd.outcome}' is unknown; there are {', '.join(sorted(_GRAVITY))}"
        )
    if not finite or not all(isinstance(name, str) for name in names):
        raise SimulatorError(
            "run: has a figure that is no finite number, or a server whose name is no text; hand over what nas_validate returns as 'run'"
        )
    return run


def _figures(run: Run) -> t.Iterator[float]:
    for result in run.results:
        for measure in result.measures:
            yield measure.value
            yield from (value for value in (measure.limit, measure.target) if value is not None)


def worst(results: t.Iterable[Result]) -> str:
    """Return what results amount to: failed when one did, passed when one did and none failed, else skipped."""
    found = {result.outcome for result in results}
    return next((outcome for outcome in _GRAVITY if outcome in found), SKIPPED)


def failures(run: Run) -> list[Result]:
    """Return what failed, in the run's order."""
    return [result for result in run.results if result.outcome == FAILED]


def requirements(results: t.Iterable[Result]) -> list[str]:
    """Return the requirements that results are about, each once."""
    return list(dict.fromkeys(name for result in results for name in result.requirements))


def checks(run: Run) -> list[Check]:
    """Return the checks, in the run's order."""
    return [Check(name, tuple(found)) for name, found in _grouped(run.results, lambda result: result.check).items()]


def groups(run: Run) -> dict[str, list[Check]]:
    """Return the checks by what they are about, which is the first tag that tells it."""

    def topic(check: Check) -> str:
        return next((tag for tag in check.results[0].tags if tag not in _CHOOSING), "other")

    return _grouped(checks(run), topic)


def columns(run: Run) -> list[str | None]:
    """Return the servers that were reported or checked, and None where something was checked on all together."""
    named = [str(server["name"]) for server in run.servers]
    named += [result.server for result in run.results if result.server is not None]
    together: list[str | None] = [None] if any(result.server is None for result in run.results) else []
    return [*dict.fromkeys(named), *together]


def matrix(run: Run) -> dict[str, dict[str | None, list[Result]]]:
    """Return, for each requirement in the order of its id and each server, what was checked for it."""
    cells: dict[str, dict[str | None, list[Result]]] = {}
    for result in run.results:
        for requirement in result.requirements:
            cells.setdefault(requirement, {}).setdefault(result.server, []).append(result)
    return dict(sorted(cells.items()))


def series(results: t.Iterable[Result]) -> list[Series]:
    """Return the figures that were taken, times among them in seconds."""
    found: dict[tuple[str, str, str], list[Point]] = {}
    for result in results:
        for measure in result.measures:
            unit = "s" if measure.unit in _TIMES else measure.unit
            point = Point(result.server, _in_seconds(measure))
            found.setdefault((result.check, measure.name, unit), []).append(point)
    return [Series(*key, tuple(points)) for key, points in found.items()]


def _in_seconds(measure: Measure) -> Measure:
    factor = _TIMES.get(measure.unit)
    if factor is None:
        return measure
    limit, target = (None if value is None else value * factor for value in (measure.limit, measure.target))
    return Measure(measure.name, measure.value * factor, "s", limit, target)


_Item = t.TypeVar("_Item")


def _grouped(items: t.Iterable[_Item], key: t.Callable[[_Item], str]) -> dict[str, list[_Item]]:
    found: dict[str, list[_Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found
