# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology and the servers that a module's parameters name. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import STATE_DIRECTORY

TOPOLOGY_SPEC: dict[str, t.Any] = {
    "topology": {"type": "dict", "default": {}},
    "servers": {"type": "list", "elements": "str"},
    "drive_root": {"type": "path"},
}
LAYOUT_SPEC: dict[str, t.Any] = {
    **TOPOLOGY_SPEC,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "force": {"type": "bool", "default": False},
    "take_over": {"type": "bool", "default": False},
    "registry": {"type": "path"},
    "state_directory": {"type": "path", "default": STATE_DIRECTORY},
}


def chosen(topology: Topology, names: t.Sequence[str] | None) -> list[Server]:
    """Return the servers of ``names``, all when it is None; an unknown name is refused."""
    known = {server.name: server for server in topology.servers}
    for name in names or ():
        if name not in known:
            raise SimulatorError(f"servers: '{name}' is not in the topology; it has {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(known if names is None else names)]


def enabled(servers: t.Sequence[Server], *, named: bool) -> list[Server]:
    """Return those of ``servers`` that are to run; one that is not is refused when it was ``named``."""
    for server in servers:
        if named and not server.enabled:
            raise SimulatorError(f"servers: {server.name} is disabled in the topology; leave it out, or enable it")
    return [server for server in servers if server.enabled]
