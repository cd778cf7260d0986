# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the export holds that the Windows directory does not have yet, looked up now. Changes nothing.

This is what may be lost with a volume, so it never concludes from what it could not see: a side that is
unknown, a directory that cannot be read or an error of any kind is in the answer as such.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from posixpath import dirname, join
from typing import Any

from ..cli import Options
from ..errors import SideUnavailable
from ..model import Agree, Refuse, Side
from ..text import counted
from ..trees.nas import NasTree
from ..trees.windows import WindowsTree
from . import identity
from .exported import Exported
from .ledger import Ledger
from .planner import plan
from .restoration import check_restoration
from .scanner import Scan, Scanner
from .snapshot import SnapshotReader

_CHUNK = 1000
_MOST_LISTED = 20
_STAGE = ".nas/stage/"
_BELOW_REFUSED = "the directory that it is in is refused"


@dataclass
class Comparison:
    """What one look found. Paths are relative to the export.

    ``unknown`` says why no conclusion may be drawn; empty when one may. ``windows`` tells which directory was
    looked at: its device and inode, and the generation in its marker.
    """

    waiting: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    unknown: str = ""
    windows: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """The same as JSON has it: lists are bounded, with the full count beside them."""
        return {
            "state": "unknown" if self.unknown else "known",
            "reason": visible(self.unknown),
            "waiting": [{"path": visible(path)} for path in self.waiting[:_MOST_LISTED]],
            "waiting_count": len(self.waiting),
            **_listed("refused", self.refused, "refused_count"),
            **_listed("errors", self.errors, "error_count"),
            "windows": self.windows,
        }


def _listed(name: str, paths: dict[str, str], count: str) -> dict[str, Any]:
    shown = [{"path": visible(path), "reason": visible(reason)} for path, reason in islice(paths.items(), _MOST_LISTED)]
    return {name: shown, count: len(paths)}


def visible(text: str) -> str:
    """A text that every reader of JSON takes, whatever bytes a file's name is made of."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")


def compare(options: Options, ledger: Ledger) -> Comparison:
    """Look through both sides. ``ledger`` is only read; whatever goes wrong makes the result unknown."""
    found = Comparison()
    windows = WindowsTree(options.windows)
    nas = NasTree(options.export, join(options.state, "stage"))
    try:
        if _never_used(options, ledger):
            return found
        try:
            identity.check_volume(ledger, options.export, options.state)
            nas.open()
            differing = _differing(nas, ledger, found)
            try:
                _windows(windows, ledger, options, found)
            except SideUnavailable:
                found.waiting += differing  # where they belong is not known; what they are is
                raise
            for start in range(0, len(differing), _CHUNK):
                _sort(
                    differing[start : start + _CHUNK],
                    SnapshotReader(windows, nas, ledger, options.mode),
                    options,
                    found,
                )
        finally:
            windows.close()
            nas.close()
    except (SideUnavailable, OSError, sqlite3.Error) as error:
        found.unknown = str(error) or type(error).__name__
    except Exception as error:  # whatever it is, it must not pass for "nothing waits"
        found.unknown = f"the comparison failed: {type(error).__name__}: {error}"
    return found


def _never_used(options: Options, ledger: Ledger) -> bool:
    """Whether no agent has ever prepared this volume, so that no NFS server can have served it."""
    return not os.path.lexists(options.export) and not os.path.lexists(options.state) and not ledger.files(Side.NAS)


def _differing(nas: NasTree, ledger: Ledger, found: Comparison) -> list[str]:
    """The paths of the export that are not as the ledger knows them."""
    scan = Scan()
    scanned = Scanner(nas, ledger).scan(scan)
    differing = [path for _directory, paths, _names in scanned for path in paths]
    found.errors.update(scan.unreadable)
    if not scan.entries and not scan.unreadable and (known := ledger.files(Side.NAS)) > 1:
        raise SideUnavailable(f"the export is empty, but the ledger knows {counted(known, 'file')} in it")
    # What an agent that was killed had in its hands: it is put back, or found to be delivered, at the next start.
    found.waiting += (f"{_STAGE}{name}" for name in _waiting(nas, ledger))
    return differing


def _waiting(nas: NasTree, ledger: Ledger) -> Iterable[str]:
    """What is in the stage, but for what was replaced or removed and has not been written since."""
    dropped = {intent.temporary: intent.stamp for intent in ledger.intents() if not intent.records}
    return (name for name in nas.staged() if name not in dropped or nas.waiting(name) != dropped[name])


def _windows(tree: WindowsTree, ledger: Ledger, options: Options, found: Comparison) -> None:
    """Make sure that the Windows directory is the right one, and tell which one that is."""
    tree.open()
    restored = identity.check_windows(ledger, tree, options.server)
    check_restoration(restored, ledger, options.mode)
    status = os.stat(options.windows)
    found.windows = {
        "device": status.st_dev,
        "inode": status.st_ino,
        "generation": ledger.setting("windows_generation") or "",
        "restored": restored,
    }


def _sort(paths: list[str], reader: SnapshotReader, options: Options, found: Comparison) -> None:
    """Tell what waits from what is refused. What is gone from the export is nothing that it holds."""
    snapshot = reader.read(paths)
    found.errors.update(snapshot.failed)
    there = [path for path in paths if path in snapshot.nas]
    actions = {
        action.path: action
        for action in plan(
            there,
            snapshot.records,
            snapshot.windows,
            snapshot.nas,
            options.mode,
            namesakes=snapshot.namesakes,
            exported=Exported(options.exported),
        )
    }  # fmt: skip
    for path in sorted(there):
        action = actions.get(path)
        if isinstance(action, Refuse):
            found.refused[path] = action.reason
        elif dirname(path) in found.refused:
            found.refused[path] = _BELOW_REFUSED
        elif not isinstance(action, Agree):
            found.waiting.append(path)


def left(found: Comparison) -> Iterable[str]:
    """Every path that exists on the export alone, directories before what they contain."""
    return sorted(path for path in {*found.waiting, *found.refused} if not path.startswith(_STAGE))


def left_in_stage(found: Comparison) -> list[str]:
    """The names of the files that were taken out of the export and written since, see ``displaced.py``."""
    return sorted(path.removeprefix(_STAGE) for path in found.waiting if path.startswith(_STAGE))
