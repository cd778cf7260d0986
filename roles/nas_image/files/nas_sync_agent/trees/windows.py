# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows directory, through 9p, drvfs or a plain file system.

Nothing is taken for granted here: times may be whole seconds and not settable, inode numbers meaningless, a
rename may work only inside one directory and cannot be told to spare its target.
"""

from __future__ import annotations

from posixpath import basename, dirname

from ..errors import Changed
from ..model import Entry, Side
from .base import Tree
from .reading import same


class WindowsTree(Tree):
    """Content is written beside its target under a temporary name."""

    side = Side.WINDOWS
    inodes = False

    def publish(self, temporary: str, path: str, expected: Entry | None) -> None:
        """Look, then rename: the moment between the two is the promise's exception on this side."""
        if not same(self.look(path), expected):
            raise Changed(path)
        where = self.directory(dirname(path))
        self.sys.rename(basename(temporary), basename(path), where, where)

    def remove(self, path: str, expected: Entry, taken: str) -> None:
        """Look, then remove."""
        if not same(self.look(path), expected):
            raise Changed(path)
        self.sys.unlink(basename(path), self.directory(dirname(path)))
