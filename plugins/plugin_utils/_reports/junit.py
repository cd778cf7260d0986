# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of checks as JUnit XML. Private to file_simulator.nas. Pure.

A suite is a check and a case is that check on one server, with the class name
``file_simulator.<engine>.<check>``. That is what the readers of the format show best: Jenkins and GitLab leave suites
aside, group by class name, and follow a case through builds by class name and name, which stay the same when servers
come and go; reporters for GitHub make a heading of each suite, and a check's seven servers under one heading show at
a glance whether one server is ill or all of them.

Elements and attributes are those of Jenkins' schema (junit-10.xsd of its xUnit plugin), and no others.
"""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, SKIPPED, Result, Run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import figure, visible
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports import digest
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.causes import Cause


def junit(run: Run) -> str:
    """Return the document."""
    checks = digest.checks(run)
    counts = {
        "tests": len(run.results),
        "failures": len(digest.failures(run)),
        "errors": 0,
        "time": _seconds(run.seconds),
    }
    name = f"NAS servers of {run.instance}"
    root = _element("testsuites", {"name": name, **counts}, *(_suite(run, check) for check in checks))
    ElementTree.indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ElementTree.tostring(root, encoding='unicode')}\n"


def _suite(run: Run, check: digest.Check) -> ElementTree.Element:
    attributes = {
        "name": check.name,
        "tests": len(check.results),
        "failures": check.count(FAILED),
        "errors": 0,
        "skipped": check.count(SKIPPED),
        # Servers are checked at the same time: the sum over the cases is more.
        "time": _seconds(check.seconds),
        "timestamp": _local_time(run.started),
    }
    known = {"engine": run.engine, "instance": run.instance, "data_root": run.data_root, **run.versions}
    properties = (_element("property", {"name": name, "value": value}) for name, value in known.items())
    names: dict[str, int] = {}
    cases = []
    for result in check.results:
        name = result.server or digest.ALL_SERVERS
        names[name] = names.get(name, 0) + 1
        # Readers know a case by its names: two alike would be taken for one.
        cases.append(_case(run, result, name if names[name] == 1 else f"{name} ({names[name]})"))
    return _element("testsuite", attributes, _element("properties", {}, *properties), *cases)


def _case(run: Run, result: Result, name: str) -> ElementTree.Element:
    attributes = {
        "name": name,
        "classname": f"file_simulator.{run.engine}.{result.check}",
        "time": _seconds(result.seconds),
    }
    outcome = None
    if result.outcome == FAILED:
        outcome = _element(
            "failure", {"message": result.detail, "type": result.check}, "\n".join(_failure_text(result))
        )
    elif result.outcome == SKIPPED:
        outcome = _element("skipped", {"message": result.detail})
    said = "\n".join(_said(result))
    return _element("testcase", attributes, outcome, _element("system-out", {}, said) if said else None)


def _failure_text(result: Result) -> t.Iterator[str]:
    yield from (f"{word}: {text}" for word, text in Cause((result,)).lines)
    yield from result.evidence


def _said(result: Result) -> t.Iterator[str]:
    """What is worth knowing of a case whatever its outcome."""
    if result.requirements:
        yield f"requirements: {', '.join(result.requirements)}"
    if result.outcome not in (FAILED, SKIPPED) and result.detail:
        yield result.detail
    for each in digest.series([result]):
        point = each.worst.measure
        bounds = [
            f"{word} {figure(value, each.unit)}"
            for word, value in (("limit", point.limit), ("target", point.target))
            if value is not None
        ]
        yield f"{each.name}: {figure(point.value, each.unit)}" + (f" ({', '.join(bounds)})" if bounds else "")


def _element(
    tag: str, attributes: t.Mapping[str, object], *children: ElementTree.Element | str | None
) -> ElementTree.Element:
    """Return an element with text or other elements in it; None is left out. Nothing in its text is hidden."""
    made = ElementTree.Element(tag, {name: visible(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            made.text = visible(child, lines=True)
        elif child is not None:
            made.append(child)
    return made


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def _local_time(started: str) -> str:
    """Return the time as the schema wants it, without fractions and zone; it is UTC."""
    return started[:19]
