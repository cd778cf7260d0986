# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ephemeral container that makes faults, as a pod has it. Private to file_simulator.nas. Pure.

A pod keeps the ephemeral containers that it was given once, and those that have ended make no faults any more.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.faults import (
    helper_capabilities,
    helper_command,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import (
    PROGRAM,
    Active,
    read_command,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import INIT_CONTAINER, SERVER_CONTAINER

# Ends the helper in whose container it is run.
END = (*PROGRAM, "--end")


class Helper(t.NamedTuple):
    """A container that makes faults. ``ended`` says how it did, empty while it has not."""

    container: str
    running: bool
    ended: str
    faults: list[Active]


def helper_container(pod: Object, server: Server, name: str, faults: t.Sequence[Active]) -> Object:
    """Return the ephemeral container that makes ``faults`` beside the server's."""
    image = next(each["image"] for each in pod["spec"]["initContainers"] if each["name"] == INIT_CONTAINER)
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        # Its PID namespace: the kernel ends this container's processes with the server's first one.
        "targetContainerName": SERVER_CONTAINER,
        "command": helper_command(server, faults),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsUser": 0,
            "capabilities": {"drop": ["ALL"], "add": helper_capabilities(faults)},
        },
    }


def helpers_of(pod: Object) -> list[Helper]:
    """Return all helpers that a pod has or had; one that the kubelet has not started yet runs not."""
    status = pod.get("status", {})
    states = {each["name"]: each.get("state", {}) for each in status.get("ephemeralContainerStatuses") or []}
    found = []
    for container in pod["spec"].get("ephemeralContainers") or []:
        faults = read_command(container.get("command") or [])
        state = states.get(container["name"], {})
        ended = (state.get("terminated") or {}).get("reason", "") or ("ended" if "terminated" in state else "")
        if faults:
            found.append(Helper(container["name"], "running" in state, ended, faults))
    return found
