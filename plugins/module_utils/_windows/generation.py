# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generation of a server's Windows directory, as engines need it. Private to file_simulator.nas."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import Drives, WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows import directory as windows

_UNKNOWN_YET = "(known once the role windows_layout has run)"


def generation_of(server: Server, data_root: WindowsPath, drives: Drives, instance: str, *, guess: bool) -> str:
    """Return the generation in the marker of a server's directory.

    Raises SimulatorError when the directory or the data root is not mounted or not laid out, or when
    another instance than ``instance`` has claimed it; with
    ``guess``, for check mode on an empty machine, returns a word that stands for it.
    """
    try:
        windows.require_marker(data_root, drives.local(data_root), "")
        marker = windows.require_marker(server.directory, drives.local(server.directory), server.name)
    except SimulatorError as error:
        if guess:
            return _UNKNOWN_YET
        raise SimulatorError(f"server {server.name}: directory: {error.message}", **error.details) from None
    if marker.instance not in ("", instance):
        raise SimulatorError(
            f"server {server.name}: directory: {server.directory} is that of instance {marker.instance}; "
            "give each instance its own data_root"
        )
    return marker.generation
