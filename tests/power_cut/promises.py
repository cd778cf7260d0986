# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients and testers of one server were told, and whether what the disks have is consistent with it. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

NAS, WINDOWS = "nas", "windows"
# By path below a tree's root: the content's SHA-256.
Tree = dict[str, str]
_CONFLICT = re.compile(r"\.conflict-(?:nas|windows)(?:-\d+)?(?=$|\.)")
_OWN = re.compile(r"^\.~nas-sync-[0-9a-f]{16}\.tmp$|^\.nfs[0-9a-f]{16,}$|^\.file-simulator\.json$")
ABSENT = ""
# The number of operations of earlier starts that are certainly on the disk, and of the others.
_BEFORE, _JUST_BEFORE = -1, 0


@dataclass
class Version:
    """Content that somebody gives a path, or its removal. ``number`` is that of the operation.

    ``told``: the operation came back; ``undone``: a cut has taken it back. ``lasting``: it was stable then. ``torn``:
    until then a part may be there. ``source``: the path that had the content before, where it was stable.
    """

    number: int
    digest: str
    lasting: bool
    torn: bool
    source: str = ""
    told: bool = False
    undone: bool = False


@dataclass
class History:
    """One path: on which side it is written, the versions since the last start, and all that it ever had."""

    origin: str
    versions: list[Version] = field(default_factory=list)
    ever: set[str] = field(default_factory=lambda: {ABSENT})

    def allowed(self) -> set[str] | None:
        """What the path may have after a power cut where it is written; None when a write was in flight: anything."""
        found: set[str] = set()
        for version in reversed(self.versions):
            if version.torn and not version.told:
                return None
            found.add(version.digest)
            if version.told and version.lasting:
                return found
        return found | {ABSENT}

    def since(self, number: int) -> set[str]:
        """The content that the path had at an operation, and all after it; everything where it had none."""
        found: set[str] = set()
        for version in reversed(self.versions):
            found.add(version.digest)
            if version.told and version.number <= number:
                # That a removal has reached Windows is nothing that the agent says.
                return found if version.digest else self.ever
        return self.ever


