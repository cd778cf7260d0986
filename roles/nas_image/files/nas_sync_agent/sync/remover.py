# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes what was delivered and is still what was delivered."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import basename, dirname

from ..model import DIRECTORY, Deletions, Intent, Mode, Record, Remove, Side
from ..outcome import Outcome, Result
from ..trees.base import Tree
from .displaced import Displaced
from .durability import Durability
from .ledger import Ledger
from .planner import decide
from .recorded import holds


class Remover:
    """Removes files and directories of two open trees, and their records."""

    def __init__(
        self,
        trees: Mapping[Side, Tree],
        ledger: Ledger,
        mode: Mode,
        deletions: Deletions,
        displaced: Displaced,
        durability: Durability,
    ) -> None:
        """Take both trees, the ledger, and what the planner goes by."""
        self._displaced = displaced
        self._durability = durability
        self._trees = trees
        self._ledger = ledger
        self._mode = mode
        self._deletions = deletions

    def remove(self, action: Remove) -> Outcome:
        """Remove a path from one side, if it still is what was delivered there and the other side has not got it back.

        What differs is kept and its record dropped, so that it counts as new. What a client wrote into the file meanwhile is
        rescued.
        """
        path, tree = action.path, self._trees[action.side]
        record = self._ledger.get(path)
        if record is None or self._is_back(path, record, self._trees[action.side.other]):
            return Outcome(path, Result.AGAIN)
        if action.target.kind == DIRECTORY:
            return self._remove_directory(path, tree)
        if not holds(tree, path, action.target, record):
            self._ledger.drop(path)
            return Outcome(path, Result.KEPT, action.side)
        intent = Intent(path, action.side, tree.removal(path), action.target.stamp, ())
        if intent.temporary:
            self._ledger.begin(intent)
            self._ledger.commit()
        try:
            tree.remove(path, action.target, intent.temporary)
        finally:
            self._ledger.end(intent, done=False)
            if intent.temporary:
                # Whatever has gone wrong: what was taken away may be a client's.
                self._displaced.let_go(path, intent.temporary, action.target.stamp)
        self._durability.removed(action.side, path)
        tree.settle([path])
        return Outcome(path, Result.REMOVED, action.side)

    @staticmethod
    def _is_back(path: str, record: Record, source: Tree) -> bool:
        """Whether the source has the path again. A name that differs in case only is another path."""
        found = source.look(path)
        return found is not None and found.kind == record.kind and basename(path) in source.entries(dirname(path))

    def _remove_directory(self, path: str, tree: Tree) -> Outcome:
        """Remove a directory when it is empty; what is left in it belongs to somebody else."""
        self._durability.commit()  # so that the ledger forgets what was removed from it just now
        if not all(map(self._is_settled, self._ledger.below(path))):
            return Outcome(path, Result.AGAIN)
        kept = bool(tree.entries(path))
        if not kept:
            tree.rmdir(path)
            tree.settle([path])
        self._ledger.drop(path)
        return Outcome(path, Result.KEPT if kept else Result.REMOVED, tree.side)

    def _is_settled(self, path: str) -> bool:
        """Whether nothing is to be done about a recorded path as it is."""
        record = self._ledger.get(path)
        windows, nas = self._trees[Side.WINDOWS].look(path), self._trees[Side.NAS].look(path)
        return decide(path, record, windows, nas, self._mode, self._deletions) is None
