# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this machine has laid out before. Private to file_simulator.nas."""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular, write_whole
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked

# Seconds; a layout takes far less than one, and many may run at once.
_PATIENCE = 60.0


class Registry:
    """What this machine remembers of the places that it laid out: a JSON file of paths and lives (see Marker).

    It lies outside the data root, so that it still knows when the data root is not mounted.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """Return the lives by path."""
        try:
            data = json.loads(read_regular(self._path).decode("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SimulatorError(f"{self._path}: cannot be read ({error}); remove it if it is damaged") from None
        if not isinstance(data, dict):
            raise SimulatorError(f"{self._path}: cannot be read (no JSON object); remove it if it is damaged")
        return {str(path): str(life) for path, life in data.items()}

    def locked(self, command: str) -> t.ContextManager[None]:
        """Keep other runs from looking and changing in between; they wait their turn."""
        return locked(f"{self._path}.lock", f"registry: {self._path}", command, _PATIENCE)

    def write(self, lives: t.Mapping[str, str]) -> None:
        """Replace the file, whole or not at all."""
        text = json.dumps(lives, indent=2, sort_keys=True) + "\n"
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            write_whole(self._path, text.encode("utf-8"))
        except OSError as error:
            raise SimulatorError(f"{self._path}: cannot be written: {error.strerror}") from None
