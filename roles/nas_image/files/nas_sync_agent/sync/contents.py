# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on both sides now, and what of it the agent has brought to the Windows directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import join
from typing import Any

from ..errors import reason
from ..model import DIRECTORY, FILE, OTHER, Entry, Side
from ..names import MARKER, is_ignored
from ..text import visible
from ..trees.base import Tree
from .ledger import Ledger
from .recorded import holds

_WORDS = {FILE: "file", DIRECTORY: "directory", OTHER: "other"}


@dataclass
class Contents:
    """One side: what is there, directories before what they contain, and what cannot be looked at, with the reasons."""

    entries: dict[str, Entry] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def contents_of(tree: Tree) -> Contents:
    """Everything on an open side; on the Windows side without what is never carried over.

    On the NAS side nothing is left out: whatever is there, a client has made or been given.
    """
    found = Contents()
    directories = [""]
    while directories:
        directory = directories.pop()
        try:
            entries = tree.entries(directory)
        except Exception as error:
            found.unreadable[directory] = reason(error)
            continue
        for name, entry in sorted(entries.items()):
            path = join(directory, name)
            if tree.side is Side.WINDOWS and (path == MARKER or is_ignored(path)):
                continue
            if entry is None:
                found.unreadable[path] = "it cannot be looked at"
                continue
            found.entries[path] = entry
            if entry.kind == DIRECTORY:
                directories.append(path)
    return found


def is_delivered(tree: Tree, path: str, entry: Entry, ledger: Ledger) -> bool:
    """Whether the agent has brought there what stands at a path, and it is unchanged since. Raises Changed, OSError."""
    record = ledger.get(path)
    if record is None or tree.side not in record.delivered or record.kind != entry.kind:
        return False
    return entry.kind == DIRECTORY or holds(tree, path, entry, record)


def listed(trees: Mapping[Side, Tree], ledger: Ledger) -> dict[str, Any]:
    """Both sides, as JSON has it."""
    answer: dict[str, Any] = {}
    for side, tree in trees.items():
        found = contents_of(tree)
        answer[side.value] = list(_shown(tree, found, ledger))
        answer[f"{side.value}_unreadable"] = [
            {"path": visible(path), "reason": visible(why)} for path, why in found.unreadable.items()
        ]
    return answer


def _shown(tree: Tree, found: Contents, ledger: Ledger) -> Iterator[dict[str, Any]]:
    for path, entry in found.entries.items():
        shown: dict[str, Any] = {"path": path, "kind": _WORDS[entry.kind]}
        if tree.side is Side.WINDOWS:
            try:
                shown["delivered"] = is_delivered(tree, path, entry, ledger)
            except Exception as error:
                reason(error)
                shown["delivered"] = False
        yield shown
