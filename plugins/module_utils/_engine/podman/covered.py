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
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Run
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, WINDOWS_MOUNT
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import identity_of


def covered(found: t.Iterable[Found], runs: t.Mapping[str, Run]) -> dict[str, str]:
    """Return the servers whose running agent has another directory than is now at its path, with words that say so.

    ``runs`` tells of the containers of ``found`` how they run.
    """
    named = {Names(pod.instance, pod.current.server).container(AGENT_CONTAINER): pod for pod in found}
    running = {name: pod for name, pod in named.items() if name in runs and runs[name].process}

    def look(name: str) -> tuple[str, str]:
        current = running[name].current
        path = str(current.description.get("local_directory"))
        agents = identity_of(f"/proc/{runs[name].process}/root{WINDOWS_MOUNT}")
        there = identity_of(path)
        # Where one does not answer, nothing is known; a missing directory is told of elsewhere.
        other = agents is not None and there is not None and agents != there
        return (
            current.server,
            f"{path} is another directory than its agent syncs, mounted over it or anew" if other else "",
        )

    return {server: problem for server, problem in for_each(list(running), look) if problem}
