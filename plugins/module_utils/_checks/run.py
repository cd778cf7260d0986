# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of checks, in the form that reports read. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import contextlib
import datetime
import signal
import sys
import time
import typing as t
import uuid
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import (
    Bench,
    Subject,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import PREFIX, restore_marker, sweep
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.limits import Limits
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import Check
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Run
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.runner import Runner
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Engine
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Server, Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import RsClient

# Within this a sync agent has carried across whatever it had begun to carry.
_SWEEP_SECONDS = 10.0


@dataclass(frozen=True)
class Order:
    """What one run is asked for. ``versions`` are those that only the caller knows."""

    checks: t.Sequence[Check]
    disruptive: bool
    writing: bool
    limits: Limits
    versions: t.Mapping[str, str]


def check_servers(
    engine: Engine, topology: Topology, servers: t.Sequence[Server], order: Order
) -> tuple[Run, list[str]]:
    """Check the enabled ones of ``servers``; return the run, and which of its files could not be removed."""
    started, begun = datetime.datetime.now(datetime.timezone.utc), time.monotonic()
    inspector = engine.inspector()
    servers = [server for server in servers if server.enabled]
    reports = engine.report(servers)
    subjects = [
        Subject(server, report["host"], report["local_directory"], report) for server, report in zip(servers, reports)
    ]
    bench = Bench(subjects, inspector, RsClient, order.limits, uuid.uuid4().hex[:8])
    runner = Runner(bench, inspector.engine)
    left: list[str] = []
    writing = order.writing and any(check.writes for check in order.checks)
    with _tidy(bench, left) if writing else contextlib.nullcontext():
        results = runner.run(order.checks, disruptive=order.disruptive, writing=order.writing)
    python = ".".join(map(str, sys.version_info[:3]))
    run = Run(
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - begun, 3),
        engine=inspector.engine,
        instance=topology.instance,
        data_root=str(topology.data_root),
        versions={**order.versions, "python": python, **inspector.versions()},
        servers=reports,
        results=results,
    )
    return run, left


@contextlib.contextmanager
def _tidy(bench: Bench, left: list[str]) -> t.Iterator[None]:
    """Begin without what an earlier run was kept from clearing away, and end without anything of this one.

    Being told to end counts as an end: checks that have begun bring back what they took away.
    """
    for subject in bench.subjects:
        restore_marker(subject)
    sweep(bench, PREFIX)
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        for subject in bench.subjects:
            restore_marker(subject)

        def swept() -> bool:
            left[:] = sweep(bench, PREFIX)
            return not left

        bench.until(swept, _SWEEP_SECONDS)
        signal.signal(signal.SIGTERM, before)


def _end(_number: int, _frame: t.Any) -> t.NoReturn:
    raise SystemExit(143)
