# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What checks ask of an engine beside its reports. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server


@dataclass(frozen=True)
class ContainerFacts:
    """A container as it runs. CPU is in thousandths of a core, memory in bytes; None where the engine knows none."""

    name: str
    running: bool
    privileged: bool
    may_escalate: bool
    read_only_root: bool
    capabilities: frozenset[str]
    cpu_limit: int | None
    memory_limit: int | None
    cpu_request: int | None = None
    memory_request: int | None = None


@dataclass(frozen=True)
class PodView:
    """What a pod of the cluster got for one server: an address by its name, and an answer or what is wrong."""

    address: str
    problem: str


@dataclass(frozen=True)
class VolumeFacts:
    """A PersistentVolume that points to a server, and the claim that it names; ``phase`` is Kubernetes' word."""

    name: str
    server: str
    phase: str
    claim: str
    claim_phase: str


class Inspector(t.Protocol):
    """Looks closer at servers than reports do, and ends them for checks that want to see them come back."""

    # What runs the servers.
    engine: str
    # Whether what is written to an export that is not persistent is still there after a restart.
    keeps_volumes: bool

    def versions(self) -> dict[str, str]:
        """Return the versions of what runs the servers."""

    def containers(self, server: str) -> list[ContainerFacts]:
        """Return a server's containers; none when it has no pod."""

    def log_tail(self, server: str, container: str, lines: int) -> list[str]:
        """Return the last lines of a container's log, oldest first."""

    def sync_status(self, server: str) -> t.Mapping[str, t.Any] | None:
        """Return what a server's sync agent says of itself now, None when it says nothing."""

    def restart(self, servers: t.Sequence[str]) -> None:
        """Restart the pods of ``servers``, all at once; they may not answer yet when this returns."""

    def kill(self, server: str) -> None:
        """End a server without a chance to finish anything; it comes back by itself."""


class ClusterInspector(Inspector, t.Protocol):
    """What can be looked at in a cluster only."""

    def seen_by_a_pod(self, servers: t.Sequence[Server], name: str) -> dict[str, PodView]:
        """Run a pod called ``name`` that asks ``servers`` by their names for what they serve first."""

    def client_volumes(self, addresses: t.Mapping[tuple[str, int], str]) -> list[VolumeFacts]:
        """Return the PersistentVolumes that point to one of ``addresses``, given with the server that is there."""
