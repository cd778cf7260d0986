# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far the initial copies of servers are that start. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, size, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.status import read_status


class Copying:
    """Reads what the agents of ``servers`` say of their initial copies."""

    def __init__(self, podman: Podman, instance: str, servers: t.Sequence[str]) -> None:
        self._podman = podman
        self._volumes = {server: Names(instance, server).volume for server in servers}
        self._mountpoints: dict[str, str] = {}

    def lines(self) -> list[str]:
        """Return a line for each server that copies now, for people."""
        if not set(self._volumes.values()) <= self._mountpoints.keys():
            self._mountpoints = self._podman.mountpoints()
        there = {
            server: self._mountpoints[volume] for server, volume in self._volumes.items() if volume in self._mountpoints
        }
        found = {server: read_status(mountpoint) for server, mountpoint in there.items()}
        return [
            _line(server, status) for server, status in found.items() if status and status.get("state") == "starting"
        ]


def _line(server: str, status: t.Mapping[str, t.Any]) -> str:
    done = status.get("delivered") or {}
    waiting = status.get("pending") or 0
    return visible(
        f"{server}: {counted(done.get('files', 0), 'file')}, {size(done.get('bytes', 0))} copied before it starts"
        + (f", {waiting} or more to go" if waiting else "")
    )
