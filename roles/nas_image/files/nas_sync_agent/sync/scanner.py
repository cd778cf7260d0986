# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what differs from the ledger on one side, directory by directory.

A directory whose entries look as they did at the last scan costs one listing and one hash, so a large tree at
rest takes little time and, whatever its size, memory for one directory and a number for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join

from ..errors import ABSENT, reason
from ..model import DIRECTORY, Entry
from ..names import is_ignored, is_temporary, is_too_long
from ..trees.base import Tree
from .ledger import Ledger


@dataclass
class Scan:
    """What a scan has come across besides what differs."""

    entries: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    """Paths that could not be looked at, with the reason: nothing is concluded about them."""
    temporaries: list[str] = field(default_factory=list)
    """The agent's own unfinished files."""


class Scanner:
    """Scans one tree again and again."""

    def __init__(self, tree: Tree, ledger: Ledger) -> None:
        """Take an open tree."""
        self._tree = tree
        self._ledger = ledger
        self._looks: dict[str, int] = {}

    def forget(self) -> None:
        """Compare every directory with the ledger at the next scan."""
        self._looks.clear()

    def forget_directory(self, directory: str) -> None:
        """Compare one directory with the ledger at the next scan."""
        self._looks.pop(directory, None)

    def forget_below(self, directory: str) -> None:
        """Compare a directory and what is below it with the ledger at the next scan."""
        for path in [path for path in self._looks if path == directory or path.startswith(directory + "/")]:
            del self._looks[path]

    def scan(self, scan: Scan, top: str = "") -> Iterator[tuple[str, list[str], dict[str, Entry | None]]]:
        """Each directory that looks different, the paths in it that differ from the ledger, and all of its entries."""
        looks: dict[str, int] = {}
        directories = [top]
        while directories:
            directory = directories.pop()
            try:
                found = self._tree.entries(directory)
            except Exception as error:
                if not isinstance(error, OSError) or error.errno not in ABSENT:
                    scan.unreadable[directory] = reason(error)
                continue
            entries = self._sift(directory, found, scan)
            scan.entries += len(entries)
            inner = [join(directory, name) for name, entry in entries.items() if entry and entry.kind == DIRECTORY]
            directories += (path for path in inner if not is_too_long(path))
            look = hash(frozenset(entries.items()))
            # Part of a tree is scanned when a directory has appeared: it may be another than the one of that name.
            if top or self._looks.get(directory) != look:
                # Set before the paths are handed on, so that forget_directory() meanwhile has the last word.
                self._looks[directory] = look
                yield directory, self._differing(directory, entries), entries
            looks[directory] = self._looks.get(directory, 0)
        if not top:
            self._looks = looks

    @staticmethod
    def _sift(directory: str, found: dict[str, Entry | None], scan: Scan) -> dict[str, Entry | None]:
        """Take out the names that do not count, and note those that could not be looked at."""
        for name in [name for name in found if name[0] == "."]:
            path = join(directory, name)
            if is_ignored(path):
                del found[name]
                if is_temporary(name):
                    scan.temporaries.append(path)
        for name, entry in found.items():
            if entry is None:
                scan.unreadable[join(directory, name)] = "it cannot be looked at"
        return found

    def _differing(self, directory: str, entries: dict[str, Entry | None]) -> list[str]:
        left = dict(entries)
        differing, learned = [], {}
        for name, kind, stamp in self._ledger.children(directory, self._tree.side):
            if name not in left:
                if stamp is not None:
                    differing.append(name)
                continue
            entry = left.pop(name)
            if entry is None:
                continue
            if entry.kind != kind or stamp is None or not stamp.fits(entry.stamp):
                differing.append(name)
            elif entry.inode and not stamp.inode:
                learned[name] = entry.inode
        if learned:
            # Recorded by an agent that took no notice of it, or before the tree was on this file system.
            self._ledger.learn_inodes(directory, self._tree.side, learned)
        differing += (name for name, entry in left.items() if entry is not None)
        return [join(directory, name) for name in differing]
