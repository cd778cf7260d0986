# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server's tree where clients see parts of it alone. Private to file_simulator.nas.

Each export is a subdirectory of the tree. What lies beside them no client sees, so that nothing is there.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import Entry, NasClient, NotThere


class PartedTree:
    """The tree of a server, by a client of each export; paths are relative to the tree."""

    def __init__(self, parts: t.Mapping[str, NasClient]) -> None:
        self._parts = parts

    def entries(self, directory: str = "") -> list[Entry]:
        """Return what is in a directory; one that leads to an export has the next directory on the way."""
        found = self._found(directory)
        if found:
            client, path = found
            return client.entries(path)
        beginning = f"{directory}/" if directory else ""
        next_names = {part[len(beginning) :].split("/")[0] for part in self._parts if part.startswith(beginning)}
        if not next_names:
            raise NotThere(f"{directory} is in no export")
        return [self._entry(beginning + name, name) for name in sorted(next_names)]

    def parts(self, path: str) -> t.Iterator[bytes]:
        """Yield a file's content in parts."""
        found = self._found(path)
        if not found:
            raise NotThere(f"{path} is in no export")
        client, below = found
        yield from client.parts(below)

    def _found(self, path: str) -> tuple[NasClient, str] | None:
        """Return the client that sees a path, and what it calls it."""
        for part, client in self._parts.items():
            if f"{path}/".startswith(f"{part}/"):
                return client, path[len(part) :].strip("/")
        return None

    def _entry(self, path: str, name: str) -> Entry:
        # What no client sees has no owner and no time that any of them could tell.
        client = self._parts.get(path)
        seen = client.attributes() if client else None
        return Entry(name, "directory", 0, 0, seen.owner if seen else 0, seen.group if seen else 0, 0o755)
