# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks what would be lost with a server's volume. Private to file_simulator.nas. Talks to podman.

The running agent is asked; where it does not answer, a container that can change nothing compares both sides.
"""

from __future__ import annotations

import os
import time
import typing as t
import uuid

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import (
    Directory,
    Look,
    is_starting,
    question,
    refusal,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, AGENT_PROGRAM

_ANSWER_SECONDS = 60
# An agent that has just been started has not seen both sides yet.
_STARTING_TRIES = 10
_STARTING_PAUSE = 1.0


class Witness:
    """Tells why a volume of one instance's servers must not go."""

    def __init__(self, podman: Podman, instance: str) -> None:
        self._podman = podman
        self._instance = instance

    def objection(self, found: Found) -> str:
        """Return why the volume of ``found``, as it is now, must stay; empty when it may go or the server may stop."""
        if not found.current.description.get("syncs_to_windows"):
            return ""
        if found.containers.get(AGENT_CONTAINER) == "running":
            look = self._ask(found.current.server)
            if not look.problem:
                return refusal(look, self._directory(found), flushing=True)
        return self.last_objection(found)

    def last_objection(self, found: Found) -> str:
        """Return the same for a server that nobody writes to any more: what waits now, waits for good."""
        if not found.current.description.get("syncs_to_windows"):
            return ""
        return refusal(self._compare(found), self._directory(found), flushing=False)

    def _ask(self, server: str) -> Look:
        nonce = uuid.uuid4().hex
        container = render.Names(self._instance, server).container(AGENT_CONTAINER)
        words = [*AGENT_PROGRAM, *question(nonce, _ANSWER_SECONDS)]
        look = Look(nonce, problem="it was not asked")
        for attempt in range(_STARTING_TRIES):
            if attempt:
                time.sleep(_STARTING_PAUSE)
            look = self._look(nonce, ["exec", container, *words], f"server {server}: ask its agent")
            if look.problem or not is_starting(look):
                break
        return look

    def _compare(self, found: Found) -> Look:
        server, nonce = found.current.server, uuid.uuid4().hex
        try:
            arguments = ["compare", "--nonce", nonce]
            words = render.compare_run(self._instance, server, found.current.description, arguments)
        except (KeyError, ValueError, TypeError, AttributeError):
            return Look(nonce, problem="its pod does not say how its agent was run")
        return self._look(nonce, words, f"server {server}: compare both sides")

    def _look(self, nonce: str, words: t.Sequence[str], operation: str) -> Look:
        try:
            return Look(nonce, self._podman.call(words, operation))
        except SimulatorError as error:
            return Look(nonce, problem=error.message)

    @staticmethod
    def _directory(found: Found) -> Directory:
        """Return the Windows directory that the pod was made for, as it is on this machine now."""
        description = found.current.description
        try:
            status = os.stat(str(description.get("local_directory")))
        except OSError:
            # None of its own: whatever the agent has, it is another one.
            return Directory(str(description.get("windows_directory")), "", -1, -1)
        path, generation = str(description.get("windows_directory")), str(description.get("generation"))
        return Directory(path, generation, status.st_dev, status.st_ino, str(description.get("restored", "")))
