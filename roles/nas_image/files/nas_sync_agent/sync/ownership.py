# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the owners and permissions of what is there, once, when others are asked for than before.

In between they are the clients' business: what they give to files and to the root stays.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from posixpath import join

from ..errors import reason
from ..model import Side
from ..ownership import FileOwnership, RootOwnership
from ..trees.nas import NasTree
from ..trees.windows import WindowsTree
from .exported import prepare
from .ledger import Ledger

_log = logging.getLogger("nas_sync_agent")
_ROOT = "root"
_FILES = "files_ownership"


def own_root(export: str, state: str, root: RootOwnership, exported: Sequence[str] = ()) -> None:
    """Give the exported directory its owner and permissions, and note which; so with those ``exported`` by themselves.

    Raises OSError.
    """
    fd = os.open(export, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        root.give(fd)
    except OSError as error:
        raise OSError(error.errno, f"the export's root cannot be given to {root}: {error.strerror}") from error
    finally:
        os.close(fd)
    prepare(export, exported, root)
    _note(state, root, exported)


def _note(state: str, root: RootOwnership, exported: Sequence[str]) -> None:
    with open(join(state, _ROOT), "w", encoding="ascii") as file:
        file.write(f"{root}\n" + (f"{json.dumps(list(exported))}\n" if exported else ""))


def follow_root(export: str, state: str, root: RootOwnership, exported: Sequence[str] = ()) -> None:
    """Do that when another ownership is asked for than the last time, and for what was not exported then. Raises OSError."""
    if not os.path.isdir(export):
        return
    try:
        with open(join(state, _ROOT), encoding="ascii") as file:
            known, *more = file.read().splitlines()
        owned = json.loads(more[0]) if more else []
    except (FileNotFoundError, ValueError):
        known, owned = str(RootOwnership()), []  # of a volume from before there was a choice
    if known != str(root):
        own_root(export, state, root, exported)
        return
    prepare(export, exported, root, owned)
    if owned != list(exported):
        _note(state, root, exported)


def follow_files(windows: WindowsTree, nas: NasTree, ledger: Ledger) -> None:
    """Do that for what has come from Windows and is as it came. Both trees must be open. Raises sqlite3.Error."""
    wanted = str(nas.ownership)
    if (ledger.setting(_FILES) or str(FileOwnership())) == wanted:
        return
    for path, record in ledger.records():
        if Side.NAS not in record.delivered:
            continue
        try:
            found, source = nas.look(path), windows.look(path)
            if found is not None and record.shows(Side.NAS, found):
                nas.own_again(path, found, source.mode if source else 0)
        except OSError as error:
            _log.warning("cannot change the owner and permissions of %r: %s", path, reason(error))
    ledger.set_setting(_FILES, wanted)
    ledger.commit()
