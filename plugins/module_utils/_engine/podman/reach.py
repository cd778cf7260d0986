# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reaches the sync agents of an instance's pods. Private to file_simulator.nas. Talks to podman."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    AGENT_CONTAINER,
    AGENT_PROGRAM,
    INIT_CONTAINER,
)


class PodmanReach:
    """See ``Reach`` in _engine/agents.py."""

    def __init__(self, podman: Podman, instance: str) -> None:
        self._podman = podman
        self._instance = instance

    def ask(self, server: str, words: t.Sequence[str], seconds: int) -> str:
        """Run the agent's program with ``words`` in the agent's container, and return what it says."""
        container = Names(self._instance, server).container(AGENT_CONTAINER)
        command = ["exec", container, *AGENT_PROGRAM, *words]
        return self._podman.call(command, f"server {server}: ask its sync agent", seconds)

    def copy(self, server: str, seconds: int) -> None:
        """Run a server's initial copy once more, beside its NFS server."""
        container = Names(self._instance, server).container(INIT_CONTAINER)
        self._podman.call(["start", "--attach", container], f"server {server}: copy its Windows directory", seconds)
