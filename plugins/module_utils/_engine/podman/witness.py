# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks what would be lost with a server's volume. Private to file_simulator.nas. Talks to podman.

The running agent is asked; where it does not answer, a container that can change nothing compares both sides.
"""

from __future__ import annotations

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
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.answering import answer

_ANSWER_SECONDS = 60
# A drive that sleeps takes seconds.
_DRIVE_SECONDS = 10.0
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
        there = _directory(found)
        if there and found.containers.get(AGENT_CONTAINER) == "running":
            look = self._ask(found.current.server)
            if not look.problem:
                return refusal(look, there, flushing=True)
        return self.last_objection(found)

    def last_objection(self, found: Found) -> str:
        """Return the same for a server that nobody writes to any more: what waits now, waits for good."""
        if not found.current.description.get("syncs_to_windows"):
            return ""
        there = _directory(found)
        if there is None:
            # Whoever looked at it would wait for it, the agent too.
            silent = Look("", problem=f"its drive has not answered for {_DRIVE_SECONDS:.0f} s")
            return refusal(silent, _described(found, -1, -1), flushing=False)
        return refusal(self._compare(found), there, flushing=False)

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


def _directory(found: Found) -> Directory | None:
    """Return the Windows directory that the pod was made for, as it is on this machine now; None when it does not answer."""
    seen = answer(str(found.current.description.get("local_directory")), _DRIVE_SECONDS)
    if seen is None:
        return None
    if seen.error:
        # None of its own: whatever the agent has, it is another one.
        return Directory(str(found.current.description.get("windows_directory")), "", -1, -1)
    return _described(found, *seen.identity)


def _described(found: Found, device: int, inode: int) -> Directory:
    """Return a pod's Windows directory with the numbers of its file system and of itself."""
    description = found.current.description
    path, generation = str(description.get("windows_directory")), str(description.get("generation"))
    return Directory(path, generation, device, inode, str(description.get("restored", "")))
