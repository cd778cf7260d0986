# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What checks work with: the servers, ways to them, and limits. Private to file_simulator.nas."""

from __future__ import annotations

import contextlib
import posixpath
import time
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import (
    Failed,
    Finding,
    concluded,
    parted,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.limits import Limits
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import Inspector
from ansible_collections.file_simulator.nas.plugins.module_utils._model.export_options import ExportOptions
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import Export
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import (
    Address,
    Connect,
    NasClient,
    NasError,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._server.log_lines import telling
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_warnings import halted

_LOG_LINES = 50
# Seconds: what a check measures is not to depend on when it looked.
_LONGEST_PAUSE = 0.25


@dataclass(frozen=True)
class Target:
    """One server that is checked, with its status as the run began, by one of its exports: ``number`` counts from 0."""

    status: ServerStatus
    number: int = 0

    @property
    def server(self) -> Server:
        """What the topology wants of it."""
        return self.status.server

    @property
    def name(self) -> str:
        """The server's name."""
        return self.status.name

    @property
    def host(self) -> str:
        """Where this machine reaches it."""
        return self.status.host

    @property
    def local_directory(self) -> str:
        """Its Windows directory as this machine sees it."""
        return self.status.local_directory

    @property
    def export(self) -> Export:
        """The export by which it is checked."""
        return self.server.exports[self.number]

    @property
    def options(self) -> ExportOptions:
        """What that export allows."""
        return self.export.options

    @property
    def exported_directory(self) -> str:
        """What clients of that export see, as this machine sees it in the Windows directory."""
        return posixpath.join(self.local_directory, self.export.subdirectory).rstrip("/")

    def address(self, *, below: str = "", user: int = 0, version: int = 0) -> Address:
        """Return where and how a client comes that the export options let in."""
        server = self.server
        return Address(
            self.host,
            server.port,
            version or server.nfs_version,
            self.export.path,
            user,
            self.options.privileged_port,
            server.mount_port,
            below,
        )

    def by_each_export(self) -> list[Target]:
        """Return the same server once for each of its exports."""
        return [replace(self, number=number) for number in range(len(self.server.exports))]


@dataclass(frozen=True)
class CheckContext:
    """Everything that a check may use. ``run`` tells this run's files from all others."""

    targets: t.Sequence[Target]
    inspector: Inspector
    connect: Connect
    limits: Limits
    run: str
    clock: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep

    @contextlib.contextmanager
    def client(self, target: Target, *, below: str = "", user: int = 0, version: int = 0) -> t.Iterator[NasClient]:
        """Connect to a server for a while, as a client that its export options let in. Raises NasError.

        ``below`` is a directory of the export that is mounted as such, ``version`` that of NFS, 0 for the highest.
        """
        client = self.connect(target.address(below=below, user=user, version=version))
        try:
            yield client
        finally:
            client.close()

    def until(self, condition: t.Callable[[], bool], seconds: float) -> float | None:
        """Wait until a condition holds; return how long that took, None when it does not within ``seconds``."""
        started = self.clock()
        held = wait_until(condition, seconds, longest_pause=_LONGEST_PAUSE, clock=self.clock, sleep=self.sleep)
        return self.clock() - started if held else None

    def agent_state(self, target: Target) -> str:
        """Return the state that a server's agent last told, empty when it has told none."""
        return str((self.inspector.sync_status(target.name) or {}).get("state", ""))

    def agent_summary(self, target: Target) -> tuple[str, ...]:
        """Return what a server's agent says of itself, as evidence."""
        try:
            status = self.inspector.sync_status(target.name)
        except SimulatorError as error:
            return (error.message,)
        if not status:
            return ("the sync agent says nothing",)
        # Why it is halted, the failure itself says.
        keys = ("state", "pending", "lag_seconds", "error_count", "refused_count", "conflict_count")
        words = [f"sync agent: {key} {status[key]}" for key in keys if status.get(key)]
        words += [f"sync agent: {each.get('path')}: {each.get('reason')}" for each in status.get("errors", [])[:5]]
        return tuple(words)

    def log(self, target: Target, container: str) -> tuple[str, ...]:
        """Return the lines of a container's log that tell most, as evidence."""
        try:
            lines = self.inspector.log_tail(target.name, container, _LOG_LINES)
            return tuple(f"{container}: {line}" for line in telling(lines))
        except SimulatorError as error:
            return (error.message,)

    def timed_out(self, what: str, target: Target, seconds: float, **more: t.Any) -> Failed:
        """Return the failure of something that did not happen within ``seconds``."""
        evidence = (*self.agent_summary(target), *self.log(target, AGENT_CONTAINER))
        reason, remedy = parted(halted(self._halted_reason(target)))
        cause = f": sync is halted: {reason}" if reason else ""
        return Failed(f"{what} within {seconds:g} s{cause}", evidence=evidence, remedy=remedy, **more)

    def _halted_reason(self, target: Target) -> str:
        with contextlib.suppress(SimulatorError):
            return str((self.inspector.sync_status(target.name) or {}).get("halted_reason") or "")
        return ""


def run_step(
    targets: t.Sequence[Target],
    step: t.Callable[[Target], Finding | None],
    findings: dict[str | None, Finding],
) -> None:
    """Take one step of a check of all servers for each of them at once, and keep what it finds.

    A server of which something is known already takes no further step; what is not known yet is None.
    """

    def taken(target: Target) -> Finding | None:
        nothing = Finding("")

        def work() -> Finding:
            try:
                return step(target) or nothing
            except NasError as error:
                raise Failed(f"the NFS client: {error}") from None
            except SimulatorError as error:
                problem, remedy = parted(error.message)
                raise Failed(problem, remedy=remedy) from None

        finding = concluded(work)
        return None if finding is nothing else finding

    left = [target for target in targets if target.name not in findings]
    for target, finding in zip(left, for_each(left, taken)):
        if finding:
            findings[target.name] = finding
