# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What works today with Windows directories, and may not tomorrow. Private to file_simulator.nas. Pure.

Path lengths: "Maximum Path Length Limitation" in the Win32 documentation. MAX_PATH is 260 with the
final NUL; a program passes it only where the machine has LongPathsEnabled and its manifest says so.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology

_LONGEST_PATH = 259
# Of what testers put below a directory, two levels and a name of 64 characters fit.
_COMFORTABLE = 128


def layout_warnings(
    topology: Topology, servers: t.Sequence[Server], free_bytes: int | None, *, long_paths: bool
) -> list[str]:
    """Return one line for each thing that may go wrong later.

    ``free_bytes`` is what is left on the data root's drive, None where nobody knows. ``long_paths`` tells
    that path lengths do not matter: the machine allows them, or has no Windows.
    """
    drive = topology.data_root.drive
    warnings = []
    growing = [
        server
        for server in servers
        if server.enabled and server.directory.drive == drive and server.sync.syncs_to_windows
    ]
    needed = sum(fields.memory_bytes(server.storage.size_limit) for server in growing)
    if free_bytes is not None and free_bytes < needed:
        warnings.append(
            f"drive {drive}: has {_gib(free_bytes)} free, and {', '.join(server.name for server in growing)} may bring "
            f"{_gib(needed)} to it; free some space, lower storage.size_limit, or choose a data_root on another drive"
        )
    longest = max((str(server.directory) for server in servers), key=_characters, default="")
    room = _LONGEST_PATH - _characters(longest) - 1
    if not long_paths and room < _COMFORTABLE:
        warnings.append(
            f"{longest} leaves {max(room, 0)} characters for what lies below it: most Windows programs stop at "
            f"{_LONGEST_PATH} in all; choose a shorter data_root"
        )
    return warnings


def _characters(path: str) -> int:
    """Count as Windows does, in units of UTF-16."""
    return len(path.encode("utf-16-le", "surrogatepass")) // 2


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
