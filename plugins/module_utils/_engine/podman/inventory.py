# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What podman has of an instance: pods, volumes and what they share. Private to file_simulator.nas. Changes nothing."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import KeptVolume
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Current
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.leftover import noted
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.network import InstanceNetwork


class Inventory:
    """One instance's things. ``podman`` is None where it is not installed: then there are none."""

    def __init__(self, podman: Podman | None, instance: str) -> None:
        self._podman = podman
        self._instance = instance

    def pods(self) -> dict[tuple[str, str], Found]:
        """Return the pods of all instances by instance and server."""
        pods = self._podman.pods() if self._podman else []
        return {(pod.instance, pod.current.server): pod for pod in pods}

    def own(self, pods: t.Mapping[tuple[str, str], Found] | None = None) -> dict[str, Found]:
        """Return the instance's own pods by server, of ``pods`` where they are known already."""
        known = self.pods() if pods is None else pods
        return {server: pod for (instance, server), pod in known.items() if instance == self._instance}

    def lone_volumes(self, pods: t.Collection[str]) -> dict[str, Current]:
        """Return the servers that have a volume and none of ``pods``; nothing else would find them."""
        return {
            server: Current(server, {"volume": volume}, running=False, stopped=True)
            for server, volume in self._volumes().items()
            if server not in pods
        }

    def kept_volumes(
        self, servers: t.Collection[str], only_there: t.Mapping[str, str], everything: bool
    ) -> list[KeptVolume]:
        """Return the volumes that stay without a pod: of ``servers``, or all of the instance.

        ``only_there`` has, by server, what only its volume has, in words; of others, what was noted is told.
        """
        if self._podman is None or not (servers or everything):
            return []
        with_pod = self.own()
        return [
            KeptVolume(server, volume, only_there.get(server) or noted(self._podman, volume))
            for server, volume in sorted(self._volumes().items())
            if server not in with_pod and (everything or server in servers)
        ]

    def shared_is_left(self) -> bool:
        """Tell whether a removal that failed has left what the instance's servers have in common."""
        if self._podman is None:
            return False
        return InstanceNetwork(self._podman, self._instance).is_left() or bool(self._podman.unfinished(self._instance))

    def _volumes(self) -> dict[str, str]:
        return self._podman.volumes(self._instance) if self._podman else {}
