# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a server's volume when its containers go. Pure. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import MEMORY

# What becomes of a server's volume, in the words of the diff.
REMOVED, ANEW, KEPT = "removed", "removed, and a new one made: the Windows directory is another one", "kept"
OTHER_KIND = (
    "removed, and one of another kind or size made, filled from the Windows directory: owners and modes that clients set are "
    "not copied"
)
LOSING = (REMOVED, ANEW, OTHER_KIND)


def volume_fate(
    action: _plan.Action,
    current: t.Mapping[str, _plan.Current],
    desired: t.Mapping[str, t.Mapping[str, t.Any]],
    request: Request,
) -> str:
    """Return what becomes of a server's volume; empty where nothing does.

    Containers are made anew around the same volume. Only another Windows directory needs another one, for the ledger in
    it tells what both have agreed on; and one in memory is never one on the disk, nor one of another size. Raises
    SimulatorError where a persistent one would be discarded.
    """
    if action.verb not in ("replace", "remove"):
        return ""
    described = current[action.server].description
    persistent = described.get("storage") not in ("empty_dir", MEMORY)
    if action.verb == "remove":
        return REMOVED if (request.delete_storage and request.state == "absent") or not persistent else KEPT
    if _memory(described) != _memory(desired[action.server]):
        if persistent and not request.delete_storage:
            raise SimulatorError(
                f"server {action.server}: storage.type: its persistent volume cannot become one in memory; nothing was "
                f"changed. Copy what only it has with {remedies.rescue(action.server)}, delete it with "
                f"{remedies.DELETE_STORAGE}, and bring the server up again"
            )
        return OTHER_KIND
    before, after = described.get("generation"), desired[action.server].get("generation")
    if request.check_mode or before in (None, after):
        # Check mode before the first layout knows no generation, and promises nothing.
        other = before != after and described.get("local_directory") != desired[action.server].get("local_directory")
        return ANEW if other and before is not None and not persistent else KEPT
    if persistent and not request.delete_storage:
        raise SimulatorError(
            f"server {action.server}: its persistent volume belongs to {described.get('windows_directory')}, and "
            f"{desired[action.server].get('windows_directory')} is another directory; nothing was changed. Move that "
            "directory with its marker to the new place and the volume stays, or delete the volume: "
            f"{remedies.DELETE_STORAGE}"
        )
    return ANEW


def _memory(description: t.Mapping[str, t.Any]) -> str:
    """Return the size of a volume in memory, empty for one that is on the disk."""
    return str(description.get("size_limit")) if description.get("storage") == MEMORY else ""
