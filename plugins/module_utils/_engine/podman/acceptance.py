# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says to a running agent that what it withholds is meant. Private to file_simulator.nas. Talks to podman."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.acceptance import ARGUMENTS, withheld
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, AGENT_PROGRAM


def accept(podman: Podman, instance: str, server: str) -> str:
    """Return what the agent withheld, empty when that was nothing. Raises SimulatorError."""
    container = render.Names(instance, server).container(AGENT_CONTAINER)
    words = ["exec", container, *AGENT_PROGRAM, *ARGUMENTS]
    return withheld(server, podman.call(words, f"server {server}: tell its agent"))
