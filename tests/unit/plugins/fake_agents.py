# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sync agents in memory, for test data: what is in a Windows directory goes to a NAS that is a dictionary."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.temporary_names import is_ignored

Answer = dict[str, t.Any]


class FakeAgents:
    """The agents of servers whose Windows directories lie below ``root``.

    ``nas`` is each export, by path; ``delivered`` what was brought to Windows; ``problems`` are what agents answer instead.
    ``asked`` has each question with the servers, ``meanwhile`` is done just before the agents empty anything.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.nas: dict[str, dict[str, bytes]] = {}
        self.delivered: dict[str, set[str]] = {}
        self._synced: dict[str, dict[str, bytes]] = {}
        self.problems: dict[str, str] = {}
        self.asked: list[tuple[str, list[str]]] = []
        self.options: list[tuple[int, bool]] = []
        self.meanwhile: t.Callable[[], object] = lambda: None

    def windows(self, server: str) -> dict[str, bytes]:
        """The files of a Windows directory that an agent looks at."""
        top = self._root / server
        return {
            str(path.relative_to(top)): path.read_bytes()
            for path in sorted(top.rglob("*"))
            if path.is_file() and path.name != ".file-simulator.json" and not is_ignored(path.name)
        }

    def _ask(self, what: str, servers: t.Sequence[Server], answer: t.Callable[[str], Answer]) -> list[Answer]:
        names = [server.name for server in servers]
        self.asked.append((what, names))
        return [
            {"server": name, "problem": self.problems[name]} if name in self.problems
            else {"server": name, "problem": "", **answer(name)}
            for name in names
        ]  # fmt: skip

    def sync(self, servers: t.Sequence[Server], timeout: int, complete: bool) -> list[Answer]:
        self.options.append((timeout, complete))

        def sync(server: str) -> Answer:
            # What a client has deleted stays deleted until it changes.
            nas, before = self.nas.setdefault(server, {}), self._synced.get(server, {})
            now = self.windows(server)
            nas.update({path: content for path, content in now.items() if before.get(path) != content})
            for path in set(before) - set(now):
                nas.pop(path, None)
            self._synced[server] = now
            return {"done": True}

        return self._ask("sync", servers, sync)

    def contents(self, servers: t.Sequence[Server]) -> list[Answer]:
        def contents(server: str) -> Answer:
            delivered = self.delivered.get(server, set())
            windows = [{"path": path, "kind": "file", "delivered": path in delivered} for path in self.windows(server)]
            return {"windows": windows, "nas": [{"path": path, "kind": "file"} for path in self.nas.get(server, {})]}

        return self._ask("contents", servers, contents)

    def empty(self, servers: t.Sequence[Server], force: bool) -> list[Answer]:
        self.meanwhile()

        def empty(server: str) -> Answer:
            removed: dict[str, list[str]] = {"nas": sorted(self.nas.pop(server, {})), "windows": []}
            kept: dict[str, list[dict[str, str]]] = {"nas": [], "windows": []}
            for path in self.windows(server):
                if path in self.delivered.get(server, set()):
                    (self._root / server / path).unlink()
                    removed["windows"].append(path)
                else:
                    # An input server's agent sees its Windows directory through a mount that it cannot write to.
                    reason = "Read-only file system" if force else "it was not delivered, or has changed since"
                    kept["windows"].append({"path": path, "reason": reason})
            self._synced.pop(server, None)
            return {"removed": removed, "kept": kept}

        return self._ask("empty", servers, empty)
