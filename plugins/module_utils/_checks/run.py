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
    CheckContext,
    Target,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import (
    PREFIX,
    remove_leftovers,
    restore_marker,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.limits import Limits
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import Check
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Run
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.runner import Runner
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Engine
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.rs_client import RsClient
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import status_result

# Within this a sync agent has carried across whatever it had begun to carry.
_REMOVAL_SECONDS = 10.0


@dataclass(frozen=True)
class RunOptions:
    """What one run is asked for. ``versions`` are those that only the caller knows."""

    checks: t.Sequence[Check]
    disruptive: bool
    writing: bool
    limits: Limits
    versions: t.Mapping[str, str]


def check_servers(
    engine: Engine, topology: Topology, servers: t.Sequence[Server], options: RunOptions
) -> tuple[Run, list[str]]:
    """Check the enabled ones of ``servers``; return the run, and which of its files could not be removed."""
    started, begun = datetime.datetime.now(datetime.timezone.utc), time.monotonic()
    inspector = engine.inspector()
    servers = [server for server in servers if server.enabled]
    targets = [Target(status) for status in engine.statuses(servers)]
    context = CheckContext(targets, inspector, RsClient, options.limits, uuid.uuid4().hex[:8])
    runner = Runner(context, inspector.engine)
    left: list[str] = []
    writing = options.writing and any(check.writes for check in options.checks)
    with _cleaned_up(context, left) if writing else contextlib.nullcontext():
        results = runner.run(options.checks, disruptive=options.disruptive, writing=options.writing)
    python = ".".join(map(str, sys.version_info[:3]))
    run = Run(
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - begun, 3),
        engine=inspector.engine,
        instance=topology.instance,
        data_root=str(topology.data_root),
        versions={**options.versions, "python": python, **inspector.versions()},
        servers=[status_result(target.status) for target in targets],
        results=results,
    )
    return run, left


@contextlib.contextmanager
def _cleaned_up(context: CheckContext, left: list[str]) -> t.Iterator[None]:
    """Begin without what an earlier run was kept from clearing away, and end without anything of this one.

    Being told to end counts as an end: checks that have begun bring back what they took away.
    """
    for target in context.targets:
        restore_marker(target)
    remove_leftovers(context, PREFIX)

    def removed() -> bool:
        left[:] = remove_leftovers(context, PREFIX)
        return not left

    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        for target in context.targets:
            restore_marker(target)
        context.until(removed, _REMOVAL_SECONDS)
        signal.signal(signal.SIGTERM, before)


def _end(_number: int, _frame: t.Any) -> t.NoReturn:
    raise SystemExit(143)
