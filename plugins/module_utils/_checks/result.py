# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check of the NAS servers found: the one form that checks make and reports read.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

PASSED = "passed"
FAILED = "failed"
SKIPPED = "skipped"

# Raised when the form changes in a way that a program which reads the JSON has to know.
SCHEMA = 1


@dataclass(frozen=True)
class Measure:
    """A figure that a check took, such as how long a file was on its way.

    ``limit`` is what must hold (more is a failure), ``target`` what is hoped for (more is no failure).
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    target: float | None = None


@dataclass(frozen=True)
class Result:
    """What one check found on one server, or on all of them together where ``server`` is None.

    ``detail`` is one line that names the cause; ``expected`` and ``seen`` are what it was drawn from;
    ``evidence`` is lines for people, such as a server's log; ``remedy`` is what to do about a failure. ``requirements`` are ids of docs/requirements.md.
    """

    check: str
    server: str | None
    outcome: str
    seconds: float
    detail: str
    requirements: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    expected: str = ""
    seen: str = ""
    evidence: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    remedy: str = ""

    def as_dict(self) -> dict[str, t.Any]:
        """Return the result as it is in the module's answer and in the JSON report."""
        plain = asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}


@dataclass(frozen=True)
class Run:
    """One run of checks.

    ``started`` is UTC in ISO 8601, ``servers`` are of ``_server.status.status_result``, ``versions`` are of
    the programs that took part (ansible-core, the engine, the NFS server, the client).
    """

    started: str
    seconds: float
    engine: str
    instance: str
    data_root: str
    versions: t.Mapping[str, str]
    servers: t.Sequence[t.Mapping[str, t.Any]]
    results: t.Sequence[Result]

    @property
    def counts(self) -> dict[str, int]:
        """How many results there are of each outcome."""
        return {word: sum(result.outcome == word for result in self.results) for word in (PASSED, FAILED, SKIPPED)}

    def as_dict(self) -> dict[str, t.Any]:
        """Return the run as the JSON report has it."""
        return {
            "schema": SCHEMA,
            "started": self.started,
            "seconds": self.seconds,
            "engine": self.engine,
            "instance": self.instance,
            "data_root": self.data_root,
            "versions": dict(self.versions),
            "counts": self.counts,
            "servers": [dict(server) for server in self.servers],
            "results": [result.as_dict() for result in self.results],
        }


def read_run(document: t.Mapping[str, t.Any]) -> Run:
    """Return the run that ``Run.as_dict`` wrote down.

    :raises KeyError, TypeError: when it is not one.
    """
    if document["schema"] != SCHEMA:
        raise KeyError("schema")
    return Run(
        started=document["started"],
        seconds=document["seconds"],
        engine=document["engine"],
        instance=document["instance"],
        data_root=document["data_root"],
        versions=document["versions"],
        servers=document["servers"],
        results=[_read_result(result) for result in document["results"]],
    )


def _read_result(plain: t.Mapping[str, t.Any]) -> Result:
    given = dict(plain)
    given["measures"] = tuple(Measure(**measure) for measure in given["measures"])
    for key in ("requirements", "tags", "evidence"):
        given[key] = tuple(given[key])
    return Result(**given)
