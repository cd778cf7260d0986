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
_FILE_SYSTEMS = "file systems"


class Registry:
    """What this machine remembers of the places that it laid out: a JSON file of paths and lives (see Marker).

    It lies outside the data root, so that it still knows when the data root is not mounted. Under a name that is no path
    it has the file systems of the places (see file_system).
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def read(self) -> dict[str, str]:
        """Return the lives by path."""
        return {path: str(life) for path, life in self._content().items() if path != _FILE_SYSTEMS}

    def file_systems(self) -> dict[str, str]:
        """Return the file systems by path."""
        found = self._content().get(_FILE_SYSTEMS)
        return {path: str(where) for path, where in found.items()} if isinstance(found, dict) else {}

    def _content(self) -> dict[str, t.Any]:
        try:
            data = json.loads(read_regular(self.path).decode("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SimulatorError(f"{self.path}: cannot be read ({error}); remove it if it is damaged") from None
        if not isinstance(data, dict):
            raise SimulatorError(f"{self.path}: cannot be read (no JSON object); remove it if it is damaged")
        return data

    def locked(self, command: str) -> t.ContextManager[None]:
        """Keep other runs from looking and changing in between; they wait their turn."""
        return locked(f"{self.path}.lock", f"registry: {self.path}", command, _PATIENCE)

    def write(self, lives: t.Mapping[str, str], file_systems: t.Mapping[str, str]) -> None:
        """Replace the file, whole or not at all."""
        content = {**lives, **({_FILE_SYSTEMS: dict(file_systems)} if file_systems else {})}
        text = json.dumps(content, indent=2, sort_keys=True) + "\n"
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            write_whole(self.path, text.encode("utf-8"))
        except OSError as error:
            raise SimulatorError(f"{self.path}: cannot be written: {error.strerror}") from None
