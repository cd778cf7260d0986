# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives complete content its name, so that a kill at any moment can be made good at the next start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import Changed, is_full, reason
from ..model import DIRECTORY, Intent, Side
from ..outcome import Outcome, Result
from ..trees.base import Tree
from ..trees.nas import NasTree
from .copying import Prepared
from .ledger import Ledger


class Publisher:
    """Publishes prepared content in batches: intents in the ledger, then the names, then the records."""

    def __init__(self, trees: Mapping[Side, Tree], nas: NasTree, ledger: Ledger) -> None:
        """Take both trees; ``nas`` is one of them."""
        self._trees = trees
        self._nas = nas
        self._ledger = ledger

    def publish(self, batch: Sequence[Prepared]) -> list[Outcome]:
        """The outcomes, in the batch's order. Raises sqlite3.Error."""
        if not batch:
            return []
        for tree in self._trees.values():
            mine = [item for item in batch if item.target is tree]
            try:
                tree.flush([item.temporary for item in mine])
            except Exception as error:
                if len(batch) > 1:  # one of them is the bad one, or each as many as there is room for
                    return [outcome for item in batch for outcome in self.publish([item])]
                return [self._give_up(batch[0], tree.side, error)]
        intents = [item.intent() for item in batch]
        for intent in intents:
            self._ledger.begin(intent)
        self._ledger.commit()
        outcomes = [self._publish(item, intent) for item, intent in zip(batch, intents, strict=True)]
        self._ledger.commit()
        for tree in self._trees.values():
            tree.settle([item.path for item in batch if item.target is tree])
        return outcomes

    def _publish(self, item: Prepared, intent: Intent) -> Outcome:
        path, to = item.action.path, item.action.to
        done = False
        try:
            item.target.publish(item.temporary, item.path, item.expected)
            done = True
        except (Changed, FileNotFoundError):
            return Outcome(path, Result.AGAIN)
        except Exception as error:
            return _failure(path, to, error)
        finally:
            self._ledger.end(intent, done=done)
            if not done:
                # A noted intent whose content is gone counts as done at the next start: note first, then clear.
                self._ledger.commit()
                item.target.discard(item.temporary)
        if item.path != path or item.kept:
            return Outcome(path, Result.CONFLICT, to, item.kept or item.path, item.size)
        return Outcome(path, Result.DELIVERED, to, "", item.size)

    @staticmethod
    def _give_up(item: Prepared, side: Side, error: Exception) -> Outcome:
        item.target.discard(item.temporary)
        return _failure(item.action.path, side, error)

    def recover(self) -> None:
        """Find out how far an earlier run came with what it was about to do, and clear the stage."""
        intents = self._ledger.intents()
        for intent in intents:
            self._ledger.end(intent, done=self._was_done(intent))
        # Only then is anything cleared away: whoever is killed before finds the same and decides the same.
        self._ledger.commit()
        for intent in intents:
            if intent.temporary:
                self._trees[intent.side].discard(intent.temporary)
        for name in self._nas.staged():
            self._nas.discard(name)

    def _was_done(self, intent: Intent) -> bool:
        """Whether what was intended has happened. Changes nothing but what a client would lose."""
        tree = self._trees[intent.side]
        if not intent.temporary:
            made = tree.look(intent.path)
            return made is not None and made.kind == DIRECTORY
        found = tree.waiting(intent.temporary)
        if found is None:
            return True
        if found == intent.stamp or tree is not self._nas:
            return False
        # On the NAS side names are exchanged, so this is what stood at the path. If it is not the version
        # that the ledger knows, a client changed it in the very moment before the kill: it goes back.
        record = self._ledger.get(intent.path)
        if record is None or self._nas.staged_digest(intent.temporary) != record.digest:
            try:
                self._nas.put_back(intent.temporary, intent.path)
            except FileNotFoundError:
                return True  # its directory is gone as well: the client has deleted both since
        return True


def _failure(path: str, side: Side, error: Exception) -> Outcome:
    full = isinstance(error, OSError) and is_full(error)
    return Outcome(path, Result.FULL if full else Result.FAILED, side, reason(error))
