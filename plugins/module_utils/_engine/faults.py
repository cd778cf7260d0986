# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on purpose: what an engine does for them, and what is to be done. Private to file_simulator.nas. Pure.

An engine makes faults with a helper that runs beside a server and ends with it. What that helper was started with is the
only record of them.
"""

from __future__ import annotations

import posixpath
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model import active_faults, remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import PROGRAM, Active
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import (
    UNREACHABLE,
    Fault,
    check_server,
    check_together,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import DATA_DIRECTORY
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import ports_of

# What a helper says when its faults are on, and the word with which it only tries whether they can be.
ON = "on"
TRY = "--try"


class Faults(t.Protocol):
    """Makes and ends faults of one instance's servers."""

    def held(self) -> t.ContextManager[t.Any]:
        """Be the one run that changes the instance for the time of the block. Raises SimulatorError."""

    def active(self) -> dict[str, list[Active]]:
        """Return the faults that are on, by server; a server without any is not there."""

    def check(self, servers: t.Sequence[Server]) -> None:
        """Raise SimulatorError where one of ``servers`` does not run."""

    def bring(self, server: Server, faults: t.Sequence[Active]) -> None:
        """Let these faults be on, and no others; return when they are. Raises SimulatorError."""


@dataclass(frozen=True)
class Change:
    """What becomes of one server's faults."""

    server: Server
    before: t.Sequence[Active]
    after: t.Sequence[Active]

    @property
    def changed(self) -> bool:
        """Whether anything does."""
        return list(self.before) != list(self.after)


def with_fault(
    servers: t.Sequence[Server], active: t.Mapping[str, list[Active]], fault: Fault, now: float
) -> list[Change]:
    """Return what it takes to have a fault on ``servers``. Raises SimulatorError where it cannot be on one of them."""
    changes = []
    for server in servers:
        check_server(fault, server.name, server.nfs_server)
        before = active.get(server.name, [])
        after = active_faults.with_fault(before, fault, now)
        try:
            check_together([each.fault for each in after])
        except SimulatorError as error:
            raise SimulatorError(f"server {server.name}: {error.message}") from None
        changes.append(Change(server, before, after))
    return changes


def without(servers: t.Sequence[Server], active: t.Mapping[str, list[Active]], kind: str | None) -> list[Change]:
    """Return what it takes to have no fault of a kind on ``servers``, none at all where it is None."""
    found = [(server, active.get(server.name, [])) for server in servers]
    return [Change(server, before, active_faults.without(before, kind)) for server, before in found]


def helper_command(server: Server, faults: t.Sequence[Active]) -> list[str]:
    """Return the command of the helper that makes these faults."""
    exports = [posixpath.join(DATA_DIRECTORY, export.subdirectory).rstrip("/") for export in server.exports]
    ports = [port.number for port in ports_of(server) if port.protocol == "tcp"]
    return [*PROGRAM, active_faults.order(faults, exports, ports)]


def helper_capabilities(faults: t.Sequence[Active]) -> list[str]:
    """Return what the helper has to be allowed: to trace the server, or to refuse connections in its network.

    To name exported directories that only their owner may look into, it has to read them.
    """
    kinds = {each.fault.kind for each in faults}
    return [
        *(["NET_ADMIN"] if UNREACHABLE in kinds else []),
        *(["DAC_READ_SEARCH"] if "stale" in kinds else []),
        *(["SYS_PTRACE"] if kinds - {UNREACHABLE} else []),
    ]


def refused(server: str, said: str) -> SimulatorError:
    """Return the error of a helper that could not make its faults; ``said`` is what it said last."""
    return SimulatorError(
        f"server {server}: the fault could not be made: {said or 'its helper ended without a word'}; "
        f"an image from before there were faults cannot make them: {remedies.BUILD_IMAGE} builds another"
    )


def ended_words(ended: t.Mapping[str, t.Sequence[Active]]) -> list[str]:
    """Return a line for each server whose faults were ended by something else than the end of their time."""
    return [
        f"server {server}: its fault was ended: {'; '.join(each.words for each in faults)}"
        for server, faults in sorted(ended.items())
    ]
