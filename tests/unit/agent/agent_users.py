# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two users with a model of what they have done: which contents must exist, and which must not come back."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import ClassVar, NamedTuple

from agent_world import World, scratch
from hypothesis import HealthCheck, settings
from nas_sync_agent.model import Mode, Side

_SECOND = 1_000_000_000


class Users:
    """Every content is written once, so wherever it shows up it is known where it came from."""

    mode: ClassVar[Mode]
    layer: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(dir=scratch()))
        self.world = World(self.directory, self.layer, self.mode)
        self.written: set[str] = set()
        self.alive: set[str] = set()
        """Contents that no user has deleted or replaced."""
        self.deleted: dict[Side, set[str]] = {side: set() for side in Side}
        """Contents that a user of a side has removed there and that must not come back."""
        self.unseen: set[str] = set()
        """Contents that came in place of others without a change of size and time: see docs/sync.md, one limit."""
        self.stood: dict[str, set[tuple[int, int]]] = {}
        """Size and second of all that has stood at a path in the Windows directory, in lower case."""
        self.moved: dict[Side, set[str]] = {side: set() for side in Side}
        """Contents that a user of a side has given another name since the agent was last at rest."""
        self.mounted = True
        self.comparable = True
        """Whether the agent still has the ledger that it began with."""
        self.origin: dict[str, Side] = {}
        """Where a content was written."""
        self.touched: dict[Side, set[str]] = {side: set() for side in Side}
        """Where users of a side have changed something, in lower case."""
        self.opened: list[int] = []
        """Descriptors by which clients of the NAS side are going to write in place."""
        self.removed: set[int] = set()
        """Inodes of files that users of the NAS side have removed or replaced."""
        self.world.watching = True

    def usable(self, side: Side) -> bool:
        return side is Side.NAS or self.mounted

    def possible(self, side: Side, path: str) -> bool:
        """Whether the side's file system lets its users have such a name."""
        if side is Side.NAS or self.layer == "plain":
            return True
        names = {found.lower(): found for found in os.listdir(self.world.root(side))}
        return path != "con" and names.get(path.lower(), path) == path

    def gone(self, side: Side, path: str) -> None:
        """A user removes or replaces what is at a path."""
        self.touched[side].add(path.lower())
        files, across, unnamed = self.world.files(side), self.seen(side.other), self.world.unnamed(side)
        for found, content in files.items():
            if found == path or found.startswith(path + "/"):
                self.alive.discard(content)
                if side is Side.WINDOWS:
                    self.stands(found)
                # Where the other side has it under another name, that is a change which is still to come.
                elsewhere = any(other == content and name != found for name, other in across.items())
                may_come = elsewhere or content in self.moved[side.other] or found in unnamed
                if not may_come and list(files.values()).count(content) == 1:
                    self.deleted[side].add(content)

    def takes_name(self, side: Side, path: str) -> None:
        """A user takes away the name of what is at a path, or of all that is below it."""
        root = self.world.root(side)
        if side is Side.NAS:
            below = [root / found for found in self.world.files(side) if found == path or found.startswith(path + "/")]
            self.removed.update(found.stat().st_ino for found in below)

    def open_at(self, path: str) -> None:
        target = self.world.export / path
        if target.is_file():
            self.opened.append(os.open(target, os.O_RDWR))

    def write_open(self, size: int) -> None:
        """A client writes in place, by a descriptor of a file that may have another name by now, and closes it."""
        if not self.opened:
            return
        fd = self.opened.pop(0)
        status = os.fstat(fd)
        if status.st_nlink:
            self.alive.discard(os.pread(fd, 10_000, 0).decode())
            content = self.new_content(Side.NAS, size)
            self.alive.add(content)
            for path in self.world.files(Side.NAS):
                if (self.world.export / path).stat().st_ino == status.st_ino:
                    self.touched[Side.NAS].add(path.lower())
            os.pwrite(fd, content.encode(), 0)
            os.truncate(fd, size)
            os.utime(fd, ns=(self.world.wall_ns(), self.world.wall_ns()))
        else:
            assert status.st_ino in self.removed, "the agent has dropped a file that a client had open"
        os.close(fd)

    def close_all(self) -> None:
        while self.opened:
            os.close(self.opened.pop())

    def new_content(self, side: Side, size: int) -> str:
        content = f"{len(self.written):07}".ljust(size, ".")
        self.written.add(content)
        self.origin[content] = side
        self.world.pass_time(0.001)
        return content

    def stands(self, path: str) -> None:
        """Note size and second of what a user takes away from the Windows directory: the agent may have put it there."""
        if self.mounted:
            status = (self.world.windows / path).stat()
            self.stood.setdefault(path.lower(), set()).add((status.st_size, status.st_mtime_ns // _SECOND))

    def replaces(self, side: Side, path: str, size: int, time_ns: int, content: str) -> None:
        """A user puts ``content`` where a file may have been: do size and time tell of it?"""
        if side is Side.WINDOWS and self.layer == "windows":
            stood = self.stood.setdefault(path.lower(), set())
            if (size, time_ns // _SECOND) in stood:
                self.unseen.add(content)
            stood.add((size, time_ns // _SECOND))

    def write_at(self, side: Side, path: str, size: int) -> None:
        root = self.world.root(side)
        blocked = any((root / parent).is_file() for parent in Path(path).parents if str(parent) != ".")
        if not self.usable(side) or blocked or (root / path).is_dir() or not self.possible(side, path):
            return
        self.gone(side, path)
        content = self.new_content(side, size)
        self.alive.add(content)
        self.replaces(side, path, size, self.world.wall_ns(), content)
        self.world.write(side, path, content, takes=0.0)

    def delete_at(self, side: Side, path: str) -> None:
        if self.usable(side) and (self.world.root(side) / path).exists():
            self.gone(side, path)
            self.takes_name(side, path)
            self.world.delete(side, path)

    def rename_at(self, side: Side, path: str, to: str) -> None:
        root = self.world.root(side)
        if not self.usable(side) or path == to or not self.possible(side, to) or (root / to).is_dir():
            return
        if not (root / path).is_file() or not (root / to).parent.is_dir() or path not in self.world.files(side):
            return
        self.touched[side].add(path.lower())
        content = self.world.files(side)[path]
        self.moved[side].add(content)
        self.gone(side, to)
        self.takes_name(side, to)
        for deleted in self.deleted.values():
            deleted.discard(content)  # it is a change of the source
        self.world.pass_time(0.001)
        found = (root / path).stat()
        self.replaces(side, to, found.st_size, found.st_mtime_ns, content)
        (root / path).rename(root / to)

    def rename_directory_at(self, side: Side, path: str, to: str) -> None:
        root = self.world.root(side)
        if not self.usable(side) or not (root / path).is_dir() or (root / to).exists():
            return
        for found, content in self.world.files(side).items():
            if found.startswith(path + "/"):
                self.moved[side].add(content)
                for deleted in self.deleted.values():
                    deleted.discard(content)  # it is a change of the source
                status = (root / found).stat()
                self.replaces(side, to + found[len(path) :], status.st_size, status.st_mtime_ns, content)
        self.touched[side].update((path, to))
        self.world.pass_time(0.001)
        (root / path).rename(root / to)

    def seen(self, side: Side) -> dict[str, str]:
        if side is Side.WINDOWS and not self.mounted:
            self.world.windows, self.world.hidden = self.world.hidden, self.world.windows
            files = self.world.files(side)
            self.world.windows, self.world.hidden = self.world.hidden, self.world.windows
            return files
        return self.world.files(side)


class Change(NamedTuple):
    """What a user does while the agent works; nothing where it cannot be done."""

    when: int
    """At which of the agent's calls."""
    changing: bool
    """Whether only those count that change something: about one in eight."""
    what: str
    side: Side
    path: str
    to: str
    size: int

    def is_due(self, calls: int, changing_calls: int) -> bool:
        """After how many of the agent's calls, in all and of those that change something, it happens."""
        return self.when // 8 <= changing_calls if self.changing else self.when <= calls

    def happen(self, users: Users) -> None:
        if self.side is Side.WINDOWS and users.layer == "windows":
            users.world.pass_time(1)  # what comes within one second there may not show: docs/sync.md says so
        match self.what:
            case "open":
                users.open_at(self.path)
            case "write what is open":
                users.write_open(self.size)
            case "write":
                users.write_at(self.side, self.path, self.size)
            case "delete":
                users.delete_at(self.side, self.path)
            case "delete directory":
                users.delete_at(self.side, "d")
            case "rename":
                users.rename_at(self.side, self.path, self.to)
            case "rename directory":
                users.rename_directory_at(self.side, "d", "f")


def histories(users: type, prefix: str, number: int, steps: int) -> dict[str, type]:
    """Test cases by their names, one for each mode that carries and each file system: ``number`` histories of ``steps``."""
    cases = {}
    for mode, name in ((Mode.WINDOWS_TO_NAS, "ToNas"), (Mode.NAS_TO_WINDOWS, "ToWindows"), (Mode.TWO_WAY, "TwoWay")):
        for layer, suffix in (("plain", ""), ("windows", "Windows")):
            made = type(f"{prefix}{mode.value}_{layer}", (users,), {"mode": mode, "layer": layer})
            case: type = made.TestCase  # type: ignore[attr-defined]
            case.settings = settings(  # type: ignore[attr-defined]
                max_examples=number, stateful_step_count=steps, suppress_health_check=list(HealthCheck)
            )
            cases[f"Test{name}{suffix}"] = case
    return cases
