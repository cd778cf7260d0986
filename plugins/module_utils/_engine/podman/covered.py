# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether agents sync the Windows directories that testers see. Private to file_simulator.nas. Changes nothing.

A container keeps the directory that it was started with. What is mounted over that later, or anew in its place, is
another one to everybody else: the agent goes on with the old one and finds nothing wrong.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, WINDOWS_MOUNT
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import identity_of


def covered(podman: Podman, found: t.Iterable[Found]) -> dict[str, str]:
    """Return the servers whose running agent has another directory than is now at its path, with words that say so."""
    running = {
        Names(pod.instance, pod.current.server).container(AGENT_CONTAINER): pod
        for pod in found
        if pod.containers.get(AGENT_CONTAINER) == "running"
    }
    processes = podman.processes(list(running))

    def look(name: str) -> tuple[str, str]:
        current = running[name].current
        path = str(current.description.get("local_directory"))
        agents = identity_of(f"/proc/{processes[name]}/root{WINDOWS_MOUNT}")
        there = identity_of(path)
        # Where one does not answer, nothing is known; a missing directory is told of elsewhere.
        other = agents is not None and there is not None and agents != there
        return (
            current.server,
            f"{path} is another directory than its agent syncs, mounted over it or anew" if other else "",
        )

    return {server: problem for server, problem in for_each(list(processes), look) if problem}
