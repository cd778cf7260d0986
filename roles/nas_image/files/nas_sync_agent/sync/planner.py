# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about paths, from what the ledger, the Windows side and the NAS side show. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from posixpath import dirname

from .. import names
from ..model import (
    DIRECTORY,
    FILE,
    OTHER,
    Action,
    Agree,
    Deletions,
    Deliver,
    Entry,
    Forget,
    MakeDirectory,
    Mode,
    Reconcile,
    Record,
    Refuse,
    Remove,
    Side,
    Wait,
)
from ..windows_names import fold
from .exported import Exported

_IN_THE_WAY = "the other side has a file of this name"
_NOT_A_FILE = "it is a symbolic link, fifo, socket or device"


def plan(
    paths: Iterable[str],
    ledger: Mapping[str, Record],
    windows: Mapping[str, Entry],
    nas: Mapping[str, Entry],
    mode: Mode,
    *,
    deletions: Deletions = Deletions.PROPAGATE,
    namesakes: Mapping[str, str] | None = None,
    exported: Exported | None = None,
) -> list[Action]:
    """The actions for ``paths``, directories before what they contain.

    A path that a mapping lacks does not exist there; ``ledger`` has the records of the paths' parents too,
    and the mappings show what has become of every namesake. ``namesakes`` maps a folded path to the path that
    already holds that name in the ledger; what is ``exported`` stays. At most one action for a path; none where nothing is to be done.
    """
    holders = dict(namesakes or {})
    actions: list[Action] = []
    made = {""}
    agreeing = Side.WINDOWS if Side.NAS in mode.sources else Side.NAS
    # A recorded name goes first: of two names that differ in case only, it keeps its place.
    for path in sorted(paths, key=lambda path: (path.count("/"), path not in ledger, path)):
        action = decide(path, ledger.get(path), windows.get(path), nas.get(path), mode, deletions)
        if exported is not None:
            action = exported.spared(action, windows, mode)
        if isinstance(action, Deliver | MakeDirectory | Reconcile | Agree):
            parent = ledger.get(dirname(path))
            if dirname(path) not in made and (parent is None or parent.kind != DIRECTORY):
                continue  # the parent is refused or could not be made: that is reported there
            to = action.to if isinstance(action, Deliver | MakeDirectory) else agreeing
            if reason := names.path_problem(path, to):
                action = Refuse(path, to.other, reason)
            elif to is Side.WINDOWS and (holder := holders.setdefault(fold(path), path)) != path:
                going = mode is Mode.TWO_WAY or Side.WINDOWS in getattr(ledger.get(holder), "delivered", ())
                if holder in windows and holder not in nas and going and deletions is Deletions.PROPAGATE:
                    action = Wait(path)
                elif holder in windows or holder in nas:
                    action = Refuse(path, to.other, f"on Windows the name is the same as {holder!r}")
        if isinstance(action, MakeDirectory | Agree):
            made.add(path)
        if action is not None:
            actions.append(action)
    return actions


def decide(
    path: str,
    record: Record | None,
    windows: Entry | None,
    nas: Entry | None,
    mode: Mode,
    deletions: Deletions = Deletions.PROPAGATE,
) -> Action | None:
    """The action for one path, names aside; None when there is nothing to do."""
    if mode is Mode.TWO_WAY:
        return _two_way(path, record, windows, nas, deletions)
    if mode is Mode.WINDOWS_TO_NAS:
        return _one_way(path, record, Side.WINDOWS, windows, nas, deletions)
    if mode is Mode.NAS_TO_WINDOWS:
        return _one_way(path, record, Side.NAS, nas, windows, deletions)
    return None


def _one_way(
    path: str,
    record: Record | None,
    side: Side,
    here: Entry | None,
    there: Entry | None,
    deletions: Deletions,
) -> Action | None:
    """Carry a change of ``side`` across; only what the agent has delivered there may be touched."""
    ours = record is not None and side.other in record.delivered
    if here is None:
        return _source_gone(path, record, side, there, deletions, ours)
    if record is not None and record.shows(side, here):
        return None
    return _carry(path, record, side, here, there, deletions, ours)


def _source_gone(
    path: str, record: Record | None, side: Side, there: Entry | None, deletions: Deletions, may_remove: bool
) -> Action | None:
    if record is None or record.at(side) is None:
        return None
    if there is None:
        return Forget(path)
    # The executor compares the content: a stamp may differ although nobody has changed the file.
    if deletions is Deletions.PROPAGATE and may_remove and there.kind == record.kind:
        return Remove(path, side.other, there)
    # The record stays: it is what keeps the file from being carried back.
    return None


def _carry(
    path: str,
    record: Record | None,
    side: Side,
    here: Entry,
    there: Entry | None,
    deletions: Deletions,
    may_replace: bool,
) -> Action | None:
    if here.kind == OTHER:
        return Refuse(path, side, _NOT_A_FILE)
    turned = record is not None and there is not None and there.kind == record.kind != here.kind
    if turned and there is not None and may_replace and deletions is Deletions.PROPAGATE:
        # A file became a directory or the other way round: what was delivered goes first.
        return Remove(path, side.other, there)
    if here.kind == FILE:
        return Deliver(path, side.other, here, there, may_replace)
    if there is None:
        return MakeDirectory(path, side.other, here)
    if there.kind == DIRECTORY:
        return Agree(path)
    return Refuse(path, side, _IN_THE_WAY)


def _two_way(
    path: str, record: Record | None, windows: Entry | None, nas: Entry | None, deletions: Deletions
) -> Action | None:
    """Carry whichever side changed; where both did, keep both."""
    if windows is None and nas is None:
        return Forget(path) if record else None
    if record is None:
        windows_changed, nas_changed = windows is not None, nas is not None
    else:
        windows_changed = not record.shows(Side.WINDOWS, windows)
        nas_changed = not record.shows(Side.NAS, nas)
    if windows is not None and nas is not None and windows_changed and nas_changed:
        if windows.kind == nas.kind == FILE:
            return Reconcile(path, windows, nas)
        if windows.kind == nas.kind == DIRECTORY:
            return Agree(path)
        odd = Side.WINDOWS if windows.kind == OTHER else Side.NAS
        return Refuse(path, odd, _NOT_A_FILE if OTHER in (windows.kind, nas.kind) else _IN_THE_WAY)
    for side, here, there, changed in (
        (Side.WINDOWS, windows, nas, windows_changed),
        (Side.NAS, nas, windows, nas_changed),
    ):
        if changed and here is not None:
            return _carry(path, record, side, here, there, deletions, may_replace=True)
    for side, here, there, changed in (
        (Side.WINDOWS, windows, nas, windows_changed),
        (Side.NAS, nas, windows, nas_changed),
    ):
        if changed and here is None:
            return _source_gone(path, record, side, there, deletions, may_remove=True)
    return None
