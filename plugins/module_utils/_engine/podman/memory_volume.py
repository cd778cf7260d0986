# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server's volume in memory: a tmpfs of the size that its export may have. Private to file_simulator.nas.

Podman mounts it for a volume's first container and unmounts it with the last one, and what is in it goes: at each stop, and
before that between the initial copy and the agent. So it is kept mounted from outside, from the server's first
start to its removal, or to the end of the machine.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import one_line
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import (
    Names,
    Placement,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.volume_list import listed_volumes
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import memory_bytes
from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import MEMORY
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Pod

_FILE_SYSTEM = "tmpfs"


def creation_options(pod: Pod) -> list[str]:
    """Return the words with which podman creates the volume of ``pod``; none where that is not in memory."""
    if pod.storage != MEMORY:
        return []
    options = {"type": _FILE_SYSTEM, "device": _FILE_SYSTEM, "o": _mount_options(pod.size_limit)}
    return [word for name, value in options.items() for word in ("--opt", f"{name}={value}")]


def _mount_options(size_limit: str) -> str:
    # Not size=: podman 4 takes that for a quota, whatever the type, and refuses it where the disk has none.
    blocks = -(-memory_bytes(size_limit) // os.sysconf("SC_PAGE_SIZE"))
    return f"nr_blocks={blocks},mode=0755"


def keep_mounted(podman: Podman, instance: str, pod: Pod) -> None:
    """Mount the volume of ``pod`` where it is in memory and not mounted yet.

    Raises SimulatorError when that does not work.
    """
    if pod.storage != MEMORY:
        return
    operation, volume = f"server {pod.server}: mount its volume in memory", Names(instance, pod.server).volume
    place = podman.call(["volume", "inspect", "--format", "{{.Mountpoint}}", volume], operation).strip()
    if is_mounted(place):
        return
    podman.call(["volume", "mount", volume], operation)
    if is_mounted(place):
        return
    # A podman that did not notice a restart of the machine takes it for mounted, and its containers would write to the disk.
    words = ("mount", "-t", _FILE_SYSTEM, "-o", _mount_options(pod.size_limit), _FILE_SYSTEM, place)
    status, out, err = podman.tool(*words)
    if status or not is_mounted(place):
        raise SimulatorError(f"{operation}: {one_line(err or out) or f'{place} is still not mounted'}")


def unmounted(podman: Podman, found: t.Sequence[Found]) -> dict[str, str]:
    """Return, of servers that run, those whose volume should be in memory and is not mounted, with words that say so."""
    in_memory = [pod for pod in found if pod.current.description.get("storage") == MEMORY]
    places = podman.mountpoints() if in_memory else {}
    volumes = {pod.current.server: Names(pod.instance, pod.current.server).volume for pod in in_memory}
    return {
        server: f"its volume {volume}, which is in memory, is not mounted any more"
        for server, volume in volumes.items()
        if not is_mounted(places.get(volume, ""))
    }


def check_leftovers(podman: Podman, pods: t.Mapping[str, tuple[Pod, Placement]]) -> None:
    """Refuse a volume that was left from before, for one of ``pods``, which have none yet, that is to have another kind.

    Raises SimulatorError. One without a pod may be the only one that has what clients wrote.
    """
    if not pods:
        return
    wanted = {Names(placement.instance, server).volume: pod for server, (pod, placement) in pods.items()}
    for shown in listed_volumes(podman.call):
        pod, options = wanted.get(shown["Name"]), shown.get("Options") or {}
        if pod is None or options.get("o", "") == (_mount_options(pod.size_limit) if pod.storage == MEMORY else ""):
            continue
        kind = "in memory" if options.get("type") == _FILE_SYSTEM else "on the disk"
        size = f" with {pod.size_limit}" if pod.storage == MEMORY else ""
        raise SimulatorError(
            f"server {pod.server}: storage: its volume {shown['Name']}, which is left from before, is {kind}, and cannot "
            f"become one of type {pod.storage}{size}; nothing was changed. Copy what only it has with "
            f"{remedies.rescue(pod.server)}, delete it with {remedies.DELETE_STORAGE}, and bring the server up again"
        )


def is_mounted(place: str) -> bool:
    """Tell whether something is mounted at a path of this machine."""
    return os.path.ismount(place)
