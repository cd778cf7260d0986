# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directories of the tree that the NFS server exports by themselves: they stay, whatever becomes of what is in them.

A server that has lost an export's root answers with stale file handles for good, even when a directory of that name
comes again. So the agent carries neither its deletion nor its replacement; what is in it goes as everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from posixpath import dirname

from ..model import Action, Deliver, Entry, MakeDirectory, Mode, Refuse, Remove, Side
from ..ownership import RootOwnership
from ..trees.base import Tree
from ..windows_names import fold

_NO_DIRECTORY = "it is an exported directory, of which nothing else can take the place"


class Exported:
    """Some directories, with slashes, none in another. An empty one stands for a server that exports its whole tree."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        """Take the paths of the exported directories."""
        self.paths = tuple(paths)
        self.kept = frozenset(parent for path in self.paths for parent in _with_parents(path))
        self._spellings = {fold(path): path for path in self.kept}

    def spared(self, action: Action | None, windows: Mapping[str, Entry], mode: Mode) -> Action | None:
        """What is to be done instead of an action that would take an exported directory's name or place."""
        if not self.kept:
            return action
        if isinstance(action, Remove) and action.side is Side.NAS and action.path in self.kept:
            return self._instead(action, windows, mode)
        if isinstance(action, Deliver) and action.to is Side.NAS and action.path in self.kept:
            return Refuse(action.path, Side.WINDOWS, _NO_DIRECTORY)
        if isinstance(action, Deliver | MakeDirectory) and action.to is Side.NAS:
            spelling = self._spellings.get(fold(action.path), action.path)
            if spelling != action.path:
                return Refuse(action.path, Side.WINDOWS, f"it is exported as {spelling!r}; give it that name again")
        return action

    def _instead(self, action: Remove, windows: Mapping[str, Entry], mode: Mode) -> Action | None:
        if action.path in windows:
            return Refuse(action.path, Side.WINDOWS, _NO_DIRECTORY)
        if mode is not Mode.TWO_WAY:
            return None  # Windows is not written to: it comes again with the next layout
        if any(fold(other) == fold(action.path) for other in windows):
            return None  # it is there in another spelling, which is refused
        return MakeDirectory(action.path, Side.WINDOWS, action.target)

    def alone_in(self, tree: Tree, entries: int) -> bool:
        """Whether the directories that stay are all that a tree of so many entries has."""
        return entries <= len(self.kept) and entries <= sum(tree.look(path) is not None for path in self.kept)


def prepare(export: str, paths: Iterable[str], root: RootOwnership, owned: Iterable[str] = ()) -> None:
    """Make exported directories where they are missing, each of them a root that is owned as ``root`` says.

    Those that are ``owned`` already keep what clients have made of them. Raises OSError; a link or a file in the place
    of one is an error.
    """
    for path in paths:
        where = os.open(export, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            made = False
            for name in path.split("/"):
                made = _made(name, where)
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=where)
                os.close(where)
                where = inner
            if made or path not in owned:
                root.give(where)
        except OSError as error:
            raise OSError(error.errno, f"{path!r} cannot be exported: {error.strerror}") from error
        finally:
            os.close(where)


def _made(name: str, where: int) -> bool:
    try:
        os.mkdir(name, 0o777, dir_fd=where)
    except FileExistsError:
        return False
    return True


def _with_parents(path: str) -> Iterable[str]:
    while path:
        yield path
        path = dirname(path)
