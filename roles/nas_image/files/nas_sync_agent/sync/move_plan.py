# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a rename on one side can be followed by a rename on the other, from what ledger and sides show. Pure.

It can where the other side has, under the old name, just what the agent has delivered: then a rename there has the
result of a delivery and a deletion, in one step. Everything else goes the ordinary way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import join

from .. import names
from ..model import DIRECTORY, FILE, Deletions, Entry, Mode, Move, Record, Side
from ..windows_names import fold
from .exported import Exported
from .renames import Rename


@dataclass(frozen=True)
class Seen:
    """What was found of the names of a rename.

    ``record`` is that of the old name, ``parent`` that of the directory which the new name is in; ``taken``: whether the
    ledger has anything at the new name, below it, or at a name that is the same to Windows.
    """

    source_old: Entry | None
    source_new: Entry | None
    target_new: Entry | None
    record: Record | None
    parent: Record | None
    taken: bool


def plan_move(rename: Rename, seen: Seen, mode: Mode, deletions: Deletions, exported: Exported) -> Move | None:
    """The rename of the other side; None where the ordinary way is to be taken."""
    old, new, side, to = rename.old, rename.new, rename.side, rename.side.other
    record, found = seen.record, seen.source_new
    if record is None or found is None or seen.source_old is not None or seen.target_new is not None or seen.taken:
        return None
    if side not in mode.sources or deletions is not Deletions.PROPAGATE or not is_ours(record, to, mode):
        return None
    if "/" in new and (seen.parent is None or seen.parent.kind != DIRECTORY):
        return None
    if found.kind != record.kind or (record.kind == FILE and not record.shows(side, found)):
        return None
    if exported.touches(old, new) or names.path_problem(new, to) or fold(old) == fold(new):
        return None
    return Move(new, old, to, record)


def is_ours(record: Record, to: Side, mode: Mode) -> bool:
    """Whether both sides have agreed on a version, which the agent may take away from side ``to``."""
    if record.windows is None or record.nas is None:
        return False
    return mode is Mode.TWO_WAY or to in record.delivered


def may_go_along(
    entries: Mapping[str, Entry | None], records: Mapping[str, Record], move: Move, directory: str, mode: Mode
) -> bool:
    """Whether a directory that is moved as a part of another has what is recorded in it, as far as names and kinds tell.

    ``directory`` is the path that it has before.
    """
    if entries.keys() != records.keys():
        return False
    if any(names.is_too_long(join(move.path + directory[len(move.old) :], name)) for name in records):
        return False
    return all(
        (entry := entries[name]) is not None and entry.kind == record.kind and is_ours(record, move.to, mode)
        for name, record in records.items()
    )


def was_moved(old: Entry | None, new: Entry | None, record: Record, to: Side) -> bool:
    """Whether a side that shows this of both names of a move has taken the step, as far as a directory itself tells."""
    if new is None or new.kind != record.kind:
        return False
    if record.kind == DIRECTORY:
        return old is None or old.kind != DIRECTORY
    return record.shows(to, new) and not record.shows(to, old)
