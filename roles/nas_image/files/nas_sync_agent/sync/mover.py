# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows renames: what the agent has delivered, and is unchanged, gets its new name on the other side in one step.

Of a tree that nobody but this machine changes, all that is moved is looked at once more afterwards: what somebody has
put there or changed in the moment before goes back to where it was, with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from posixpath import dirname

from ..errors import Changed, reason
from ..model import DIRECTORY, FILE, Deletions, Entry, Mode, Move, Side
from ..trees.base import Tree
from ..windows_names import fold
from .durability import Durability
from .exported import Exported
from .ledger import Ledger
from .move_plan import Seen, may_go_along, plan_move, was_moved
from .recorded import holds
from .renames import Rename


class Mover:
    """Renames on two open trees, and in the ledger. Methods raise sqlite3.Error."""

    def __init__(
        self,
        trees: Mapping[Side, Tree],
        ledger: Ledger,
        mode: Mode,
        deletions: Deletions,
        exported: Exported,
        durability: Durability,
    ) -> None:
        """Take both trees, the ledger, and what decides on what may be moved."""
        self._trees = trees
        self._ledger = ledger
        self._mode = mode
        self._deletions = deletions
        self._exported = exported
        self._durability = durability

    def plan(self, rename: Rename) -> Move | None:
        """What is to be done; None where the ordinary way is to be taken. Raises OSError."""
        here, there = self._trees[rename.side], self._trees[rename.side.other]
        old, new = rename.old, rename.new
        record = self._ledger.get(old)
        if record is None:
            return None
        taken = self._ledger.get(new) is not None or any(True for _path in self._ledger.below(new))
        taken = taken or (rename.side is Side.NAS and fold(new) in self._ledger.namesakes([new]))
        parent = self._ledger.get(dirname(new))
        seen = Seen(here.look(old), here.look(new), there.look(new), record, parent, taken)
        return plan_move(rename, seen, self._mode, self._deletions, self._exported)

    def run(self, moves: Sequence[Move]) -> list[bool]:
        """Carry out moves that have nothing to do with each other; which of them have been."""
        for move in moves:
            self._ledger.begin_move(move.to, move.old, move.path)
        self._durability.commit_intents()
        done = [self._guarded(move) for move in moves]
        self._durability.commit()
        for move, moved in zip(moves, done, strict=True):
            self._ledger.end_move(move.to, move.old, move.path, done=moved)
        self._ledger.commit()
        for side, tree in self._trees.items():
            tree.settle([p for move in moves if move.to is side for p in (move.old, move.path)])
        return done

    def _guarded(self, move: Move) -> bool:
        try:
            return self._move(move)
        except Changed:
            return False
        except Exception as error:  # whatever it is, the ordinary way has its own look at it
            reason(error)
            return False

    def _move(self, move: Move) -> bool:
        tree = self._trees[move.to]
        entry = tree.look(move.old)
        if entry is None or entry.kind != move.record.kind:
            return False
        if entry.kind == FILE and not holds(tree, move.old, entry, move.record):
            return False
        before = self._look_below(tree, move, entry)
        if before is None:
            return False
        tree.move(move.old, move.path)
        if tree.inodes and not _still(tree, move.path, before):
            with suppress(Changed, OSError):  # somebody has the old name again: what is not as recorded stays theirs
                tree.move(move.path, move.old)
                return False
        self._note(move)
        return True

    def _look_below(self, tree: Tree, move: Move, top: Entry) -> _Look | None:
        """How a side shows what is to be moved; None where that is not just what the ledger says."""
        seen = {"": hash((top.kind, top.stamp))}
        directories = [move.old] if top.kind == DIRECTORY else []
        while directories:
            directory = directories.pop()
            entries, records = tree.entries(directory), self._ledger.records_in(directory)
            if not may_go_along(entries, records, move, directory, self._mode):
                return None
            for name, entry in entries.items():
                path = f"{directory}/{name}"
                if entry is None or (entry.kind == FILE and not holds(tree, path, entry, records[name])):
                    return None
                if entry.kind == DIRECTORY:
                    directories.append(path)
            seen[directory[len(move.old) :] + "/"] = _hashed(entries)
        return seen

    def _note(self, move: Move) -> None:
        """Have the names on both disks before the ledger has them: that of the source, too, may not be there yet."""
        for side in (move.to, move.to.other):
            for path in (move.old, move.path, dirname(move.path)):
                self._durability.changed(side, path)
        if not self._trees[move.to].harden([]):
            for path in self._ledger.below(move.old):
                self._durability.changed(move.to, move.path + path[len(move.old) :])

    def recover(self) -> None:
        """Find out how far an earlier run came with what it was about to move."""
        moves = self._ledger.moves()
        if not moves:
            return
        done = [self._was_moved(*move) for move in moves]
        for (side, old, new), moved in zip(moves, done, strict=True):
            if moved:
                for path in (old, new, dirname(new)):
                    self._durability.changed(side, path)
        self._durability.commit()
        for (side, old, new), moved in zip(moves, done, strict=True):
            self._ledger.end_move(side, old, new, done=moved)
        self._ledger.commit()

    def _was_moved(self, side: Side, old: str, new: str) -> bool:
        """Whether a side has a path under its new name; where it has it under neither, it was deleted there since.

        What is not in Windows may have been there under its new name for a moment only: see Publisher.
        """
        tree, record = self._trees[side], self._ledger.get(old)
        if record is None or any(True for _path in self._ledger.below(new)):
            return True  # the records have begun to get their new names
        there, gone = tree.look(new), tree.look(old)
        if there is None and gone is None:
            return side is Side.NAS
        return was_moved(gone, there, record, side) and self._is_the_same(tree, old, new)

    def _is_the_same(self, tree: Tree, old: str, new: str) -> bool:
        """Whether any of the files that were in a directory is in the one of the new name, or there were none."""
        files = False
        for path in self._ledger.below(old):
            each = self._ledger.get(path)
            if each is not None and each.kind == FILE:
                files = True
                if each.shows(tree.side, tree.look(new + path[len(old) :])):
                    return True
        return not files


_Look = dict[str, int]
"""What a path and all directories below showed, by what their paths end in."""


def _still(tree: Tree, top: str, before: _Look) -> bool:
    """Whether what was moved is what was looked at before."""
    try:
        return _look(tree, top) == before
    except OSError:
        return False


def _look(tree: Tree, top: str) -> _Look | None:
    found = tree.look(top)
    if found is None:
        return None
    seen = {"": hash((found.kind, found.stamp))}
    directories = [top] if found.kind == DIRECTORY else []
    while directories:
        directory = directories.pop()
        entries = tree.entries(directory)
        directories += (f"{directory}/{name}" for name, entry in entries.items() if entry and entry.kind == DIRECTORY)
        seen[directory[len(top) :] + "/"] = _hashed(entries)
    return seen


def _hashed(entries: Mapping[str, Entry | None]) -> int:
    return hash(frozenset((name, entry and (entry.kind, entry.stamp)) for name, entry in entries.items()))
