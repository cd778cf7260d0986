# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with servers that podman calls whole. Private to file_simulator.nas.

Looks at their configuration, at containers that end again and again, at the directories that agents have, and asks servers
over NFS. Changes nothing.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Current
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.asking import service_of
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman, Run
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.configuration import is_written
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.covered import covered
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.memory_volume import (
    check_leftovers,
    unmounted,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names, Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import ProbeError
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import wait_for_nfs
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Pod

Pods = t.Dict[str, t.Tuple[Pod, Placement]]

# A server that runs answers within milliseconds; on a machine that is busy, later.
ANSWER_SECONDS = 6.0
# A container that was started so often, and the last time just now, ends again and again.
_RESTARTS = 3
_JUST_NOW = 10.0


def damaged(podman: Podman, mine: t.Mapping[str, Found], pods: Pods, *, ask: bool) -> dict[str, Current]:
    """Return, of the servers in ``pods``, those for which a start is not enough, with the reason.

    ``mine`` are the pods that are there. With ``ask``, those that run have to answer over NFS. Raises SimulatorError where
    a server without a pod has a volume that cannot become its own.
    """
    check_leftovers(podman, {name: pod for name, pod in pods.items() if name not in mine})
    whole = {name: mine[name] for name in pods if name in mine and not mine[name].current.damage}
    ill = unsound(podman, whole.values())

    def look(name: str) -> tuple[str, Current]:
        pod, placement = pods[name]
        current = whole[name].current
        if not is_written(placement.config_directory, pod.config_files):
            return name, dataclasses.replace(current, damage="its configuration is not as it was written")
        if name in ill:
            return name, dataclasses.replace(current, damage=ill[name])
        described = current.description.get("address")
        if ask and current.running and described == f"{placement.listen_address}:{placement.port}":
            try:
                wait_for_nfs(service_of(pod, placement), ANSWER_SECONDS)
            except ProbeError as error:
                damage = f"it runs and does not answer: {error}"
                return name, dataclasses.replace(current, damage=damage, unreachable=True)
        return name, current

    return {name: current for name, current in for_each(list(whole), look) if current.damage}


def unsound(podman: Podman, found: t.Iterable[Found]) -> dict[str, str]:
    """Return what is wrong with servers whose containers run as far as podman's list of pods tells, by their names."""
    up = [pod for pod in found if not pod.current.stopped]
    runs = podman.runs(
        [Names(pod.instance, pod.current.server).container(name) for pod in up for name in pod.containers]
    )
    return {**covered(up, runs), **_restarting(up, runs), **unmounted(podman, up)}


def _restarting(found: t.Iterable[Found], runs: t.Mapping[str, Run]) -> dict[str, str]:
    told: dict[str, str] = {}
    now = time.time()
    for pod in found:
        for container in pod.containers:
            run = runs.get(Names(pod.instance, pod.current.server).container(container))
            if run and run.restarts >= _RESTARTS and now - run.started < _JUST_NOW:
                told[pod.current.server] = f"{container} ends again and again, {run.restarts} times so far"
    return told
