# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the owners and permissions of what is there, once, when others are asked for than before.

In between they are the clients' business: what they give to files and to the root stays.
"""

from __future__ import annotations

import logging
import os
from posixpath import join

from ..errors import reason
from ..model import Side
from ..ownership import FileOwnership, RootOwnership
from ..trees.nas import NasTree
from ..trees.windows import WindowsTree
from .ledger import Ledger

_log = logging.getLogger("nas_sync_agent")
_ROOT = "root"
_FILES = "files_ownership"


def own_root(export: str, state: str, root: RootOwnership) -> None:
    """Give the exported directory its owner and permissions, and note which. Raises OSError."""
    fd = os.open(export, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        root.give(fd)
    except OSError as error:
        raise OSError(error.errno, f"the export's root cannot be given to {root}: {error.strerror}") from error
    finally:
        os.close(fd)
    with open(join(state, _ROOT), "w", encoding="ascii") as file:
        file.write(f"{root}\n")


def follow_root(export: str, state: str, root: RootOwnership) -> None:
    """Do that when another ownership is asked for than the last time. Raises OSError."""
    try:
        with open(join(state, _ROOT), encoding="ascii") as file:
            known = file.read().strip()
    except (FileNotFoundError, ValueError):
        known = str(RootOwnership())  # of a volume from before there was a choice
    if known != str(root) and os.path.isdir(export):
        own_root(export, state, root)


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
