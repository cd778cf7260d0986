# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies what only a server's volume has to a directory. Private to file_simulator.nas. Talks to podman."""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, Images, pod_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives


def rescue(
    podman: Podman,
    topology: Topology,
    drives: Drives,
    server: Server,
    description: t.Mapping[str, t.Any] | None,
    to: str,
    images: Images,
) -> dict[str, t.Any]:
    """Copy what only a server's volume has to the directory ``to``; return what the agent says of it.

    ``description`` is that of the server's pod, None when it has none: the agent of the topology is run then.
    """
    described = description or _described(podman, topology, drives, server, images)
    try:
        words = render.compare_run(
            topology.instance,
            server.name,
            _without_what_is_gone(described),
            ["rescue", "--to", "/rescue"],
            rescue=to,
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise SimulatorError(f"server {server.name}: it has no agent, so nothing of it waits to be synced") from None
    return dict(json.loads(podman.call(words, f"server {server.name}: rescue")))


def _described(podman: Podman, topology: Topology, drives: Drives, server: Server, images: Images) -> dict[str, t.Any]:
    """Return the description of a pod that would be made around a volume which has none."""
    names = render.Names(topology.instance, server.name)
    if not podman.succeeds(["volume", "exists", names.volume]):
        raise SimulatorError(
            f"server {server.name}: it has no pod and no volume {names.volume}: nothing is left of it here"
        )
    if not images.nas:
        raise SimulatorError(f"server {server.name}: it has no pod; name the NAS image with image")
    local = drives.local(server.directory)
    placement = render.Placement(
        instance=topology.instance,
        listen_address=topology.listen_address,
        port=server.port,
        windows_directory=str(server.directory),
        local_directory=local,
        generation="",
        config_directory="",
    )
    return render.describe(pod_of(server, images), placement)


def _without_what_is_gone(described: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return a description whose agent does not see a Windows directory that is not there: then all may be left."""
    if os.path.isdir(described["local_directory"]):
        return dict(described)
    agent = described["containers"][AGENT_CONTAINER]
    seen = [words for words in agent["mounts"] if not words.startswith("windows ")]
    return {**described, "containers": {**described["containers"], AGENT_CONTAINER: {**agent, "mounts": seen}}}
