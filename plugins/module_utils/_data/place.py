# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One server's Windows directory, to be filled with test data and emptied. Private to file_simulator.nas. Changes the disk.

A run that is interrupted anywhere leaves whole files under names of their own, and a record that knows them; the next one
goes on. What somebody has changed since it was looked at is not touched.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._data.fixture import Fixture
from ansible_collections.file_simulator.nas.plugins.module_utils._data.plan import Plan, Stands, Wish, planned
from ansible_collections.file_simulator.nas.plugins.module_utils._data.record import Put, Record
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.tree import Node, Version, WindowsTree

_CHANGED = "has changed meanwhile; nothing of it was touched, run it again"


@dataclass
class Place:
    """The directory of ``server``, as people write it in ``shown``; ``look`` comes first, then the changes."""

    server: str
    shown: str
    tree: WindowsTree
    record: Record
    nodes: t.Mapping[str, Node] = field(default_factory=dict)
    put: Put = field(default_factory=Put)
    own: frozenset[str] = frozenset()
    delivered: frozenset[str] = frozenset()
    _unfinished: t.Sequence[str] = ()

    def look(self, wish: Wish) -> None:
        """See what is there, and which of it was put and is unchanged, as far as the wish would touch it."""
        with self._named(""):
            self.nodes, self._unfinished = self.tree.nodes()
        self.put = self.record.read()
        touched = set(self.nodes) if wish.exact else set(self.nodes) & set(wish.files)
        directories = {path for path in self.put.directories & touched if self.nodes[path].kind == "directory"}
        self.own = frozenset(directories | {path for path in touched & set(self.put.files) if self._is_own(path)})

    def plan(self, wish: Wish) -> Plan:
        """Return what a wish takes here."""
        return planned(wish, {path: self._stands(path, node, wish) for path, node in self.nodes.items()})

    def _stands(self, path: str, node: Node, wish: Wish) -> Stands:
        sha256 = ""
        if path in wish.files and node.kind == "file":
            with self._named(path):
                sha256 = self.tree.sha256(path)
        return Stands(node.kind, sha256, path in self.own or path in self.delivered)

    def _is_own(self, path: str) -> bool:
        node = self.nodes.get(path)
        fitting = [version for version in self.put.files[path] if node and version.fits(node)]
        if not fitting:
            return False
        with self._named(path):
            return self.tree.sha256(path) in [version.sha256 for version in fitting]

    # Changes

    def clear_unfinished(self) -> None:
        """Remove what an interrupted run has left under names that nobody else uses."""
        for path in self._unfinished:
            with self._named(path):
                self.tree.remove(path)

    def make_directories(self, paths: t.Sequence[str]) -> None:
        """Make directories, the outer ones first."""
        if paths:
            self._note(replace(self.put, directories=self.put.directories | set(paths)))
        for path in paths:
            with self._named(path):
                self.tree.make_directory(path)

    def write(self, paths: t.Sequence[str], fixture: Fixture) -> None:
        """Give files their content and their names: all are whole, and recorded, before the first has its name."""
        if not paths:
            return
        written: dict[str, tuple[str, Version]] = {}
        try:
            for path in paths:
                written[path] = self._write_beside(path, fixture)
            new = {path: version for path, (_name, version) in written.items()}
            both = {path: (version, *self.put.files.get(path, ())) for path, version in new.items()}
            self._note(replace(self.put, files={**self.put.files, **both}))
            for path in paths:
                self._check_unchanged(path)
                with self._named(path):
                    self.tree.rename(written[path][0], path)
                del written[path]
        finally:
            for name, _version in written.values():
                with contextlib.suppress(OSError):
                    self.tree.remove(name)
        self._note(replace(self.put, files={**self.put.files, **{path: (new[path],) for path in paths}}))

    def remove(self, paths: t.Sequence[str], directories: t.Sequence[str]) -> None:
        """Remove files that are unchanged since they were looked at, and then directories that have become empty."""
        for path in paths:
            if path in self.own and not self._is_own(path):
                raise SimulatorError(f"server {self.server}: '{visible(path)}' in {self.shown} {_CHANGED}")
            self._check_unchanged(path)
            with self._named(path):
                self.tree.remove(path)
        gone = set(paths)
        for path in directories:
            with self._named(path):
                gone |= {path} if self.tree.remove_directory(path) else set()
        if gone:
            files = {path: versions for path, versions in self.put.files.items() if path not in gone}
            self._note(Put(files, self.put.directories - gone))

    def forget(self, kept: t.Collection[str]) -> None:
        """Record that of what was put no more than ``kept`` is there."""
        files = {path: versions for path, versions in self.put.files.items() if path in kept}
        self._note(Put(files, self.put.directories & set(kept)))

    def _write_beside(self, path: str, fixture: Fixture) -> tuple[str, Version]:
        item = fixture.files[path]
        with self._named(path), item.open() as source:
            name, version = self.tree.write_beside(path, source)
        if version.sha256 != item.sha256:
            with contextlib.suppress(OSError):
                self.tree.remove(name)
            raise SimulatorError(f"fixture: '{visible(path)}' has changed while it was read; run it again")
        return name, version

    def _check_unchanged(self, path: str) -> None:
        with self._named(path):
            if self.tree.node(path) != self.nodes.get(path):
                raise SimulatorError(f"server {self.server}: '{visible(path)}' in {self.shown} {_CHANGED}")

    def _note(self, put: Put) -> None:
        if put != self.put:
            self.record.write(put)
            self.put = put

    @contextlib.contextmanager
    def _named(self, path: str) -> t.Iterator[None]:
        """Let an error of the disk be one line that names the path."""
        try:
            yield
        except OSError as error:
            where = f"'{visible(path)}' in {self.shown}" if path else self.shown
            raise SimulatorError(f"server {self.server}: directory: {where}: {error.strerror or error}") from None
