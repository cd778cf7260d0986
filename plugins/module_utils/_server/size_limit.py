# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``storage.size_limit`` is for the storage that a server has. Private to file_simulator.nas. Pure."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.file_simulator.nas.plugins.module_utils._model.resources import with_room
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import MEMORY

# What happens when an export has as much as its size_limit.
NO_SPACE = "no_space"
EVICTED = "evicted"
CLAIM = "claim"
NOTHING = "nothing"
_IN_A_CLUSTER = {"empty_dir": EVICTED, "persistent": CLAIM, MEMORY: NO_SPACE}
_ELSEWHERE = {"empty_dir": NOTHING, "persistent": NOTHING, MEMORY: NO_SPACE}


def at_size_limit(engine: str, storage: str) -> str:
    """Return what happens at the limit.

    ``no_space``: clients are told that there is no room (ENOSPC). ``evicted``: the kubelet ends the pod, and its content
    goes. ``claim``: a volume of that size was claimed, and whether more fits is up to its storage class. ``nothing``: the
    export ends where its disk does.
    """
    return (_IN_A_CLUSTER if engine == "kubernetes" else _ELSEWHERE)[storage]


def with_room_in_memory(server: Server) -> Server:
    """Return ``server``, its containers with room for an export in memory: any of them may be the one that fills it."""
    if not server.storage.in_memory:
        return server
    room = {name: with_room(each, server.storage.size_limit) for name, each in server.resources.items()}
    return replace(server, resources=room)
