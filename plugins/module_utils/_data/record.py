# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What test data was put where, so that it is known again. Private to file_simulator.nas.

A JSON file a server, in the machine's state directory, which outlives servers as their Windows directories do. It is written
before files get their names: whenever a run is interrupted, what it put is known.
"""

from __future__ import annotations

import json
import os
import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular, write_whole
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.tree import Version

# No instance has this name: a DNS label has no underscore.
_DIRECTORY = "test_data"
# Seconds: another run on the same server may be waiting for its barrier.
_PATIENCE = 60.0


@dataclass(frozen=True)
class Put:
    """What was put into a Windows directory. A file has two versions while one is about to take the other's place."""

    files: t.Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    directories: frozenset[str] = frozenset()


class Record:
    """The record of one server of one instance. What was put into another Windows directory than this one is not in it."""

    def __init__(self, state_directory: str, instance: str, server: str, windows_directory: str) -> None:
        self._path = os.path.join(state_directory, _DIRECTORY, instance, f"{server}.json")
        self._subject = f"server {server}: test data"
        self._windows_directory = windows_directory

    def locked(self) -> t.ContextManager[None]:
        """Keep other runs on the server waiting for their turn."""
        return locked(f"{self._path}.lock", self._subject, "nas_data", _PATIENCE)

    def read(self) -> Put:
        """Return what was put. Raises SimulatorError when the file cannot be read."""
        try:
            data = json.loads(read_regular(self._path).decode("utf-8"))
            if data["directory"] != self._windows_directory:
                return Put()
            files = {
                str(path): tuple(Version(int(size), str(sha256), int(modified)) for size, sha256, modified in versions)
                for path, versions in data["files"].items()
            }
            return Put(files, frozenset(map(str, data["directories"])))
        except FileNotFoundError:
            return Put()
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SimulatorError(
                f"{self._path}: cannot be read ({error}); where it is damaged, remove it: what was put counts as yours then"
            ) from None

    def write(self, put: Put) -> None:
        """Replace the record, whole or not at all. Raises SimulatorError."""
        data = {
            "directory": self._windows_directory,
            "files": {
                path: [[version.size, version.sha256, version.modified] for version in versions]
                for path, versions in put.files.items()
            },
            "directories": sorted(put.directories),
        }
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            write_whole(self._path, json.dumps(data, indent=1, sort_keys=True).encode("ascii") + b"\n")
        except OSError as error:
            raise SimulatorError(f"{self._path}: cannot be written: {error.strerror}") from None
