# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a volume has that stays without its pod, noted on the volume itself. Private to file_simulator.nas.

Nobody can look again once pod and image are gone, and who takes the instance down a second time wants to know.
"""

from __future__ import annotations

import contextlib
import os
import time

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular, write_whole
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import as_of

_NOTE = ".nas/not-in-windows"


def note(podman: Podman, volume: str, only_there: str) -> None:
    """Note what only a volume has, in words; nothing where these are empty. A full volume keeps no note."""
    directory = podman.mountpoints().get(volume)
    if directory is None:
        return  # somebody removed the volume
    path = os.path.join(directory, _NOTE)
    with contextlib.suppress(OSError):
        if only_there:
            write_whole(path, as_of(only_there, time.time()).encode(errors="backslashreplace"))
        elif os.path.lexists(path):
            os.unlink(path)


def noted(podman: Podman, volume: str) -> str:
    """Return what was noted of a volume, with the time; empty when that was nothing."""
    try:
        text = read_regular(os.path.join(podman.mountpoints()[volume], _NOTE))
    except (OSError, KeyError, SimulatorError):
        return ""
    return visible(text.decode(errors="replace"))
