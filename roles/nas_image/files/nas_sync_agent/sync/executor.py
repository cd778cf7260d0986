# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out what the planner decided, looking again just before every change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from posixpath import dirname

from .. import names
from ..errors import Changed, SideFull, is_full, reason
from ..model import (
    DIRECTORY,
    FILE,
    Action,
    Agree,
    Deletions,
    Deliver,
    Entry,
    Forget,
    Intent,
    MakeDirectory,
    Mode,
    Reconcile,
    Record,
    Refuse,
    Remove,
    Side,
    Wait,
)
from ..outcome import Outcome, Result
from ..trees.base import Tree
from ..trees.nas import NasTree
from ..trees.windows import WindowsTree
from .copying import Prepared, prepare_copy
from .displaced import Displaced
from .durability import Durability
from .ledger import Ledger
from .publisher import Publisher
from .recorded import directory_record, holds
from .remover import Remover

_BATCH_FILES = 512
_BATCH_BYTES = 64 << 20


class Executor:
    """Executes actions on two open trees and keeps the ledger in step."""

    def __init__(
        self,
        windows: WindowsTree,
        nas: NasTree,
        ledger: Ledger,
        mode: Mode,
        deletions: Deletions,
        durability: Durability,
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:
        """``on_progress`` is called between two files, so that the caller can see to its events."""
        self._trees: dict[Side, Tree] = {Side.WINDOWS: windows, Side.NAS: nas}
        self._nas = nas
        self._ledger = ledger
        self._on_progress = on_progress
        self.displaced = Displaced(nas, ledger)
        self._durability = durability
        self._publisher = Publisher(self._trees, nas, ledger, self.displaced, self._durability)
        self._remover = Remover(self._trees, ledger, mode, deletions, self.displaced, self._durability)

    def recover(self) -> None:
        """Finish or undo what an earlier run was about to do."""
        self._publisher.recover()

    def run(self, actions: Iterable[Action]) -> list[Outcome]:
        """Execute in order. A failure is an outcome of its own path, never an exception.

        What the ledger raises (sqlite3.Error) does get through: without it nothing may be done.
        """
        outcomes: list[Outcome] = []
        batch: list[Prepared] = []
        waiting = 0
        try:
            for action in actions:
                done = self._guarded(action)
                if isinstance(done, Prepared):
                    batch.append(done)
                    waiting += done.size
                    if len(batch) >= _BATCH_FILES or waiting >= _BATCH_BYTES:
                        outcomes += self._publisher.publish(batch)
                        batch, waiting = [], 0
                else:
                    outcomes.append(done)
                self._on_progress()
            outcomes += self._publisher.publish(batch)
            batch = []
        finally:
            for item in batch:
                item.target.discard(item.temporary)
        self._durability.commit()
        return outcomes

    def _guarded(self, action: Action) -> Outcome | Prepared:
        side = action.side.other if isinstance(action, Remove) else getattr(action, "to", Side.NAS)
        try:
            return self._execute(action)
        except Changed:
            return Outcome(action.path, Result.AGAIN)
        except FileNotFoundError:
            return Outcome(action.path, Result.AGAIN)
        except SideFull as full:
            return Outcome(action.path, Result.FULL, full.side, str(full))
        except Exception as error:
            if isinstance(error, OSError) and is_full(error):
                return Outcome(action.path, Result.FULL, side, str(SideFull(side)))
            return Outcome(action.path, Result.FAILED, side, reason(error))

    def _execute(self, action: Action) -> Outcome | Prepared:
        match action:
            case Deliver():
                self._make_parents(dirname(action.path), action.to)
                return self._deliver(action)
            case MakeDirectory():
                self._make_parents(dirname(action.path), action.to)
                return self._make_directory(action)
            case Agree():
                record = self._ledger.get(action.path)
                return self._agree(action.path, record.delivered if record else frozenset())
            case Remove():
                return self._remover.remove(action)
            case Forget():
                self._ledger.drop(action.path)
                return Outcome(action.path, Result.RECORDED)
            case Reconcile():
                return self._reconcile(action)
            case Refuse():
                return Outcome(action.path, Result.REFUSED, action.side, action.reason)
            case Wait():
                return Outcome(action.path, Result.AGAIN)

    def _make_parents(self, path: str, to: Side) -> None:
        """Bring back a directory that was removed, when new content for it comes from the other side."""
        if not path or self._trees[to].look(path) is not None:
            return
        # From the top: where a deep tree cannot be made, the first directory says so for all that are below.
        for end in [*(index for index, character in enumerate(path) if character == "/"), len(path)]:
            inner = path[:end]
            if self._trees[to].look(inner) is not None:
                continue
            source = self._trees[to.other].look(inner)
            if source is None:
                raise Changed(inner)
            self._make_directory(MakeDirectory(inner, to, source))

    def _make_directory(self, action: MakeDirectory) -> Outcome:
        record = directory_record(frozenset({action.to}))
        intent = Intent(action.path, action.to, "", Entry(DIRECTORY).stamp, ((action.path, record),))
        self._ledger.begin(intent)
        self._ledger.commit()
        done = False
        try:
            self._trees[action.to].mkdir(action.path, action.source)
            done = True
        finally:
            self._ledger.end(intent, done=done)
        return Outcome(action.path, Result.RECORDED)

    def _agree(self, path: str, delivered: frozenset[Side]) -> Outcome:
        self._ledger.put(path, directory_record(delivered))
        return Outcome(path, Result.RECORDED)

    def _deliver(self, action: Deliver) -> Outcome | Prepared:
        path, to, source, target = action.path, action.to, action.source, action.target
        here, there = self._trees[to.other], self._trees[to]
        record = self._ledger.get(path) or Record(FILE)
        before = record.at(to.other)
        comparable = record.kind == FILE and before and before.size == source.size
        if comparable and here.digest(path, source) == record.digest:
            self._ledger.put(path, record.seen(to.other, source.stamp))
            return Outcome(path, Result.RECORDED)
        if target is None:
            return prepare_copy(action, here, there, path, None)
        if target.kind == FILE:
            if action.may_replace and holds(there, path, target, record):
                return prepare_copy(action, here, there, path, target)
            if target.size == source.size:
                found = there.digest(path, target)
                if found == here.digest(path, source):
                    agreed = Record(FILE, found).seen(to, target.stamp).seen(to.other, source.stamp)
                    self._ledger.put(path, agreed)
                    return Outcome(path, Result.RECORDED)
        return self._deliver_beside(action, here, there, record.delivered)

    def _deliver_beside(
        self, action: Deliver, here: Tree, there: Tree, delivered: frozenset[Side]
    ) -> Outcome | Prepared:
        """Deliver under the first conflict name that is free or holds what was delivered there before."""
        number = 0
        while True:
            number += 1
            path = names.conflict(action.path, action.to.other, number)
            found = there.look(path)
            record = self._ledger.get(path) or Record(FILE)
            ours = action.to in record.delivered
            if found is None or (ours and found.kind == FILE and holds(there, path, found, record)):
                return replace(prepare_copy(action, here, there, path, found), delivered=delivered)

    def _reconcile(self, action: Reconcile) -> Outcome | Prepared:
        path, trees = action.path, self._trees
        record = self._ledger.get(path) or Record(FILE)
        windows = trees[Side.WINDOWS].digest(path, action.windows)
        nas = trees[Side.NAS].digest(path, action.nas)
        if windows == nas:
            agreed = Record(FILE, nas, action.windows.stamp, action.nas.stamp, record.delivered)
            self._ledger.put(path, agreed)
            return Outcome(path, Result.RECORDED)
        if windows == record.digest:
            deliver = Deliver(path, Side.WINDOWS, action.nas, action.windows, True)
            return prepare_copy(deliver, trees[Side.NAS], trees[Side.WINDOWS], path, action.windows)
        deliver = Deliver(path, Side.NAS, action.windows, action.nas, True)
        kept = ""
        if nas != record.digest:
            number = 1
            while not self._nas.keep(path, action.nas, kept := names.conflict(path, Side.NAS, number)):
                number += 1
        copy = prepare_copy(deliver, trees[Side.WINDOWS], trees[Side.NAS], path, action.nas)
        return replace(copy, kept=kept)
