# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes both sides and the ledger empty, so that the next test starts as the first one did.

A kill at any moment leaves what the agent's ordinary work understands, and the next call goes on. So a record stays
until both sides are rid of its path, but for one case: what a tester keeps in a mode that carries both ways is forgotten
first, or its removal from the NAS would be taken for a client's and reach him.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from posixpath import dirname

from ..errors import Changed, SideUnavailable, reason
from ..model import DIRECTORY, Entry, Intent, Mode, Side
from ..trees.base import Tree
from ..trees.nas import NasTree
from ..trees.windows import WindowsTree
from .contents import Contents, contents_of, is_delivered
from .displaced import Displaced
from .durability import Durability
from .ledger import Ledger

_BATCH = 256
_TRIES = 3
_CHANGED = "it has changed meanwhile"
_NOT_OURS = "it was not delivered, or has changed since"
_NOT_EMPTY = "it is not empty"


@dataclass
class Emptied:
    """What became of the paths of each side; those that were kept have the reason."""

    removed: dict[Side, list[str]] = field(default_factory=lambda: {side: [] for side in Side})
    kept: dict[Side, dict[str, str]] = field(default_factory=lambda: {side: {} for side in Side})


class Emptying:
    """Empties two open trees and their ledger. Raises sqlite3.Error, SideUnavailable."""

    def __init__(
        self,
        windows: WindowsTree,
        nas: NasTree,
        ledger: Ledger,
        displaced: Displaced,
        durability: Durability,
        mode: Mode,
        exported: Collection[str],
        on_progress: Callable[[], None],
    ) -> None:
        """``exported`` directories stay on both sides. ``on_progress`` is called now and then, so that the caller can see to its events."""
        self._windows = windows
        self._nas = nas
        self._ledger = ledger
        self._displaced = displaced
        self._durability = durability
        self._mode = mode
        self._exported = exported
        self._on_progress = on_progress

    def empty(self, *, force: bool) -> Emptied:
        """Remove all that is on the NAS side now, and of the Windows side what was delivered there.

        ``force``: all that is on the Windows side now. What a client has open is treated as wherever the agent removes.
        """
        done = Emptied()
        windows, nas = contents_of(self._windows), contents_of(self._nas)
        for found in (windows, nas):
            if "" in found.unreadable:
                raise SideUnavailable(f"a side cannot be looked at: {found.unreadable['']}")
        for found in (windows, nas):
            for path in self._exported:
                if path in found.entries and found.entries[path].kind == DIRECTORY:
                    del found.entries[path]
        done.kept[Side.WINDOWS].update(windows.unreadable)
        done.kept[Side.NAS].update(nas.unreadable)
        self._empty_windows(windows, done, force=force)
        if self._mode is Mode.TWO_WAY:
            for path in done.kept[Side.WINDOWS]:
                self._ledger.drop(path)
            self._durability.commit()
        errors = self._empty_nas(nas, done)
        for path in list(self._ledger.below("")):
            if path not in errors and not any(parent in nas.unreadable for parent in _with_parents(path)):
                self._ledger.drop(path)
        self._durability.commit()
        return done

    def _empty_windows(self, found: Contents, done: Emptied, *, force: bool) -> None:
        for path, entry in _inner_first(found.entries):
            try:
                why = self._remove_from_windows(path, entry, force=force)
            except Exception as error:
                why = _CHANGED if isinstance(error, Changed) else reason(error)
            _note(Side.WINDOWS, path, why, done)
            self._on_progress()
        self._windows.settle(done.removed[Side.WINDOWS])
        self._durability.commit()

    def _remove_from_windows(self, path: str, entry: Entry, *, force: bool) -> str:
        """Remove a path, or tell why not."""
        tree = self._windows
        if not force and not is_delivered(tree, path, entry, self._ledger):
            return _NOT_OURS
        if entry.kind != DIRECTORY:
            tree.remove(path, entry, "")
            self._durability.changed(Side.WINDOWS, path)
            return ""
        return _remove_directory(tree, path)

    def _empty_nas(self, found: Contents, done: Emptied) -> set[str]:
        """Remove everything; the paths where that has failed."""
        errors = set(found.unreadable)
        left = {path: entry for path, entry in found.entries.items() if entry.kind != DIRECTORY}
        for _try in range(_TRIES):
            changed: dict[str, Entry] = {}
            for batch in _batches(left):
                whys = self._remove_from_nas(batch)
                for path, why in whys.items():
                    now = self._nas.look(path) if why == _CHANGED else None
                    if now is not None and now.kind != DIRECTORY:
                        changed[path] = now
                    elif why != _CHANGED:
                        _note(Side.NAS, path, why, done)
                        errors.update([path] if why else [])
                self._on_progress()
            left = changed
        for path in left:  # a client writes it all the time: it is new
            _note(Side.NAS, path, _CHANGED, done)
        for path, entry in _inner_first(found.entries):
            if entry.kind == DIRECTORY:
                try:
                    why = _remove_directory(self._nas, path)
                except Exception as error:
                    why = reason(error)
                    errors.add(path)
                _note(Side.NAS, path, why, done)
        self._nas.settle(done.removed[Side.NAS])
        return {parent for path in errors for parent in _with_parents(path)}

    def _remove_from_nas(self, batch: Iterable[tuple[str, Entry]]) -> dict[str, str]:
        """Take files out of the export and drop them; for each path why it is still there, empty when it is not."""
        intents = [(Intent(path, Side.NAS, self._nas.removal(path), seen.stamp, ()), seen) for path, seen in batch]
        for intent, _seen in intents:
            self._ledger.begin(intent)
        self._durability.commit_intents()
        whys: dict[str, str] = {}
        for intent, seen in intents:
            path, taken = intent.path, intent.temporary
            try:
                self._nas.remove(path, seen, taken)
                whys[path] = ""
                self._durability.changed(Side.NAS, path)
            except (Changed, FileNotFoundError):
                whys[path] = _CHANGED
            except Exception as error:
                whys[path] = reason(error)
            finally:
                self._ledger.end(intent, done=False)
                self._displaced.let_go(path, taken, intent.stamp)
        self._durability.commit()
        return whys


def _remove_directory(tree: Tree, path: str) -> str:
    if tree.entries(path):
        return _NOT_EMPTY
    tree.rmdir(path)
    return ""


def _note(side: Side, path: str, why: str, done: Emptied) -> None:
    if why:
        done.kept[side][path] = why
    else:
        done.removed[side].append(path)


def _batches(entries: Mapping[str, Entry]) -> Iterator[list[tuple[str, Entry]]]:
    left = iter(entries.items())
    while batch := list(islice(left, _BATCH)):
        yield batch


def _inner_first(entries: Mapping[str, Entry]) -> list[tuple[str, Entry]]:
    return sorted(entries.items(), key=lambda item: (item[0].count("/"), item[0]), reverse=True)


def _with_parents(path: str) -> Iterable[str]:
    while path:
        yield path
        path = dirname(path)
