# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuses to remove a volume that has what Windows has not. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import leftover
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.witness import Witness
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import what_to_do
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, SERVER_CONTAINER


class RemovalGuard:
    """Asks each server's agent, and compares both sides where none answers."""

    def __init__(self, podman: Podman, instance: str) -> None:
        self._podman = podman
        self._instance = instance
        self._witness = Witness(podman, instance)

    def check(self, found: t.Sequence[Found]) -> None:
        """Refuse unless each of these servers, as it is now, says that nothing of its volume would be lost."""
        for_each(found, lambda pod: self._refuse(pod, self._witness.objection(pod)))

    def only_there(self, found: Found) -> str:
        """Return what only the volume of a stopped server has, in words, and note it; empty when that is nothing."""
        only_there = self._witness.last_objection(found)
        leftover.note(self._podman, Names(self._instance, found.current.server).volume, only_there)
        return only_there

    def check_carried(self, found: Found) -> None:
        """Refuse to remove a stopped server's volume unless it has just been seen that Windows has all of it."""
        if found.current.stopped:
            return  # it was asked about as it is
        objection = self._witness.last_objection(found)
        if objection:
            # Running again, its agent carries what it can as soon as it can. Not by way of the pod: its init
            # container wants the Windows directory, which may be just what is missing.
            names = Names(self._instance, found.current.server)
            ran = [name for name in (AGENT_CONTAINER, SERVER_CONTAINER) if found.containers.get(name) == "running"]
            if ran:
                self._podman.call(["start", *map(names.container, ran)], f"server {found.current.server}: start again")
        self._refuse(found, objection)

    def _refuse(self, found: Found, objection: str) -> None:
        """Raise SimulatorError when there is an objection to the removal of a server's volume."""
        server = found.current.server
        if objection:
            raise SimulatorError(
                f"server {server}: {objection}, so its volume {Names(self._instance, server).volume} was not removed; "
                + what_to_do(server)
            )
