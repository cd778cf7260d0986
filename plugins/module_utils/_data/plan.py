# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it takes to bring a Windows directory to a fixture, and whose files are in the way. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import fnmatch
import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, named, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold

_NAMED = 10


class Stands(t.NamedTuple):
    """What stands at a path of the Windows directory: ``file``, ``directory`` or ``other``.

    ``sha256`` is empty where the content does not matter. ``removable`` when nobody loses it: test data that was put and is
    unchanged, or what the sync agent has delivered and has on the NAS.
    """

    kind: str
    sha256: str
    removable: bool


@dataclass(frozen=True)
class Wish:
    """What is asked for: the checksums of files by path, and directories.

    ``exact`` removes all else; ``last`` are patterns of the files that come after the others.
    """

    files: t.Mapping[str, str] = field(default_factory=dict)
    directories: frozenset[str] = frozenset()
    exact: bool = False
    last: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What is done, each list in the order in which it is. ``foreign`` are files that somebody would miss.

    ``put`` and ``last`` are files that are written, ``last`` after a barrier, ``replaced`` those that are there already with
    another content. ``impossible`` says what of the fixture cannot be there at all.
    """

    directories: tuple[str, ...] = ()
    put: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    removed_directories: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    impossible: str = ""

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return any((self.directories, self.put, self.last, self.removed, self.removed_directories))


def planned(wish: Wish, there: t.Mapping[str, Stands]) -> Plan:
    """Return what it takes; ``there`` is all that is in the Windows directory."""
    impossible = _impossible(wish, there)
    if impossible:
        return Plan(impossible=impossible)
    unchanged = [path for path, sha256 in wish.files.items() if path in there and there[path].sha256 == sha256]
    put = sorted(set(wish.files) - set(unchanged))
    replaced = {path for path in put if path in there}
    kept = set(wish.files) | wish.directories
    extra = {path for path in there if path not in kept} if wish.exact else set()
    foreign = sorted(path for path in replaced | extra if _is_missed(path, there))
    removed = sorted(path for path in extra if there[path].kind != "directory")
    return Plan(
        directories=tuple(sorted(wish.directories - set(there))),
        put=tuple(path for path in put if not matches(path, wish.last)),
        last=tuple(path for path in put if matches(path, wish.last)),
        removed=tuple(removed),
        # The inner ones first.
        removed_directories=tuple(sorted((path for path in extra if there[path].kind == "directory"), reverse=True)),
        unchanged=tuple(sorted(unchanged)),
        replaced=tuple(sorted(replaced)),
        foreign=tuple(foreign),
    )


def matches(path: str, patterns: t.Iterable[str]) -> bool:
    """Tell whether one of the shell patterns matches a path's name; one with a slash in it, the whole path."""
    name = path.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(path if "/" in pattern else name, pattern) for pattern in patterns)


def refusal(plan: Plan, shown: str) -> str:
    """Return why a plan is not carried out without force, empty when nothing is in its way; ``shown`` is the directory."""
    if not plan.foreign:
        return ""
    return (
        f"{shown} has {counted(len(plan.foreign), 'entry', 'entries')} that the simulator did not put there, or that somebody "
        f"has changed since: {named(plan.foreign, _NAMED)}; move them away, or give them up with "
        f"{remedies.FORCE_DATA}"
    )


def _is_missed(path: str, there: t.Mapping[str, Stands]) -> bool:
    """Tell whether somebody would miss what stands at a path. A directory with anything in it is judged by that."""
    if there[path].removable:
        return False
    return there[path].kind != "directory" or not any(other.startswith(f"{path}/") for other in there)


def _impossible(wish: Wish, there: t.Mapping[str, Stands]) -> str:
    """Return what of the fixture cannot stand beside, or in place of, what is there."""
    spelled = {fold(path): path for path in there}
    for path in sorted([*wish.files, *wish.directories]):
        other = spelled.get(fold(path), path)
        if other != path:
            return f"'{visible(path)}' is one name to Windows with '{visible(other)}', which is there"
        kind = "file" if path in wish.files else "directory"
        if path in there and there[path].kind != kind:
            word = there[path].kind if there[path].kind != "other" else "link or a device"
            return f"'{visible(path)}' is a {kind} in the fixture, and a {word} is there; remove that"
    return ""