class Promises:
    """All paths of one server. ``mode`` is the agent's; ``volatile``: the export does not outlive the machine."""

    def __init__(self, name: str, mode: str, *, volatile: bool) -> None:
        self.name = name
        self.mode = mode
        self.volatile = volatile
        self.paths: dict[str, History] = {}
        self.counts: dict[str, int] = {}
        self._open: dict[int, list[Version]] = {}
        self._carried = _BEFORE
        self._found: dict[str, Tree] = {WINDOWS: {}, NAS: {}}

    def begin(self, number: int, origin: str, changes: t.Sequence[dict[str, t.Any]]) -> None:
        """An operation is about to be asked for; ``changes`` are a version's fields, with a ``path``."""
        for change in changes:
            history = self.paths.setdefault(change["path"], History(origin))
            version = Version(number, **{name: value for name, value in change.items() if name != "path"})
            history.versions.append(version)
            history.ever.add(version.digest)
            self._open.setdefault(number, []).append(version)

    def done(self, number: int) -> None:
        """The operation came back."""
        for version in self._open.pop(number):
            version.told = True
            self._count("stable" if version.lasting else "told")

    def carried(self, number: int) -> None:
        """The agent said that all of the export up to this operation is in Windows."""
        self._carried = max(self._carried, number)
        self._count("answers")

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def lost(self, windows: Tree, nas: Tree) -> list[str]:
        """What is wrong with the trees as the machine finds them, before anything of ours runs."""
        problems = []
        self._found = sides = {WINDOWS: windows, NAS: nas}
        for path, history in self.paths.items():
            for side, tree in sides.items():
                found, allowed = tree.get(path, ABSENT), self._allowed(history, side)
                if allowed is None:
                    history.ever.add(found)
                elif found not in allowed and not (self.volatile and second_versions(tree, path) & allowed):
                    problems.append(self._problem(side, path, found, allowed))
            problems += self._moved(path, history)
        for side, tree in sides.items():
            problems += self._strangers(side, tree)
        return problems

    def _allowed(self, history: History, side: str) -> set[str] | None:
        if history.origin == NAS and self.volatile:
            return history.since(self._carried) if side == WINDOWS else history.ever
        return history.allowed() if side == history.origin else history.ever

    def _moved(self, path: str, history: History) -> list[str]:
        """Whether content that was stable under one name and got another has one of the two. Counts undone changes."""
        if not history.versions or (history.origin == NAS and self.volatile):
            return []
        last, tree = history.versions[-1], self._found[history.origin]
        if last.lasting or last.torn or tree.get(path, ABSENT) == last.digest:
            return []
        if last.told and not last.undone:
            last.undone = True
            self._count("undone")
        if last.source and tree.get(last.source, ABSENT) != last.digest:
            return [self._problem(history.origin, f"{last.source} or {path}", tree.get(path, ABSENT), [last.digest])]
        return []

    def unfinished(self, windows: Tree, nas: Tree) -> list[str]:
        """What the agent still has to do, or has done wrong, once it runs again."""
        problems = []
        for path, history in self.paths.items():
            found = {WINDOWS: windows.get(path, ABSENT), NAS: nas.get(path, ABSENT)}
            side = WINDOWS if self.volatile else history.origin
            allowed = self._allowed(history, side)
            beside = second_versions(windows, path) if self.volatile else set()
            if allowed is not None and found[side] not in allowed and not beside & allowed:
                problems.append(self._problem(side, path, found[side], allowed))
            elif found[side] and found[WINDOWS] != found[NAS]:
                problems.append(
                    f"{self.name}: {path}: {_short(found[WINDOWS])} in Windows, {_short(found[NAS])} on the NAS"
                )
        for side, tree in ((WINDOWS, windows), (NAS, nas)):
            problems += self._strangers(side, tree)
        return problems

    def settle(self, windows: Tree, nas: Tree) -> None:
        """Go on from what is there now."""
        sides = {WINDOWS: windows, NAS: nas}
        for path, history in self.paths.items():
            side = WINDOWS if self.volatile else history.origin
            digest = sides[side].get(path, ABSENT)
            lasting = digest == self._found[side].get(path, ABSENT)
            number = _BEFORE if lasting else _JUST_BEFORE
            history.versions = [Version(number, digest, lasting, torn=False, told=True)]
            history.ever.add(digest)
        self._open, self._carried = {}, _BEFORE
        both = [path for tree in sides.values() for path in tree]
        self.counts["conflicts"] = sum(bool(_CONFLICT.search(path)) for path in both)

    def _strangers(self, side: str, tree: Tree) -> list[str]:
        """Paths that nobody wrote, and second versions that are nobody's."""
        problems = []
        for path, found in tree.items():
            if path in self.paths or _OWN.match(path.rsplit("/", 1)[-1]):
                continue
            first = _CONFLICT.sub("", path)
            history = self.paths.get(first)
            if history is None:
                problems.append(f"{self.name}: {side}: {path}: nobody has written that")
            elif found not in history.ever and history.allowed() is not None:
                problems.append(self._problem(side, path, found, history.ever))
        return problems

    def _problem(self, side: str, path: str, found: str, allowed: t.Collection[str]) -> str:
        return f"{self.name}: {side}: {path}: {_short(found)}, not {' or '.join(sorted(map(_short, allowed)))}"


def second_versions(tree: Tree, path: str) -> set[str]:
    """What a path has under conflict names.

    What an initial copy brought to a new volume is a tester's own: when a client changes it, Windows gets a conflict copy.
    """
    return {digest for name, digest in tree.items() if name != path and _CONFLICT.sub("", name) == path}


def _short(digest: str) -> str:
    return digest[:8] or "absent"
