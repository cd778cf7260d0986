# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether agents sync the Windows directories that testers see. Private to file_simulator.nas. Changes nothing.

A container keeps the directory that it was started with. What is mounted over that later, or anew in its place, is
another one to everybody else: the agent goes on with the old one and finds nothing wrong, or a drive that has died.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Run
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, WINDOWS_MOUNT
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.answering import Answer, each_answer, words

# A drive that sleeps, or a machine that has much to do, takes seconds.
_ANSWER_SECONDS = 10.0


def covered(found: t.Iterable[Found], runs: t.Mapping[str, Run]) -> dict[str, str]:
    """Return the servers whose running agent has another directory than is now at its path, with words that say so.

    ``runs`` tells of the containers of ``found`` how they run.
    """
    named = {Names(pod.instance, pod.current.server).container(AGENT_CONTAINER): pod for pod in found}
    running = {name: pod for name, pod in named.items() if name in runs and runs[name].process}

    paths = {name: str(pod.current.description.get("local_directory")) for name, pod in running.items()}
    there = each_answer(list(paths.values()), _ANSWER_SECONDS)
    theirs = each_answer([f"/proc/{runs[name].process}/root{WINDOWS_MOUNT}" for name in paths], _ANSWER_SECONDS)
    problems = {
        running[name].current.server: _difference(path, *seen)
        for (name, path), seen in zip(paths.items(), zip(there, theirs))
    }
    return {server: problem for server, problem in problems.items() if problem}


def _difference(path: str, there: Answer | None, seen: Answer | None) -> str:
    """Return how an agent's directory differs from that at ``path``, empty when it does not or when nobody knows."""
    if there is None or there.error:
        return ""  # a missing directory is told of elsewhere
    if seen is None:
        return f"its agent's {path}, which was mounted anew since, does not answer"
    if seen.error:
        return f"its agent's {path}, which was mounted anew since, is dead: {words(seen.error)}"
    if seen.identity != there.identity:
        return f"{path} is another directory than its agent syncs, mounted over it or anew"
    return ""
