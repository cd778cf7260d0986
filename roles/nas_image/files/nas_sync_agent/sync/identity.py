# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose trees these are: the marker of the Windows directory and the generation of the NAS volume."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Sequence
from posixpath import join

from ..errors import SideUnavailable, why
from ..model import FILE
from ..names import MARKER
from ..ownership import RootOwnership
from ..trees.base import Tree
from .ledger import Ledger
from .ownership import follow_root, own_root

_LONGEST_MARKER = 65536
_GENERATION = "generation"


def prepare_volume(export: str, state: str, root: RootOwnership | None = None, exported: Sequence[str] = ()) -> None:
    """Make the exported directory and the state directory of a new volume, with its generation.

    ``root`` is who owns the exported directory, and those below it that are ``exported`` by themselves, from now on when
    it was somebody else before. Raises OSError.
    """
    root = root or RootOwnership()
    stage = join(state, "stage")
    new = not os.path.isdir(state)
    os.makedirs(stage, mode=0o700, exist_ok=True)
    generation = join(state, _GENERATION)
    if os.path.exists(generation):
        follow_root(export, state, root, exported)
        return
    if new or not os.path.exists(join(state, "ledger.sqlite")):
        os.makedirs(export, exist_ok=True)
        own_root(export, state, root, exported)
        temporary = generation + ".tmp"
        with open(temporary, "w", encoding="ascii") as file:
            file.write(str(uuid.uuid4()) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, generation)
        _sync_directory(state)


def _sync_directory(path: str) -> None:
    """Bring a directory's names to the disk, in the order in which they were given: not every file system keeps it."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def check_volume(ledger: Ledger, export: str, state: str) -> None:
    """Raise SideUnavailable unless the export is the one that the ledger speaks of."""
    try:
        with open(join(state, _GENERATION), encoding="ascii") as file:
            generation = file.read().strip()
        status = os.stat(export, follow_symlinks=False)
    except (OSError, ValueError) as error:
        raise SideUnavailable(f"the NAS volume is not whole: {error}") from error
    _pin_or_compare(ledger, "nas_generation", generation, "the NAS volume is not the one that the ledger belongs to")
    _pin_or_compare(ledger, "nas_root", str(status.st_ino), "the exported directory was replaced by another one")


def check_windows(ledger: Ledger, tree: Tree, server: str) -> str:
    """Raise SideUnavailable unless the open Windows directory has this server's marker, of the known generation.

    Returns the id of the last time that the directory was made anew with what it had been; empty where it never was.
    """
    try:
        with tree.reading(MARKER) as fd:
            if tree.seen(fd).kind != FILE:
                raise SideUnavailable(f"the marker {MARKER} is no regular file")
            data = tree.sys.read(fd, _LONGEST_MARKER)
    except OSError as error:
        raise SideUnavailable(f"the marker {MARKER} cannot be read: {why(error)}") from error
    try:
        marker = json.loads(data)
        owner, generation = marker["server"], marker["generation"]
    except (ValueError, KeyError, TypeError) as error:
        raise SideUnavailable(f"the marker {MARKER} is damaged") from error
    if owner != server:
        raise SideUnavailable(f"the Windows directory belongs to server {owner!r}, not to {server!r}")
    if not isinstance(generation, str) or not generation:
        raise SideUnavailable(f"the marker {MARKER} is damaged")
    _pin_or_compare(
        ledger,
        "windows_generation",
        generation,
        "the Windows directory is not the one that was synced before",
    )
    return str(marker.get("restored", ""))


def _pin_or_compare(ledger: Ledger, key: str, value: str, otherwise: str) -> None:
    known = ledger.setting(key)
    if known is None:
        ledger.set_setting(key, value)
        ledger.commit()
    elif known != value:
        raise SideUnavailable(otherwise)
