# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives complete content its name, so that a kill at any moment can be made good at the next start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from ..errors import Changed, is_full, reason
from ..model import DIRECTORY, Intent, Side, Stamp
from ..outcome import Outcome, Result
from ..trees.base import Tree
from ..trees.nas import NasTree
from .copying import Prepared
from .displaced import Displaced
from .durability import Durability
from .ledger import Ledger


class Publisher:
    """Publishes prepared content in batches: intents in the ledger, then the names, then the records."""

    def __init__(
        self, trees: Mapping[Side, Tree], nas: NasTree, ledger: Ledger, displaced: Displaced, durability: Durability
    ) -> None:
        """Take both trees; ``nas`` is one of them."""
        self._displaced = displaced
        self._trees = trees
        self._nas = nas
        self._ledger = ledger
        self._durability = durability

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
        self._durability.commit_intents()
        outcomes = [self._publish(item, intent) for item, intent in zip(batch, intents, strict=True)]
        self._durability.commit()
        for tree in self._trees.values():
            tree.settle([item.path for item in batch if item.target is tree])
        return outcomes

    def _publish(self, item: Prepared, intent: Intent) -> Outcome:
        path, to = item.action.path, item.action.to
        done = False
        try:
            item.target.publish(item.content, item.path, item.expected)
            done = True
        except (Changed, FileNotFoundError):
            return Outcome(path, Result.AGAIN)
        except Exception as error:
            return _failure(path, to, error)
        finally:
            self._ledger.end(intent, done=done)
            if done:
                self._durability.changed(to, item.path)
                self._durability.changed(to.other, path)  # its writer may not have synced it
                self._let_go(item)
            else:
                # On the NAS side, a noted intent whose content is gone counts as done at the next start: note first,
                # then clear.
                self._durability.commit()
                self._clear(item)
        if item.path != path or item.kept:
            return Outcome(path, Result.CONFLICT, to, item.kept or item.path, item.size)
        return Outcome(path, Result.DELIVERED, to, "", item.size)

    def _let_go(self, item: Prepared) -> None:
        """What was replaced on the NAS side may still be written by a client."""
        if item.target is self._nas and item.expected is not None:
            self._displaced.let_go(item.kept or item.path, item.temporary, item.expected.stamp)

    def _clear(self, item: Prepared) -> None:
        """Remove content that has not got its name; never a client's file that has been exchanged for it."""
        try:
            found = item.target.waiting(item.temporary)
        except OSError:
            found = None
        if found == item.content.stamp or item.target is not self._nas:
            item.target.discard(item.temporary)
        else:
            self._displaced.let_go(item.path, item.temporary, item.content.stamp)

    @staticmethod
    def _give_up(item: Prepared, side: Side, error: Exception) -> Outcome:
        item.target.discard(item.temporary)
        return _failure(item.action.path, side, error)

    def recover(self) -> None:
        """Find out how far an earlier run came with what it was about to do, and clear the stage."""
        intents = self._ledger.intents()
        for intent in intents:
            done, displaced = self._was_done(intent)
            self._ledger.end(intent, done=done)
            if done:
                self._durability.changed(intent.side, intent.path)
            if displaced is not None:
                self._displaced.hold(Intent(intent.path, Side.NAS, intent.temporary, displaced, ()))
        self._durability.doubt()
        # Only then is anything cleared away: whoever is killed before finds the same and decides the same.
        self._durability.commit()
        for intent in intents:
            if intent.temporary and intent.temporary not in self._displaced:
                self._trees[intent.side].discard(intent.temporary)
        for name in self._nas.staged():
            if name not in self._displaced:
                self._nas.discard(name)
        self._displaced.look()

    def _was_done(self, intent: Intent) -> tuple[bool, Stamp | None]:
        """Whether what was intended has happened, and what a file shows that was taken out of the export for it.

        Changes nothing but what a client would lose.
        """
        tree = self._trees[intent.side]
        if not intent.temporary:
            made = tree.look(intent.path)
            return made is not None and made.kind == DIRECTORY, None
        found = tree.waiting(intent.temporary)
        if found is None:
            return tree is self._nas or self._is_there(tree, intent), None
        if found == intent.stamp or tree is not self._nas:
            # Without records it is no new content, but what was removed or replaced.
            return False, None if intent.records else found
        # On the NAS side names are exchanged, so this is what stood at the path. If it is not the version
        # that the ledger knows, a client changed it in the very moment before the kill: it goes back.
        record = self._ledger.get(intent.path)
        if record is not None and self._nas.staged_digest(intent.temporary) == record.digest:
            return True, found
        with suppress(FileNotFoundError):  # its directory is gone as well: the client has deleted both since
            self._nas.put_back(intent.temporary, intent.path, parents=not intent.records)
        return True, None

    @staticmethod
    def _is_there(tree: Tree, intent: Intent) -> bool:
        """Whether content has its name in Windows, where a tester may have deleted it before it had: with its directory.

        What is not there may have been, for a moment. It is delivered once more then, for it would be a deletion else.
        """
        there = tree.look(intent.path)
        return there is not None and there.stamp.fits(intent.stamp)


def _failure(path: str, side: Side, error: Exception) -> Outcome:
    full = isinstance(error, OSError) and is_full(error)
    return Outcome(path, Result.FULL if full else Result.FAILED, side, reason(error))
