# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers what the planner must know about some paths: both sides, the ledger, parents and namesakes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from posixpath import basename, dirname, join

from ..errors import reason
from ..model import Entry, Mode, Record, Side
from ..trees.nas import NasTree
from ..trees.windows import WindowsTree
from ..windows_names import fold
from .ledger import Ledger
from .pending import Looks


@dataclass
class Snapshot:
    """What was seen at one moment. Absent paths are not in the mappings."""

    paths: list[str] = field(default_factory=list)
    """What was asked for, and the parents that the ledger does not know yet."""
    windows: dict[str, Entry] = field(default_factory=dict)
    nas: dict[str, Entry] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    namesakes: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """Paths that could not be looked at, with the reason."""

    def at(self, path: str) -> Looks:
        """What both sides showed."""
        return self.windows.get(path), self.nas.get(path)


class SnapshotReader:
    """Looks at paths on both open trees and in the ledger."""

    def __init__(self, windows: WindowsTree, nas: NasTree, ledger: Ledger, mode: Mode) -> None:
        """Names of the NAS side matter only in a mode that brings them to Windows."""
        self._windows = windows
        self._nas = nas
        self._ledger = ledger
        self._to_windows = Side.NAS in mode.sources

    def read(self, paths: Iterable[str]) -> Snapshot:
        """Look at paths now."""
        snapshot = Snapshot()
        spellings: dict[str, set[str]] = {}
        todo = list(paths)
        known = set(todo)
        while todo:
            path = todo.pop()
            self._record(path, snapshot)
            try:
                windows, nas = self._windows.look(path), self._nas.look(path)
                if windows is not None and self._to_windows and not self._spelled(path, windows, snapshot, spellings):
                    windows = None
            except Exception as error:
                snapshot.failed[path] = reason(error)
                continue
            snapshot.paths.append(path)
            if windows is not None:
                snapshot.windows[path] = windows
            if nas is not None:
                snapshot.nas[path] = nas
            parent = dirname(path)
            if parent and parent not in known and self._record(parent, snapshot) is None:
                known.add(parent)
                todo.append(parent)
        if self._to_windows:
            self._look_at_namesakes(snapshot)
        return snapshot

    def _record(self, path: str, snapshot: Snapshot) -> Record | None:
        record = snapshot.records.get(path) or self._ledger.get(path)
        if record is not None:
            snapshot.records[path] = record
        return record

    def _spelled(self, path: str, entry: Entry, snapshot: Snapshot, spellings: dict[str, set[str]]) -> bool:
        """Whether what Windows shows under this name has exactly this name.

        A case-insensitive side shows ``readme`` when asked for ``README``: that is a namesake, another path.
        """
        record = snapshot.records.get(path)
        if record is not None and record.shows(Side.WINDOWS, entry):
            return True
        parent, name = dirname(path), basename(path)
        names = spellings.get(parent)
        if names is None:
            names = spellings[parent] = set(self._windows.entries(parent))
        if name in names:
            return True
        key = fold(name)
        for other in names:
            if fold(other) == key:
                snapshot.namesakes[fold(path)] = join(parent, other)
        return False

    def _look_at_namesakes(self, snapshot: Snapshot) -> None:
        snapshot.namesakes = {**self._ledger.namesakes(snapshot.paths), **snapshot.namesakes}
        for holder in set(snapshot.namesakes.values()) - set(snapshot.paths):
            self._record(holder, snapshot)
            try:
                found = self._windows.look(holder), self._nas.look(holder)
            except Exception as error:
                # Whether the name is free is unknown, so it is not: its namesakes are tried again.
                self._fail_namesakes(holder, reason(error), snapshot)
                continue
            for entry, entries in zip(found, (snapshot.windows, snapshot.nas), strict=True):
                if entry is not None:
                    entries[holder] = entry

    @staticmethod
    def _fail_namesakes(holder: str, why: str, snapshot: Snapshot) -> None:
        paths = [path for path in snapshot.paths if snapshot.namesakes.get(fold(path)) == holder]
        snapshot.failed.update(dict.fromkeys(paths, f"{holder!r}, which has the same name on Windows: {why}"))
        snapshot.paths = [path for path in snapshot.paths if path not in snapshot.failed]
