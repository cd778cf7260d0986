# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: what the two trees of a server have."""

from __future__ import annotations

import hashlib
import os

PLACES = {"windows": "/disks/windows/{}", "nas": "/disks/nas/{}/data"}


class Look:
    """Reads both trees of a server. A file that looks as it did the last time is not read again."""

    def __init__(self, server: str) -> None:
        self._roots = {side: place.format(server) for side, place in PLACES.items()}
        self._known: dict[tuple[str, int, int, int, int], str] = {}

    def both(self) -> dict[str, dict[str, str]]:
        """By side and path: the content's SHA-256."""
        return {side: self._tree(root) for side, root in self._roots.items()}

    def _tree(self, root: str) -> dict[str, str]:
        found = {}
        for directory, _directories, names in os.walk(root):
            for name in names:
                path = os.path.join(directory, name)
                try:
                    found[os.path.relpath(path, root)] = self._digest(path)
                except FileNotFoundError:
                    continue  # it was removed or renamed at this very moment
        return found

    def _digest(self, path: str) -> str:
        status = os.stat(path)
        key = (path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if key not in self._known:
            with open(path, "rb") as stream:
                self._known[key] = hashlib.sha256(stream.read()).hexdigest()
        return self._known[key]
