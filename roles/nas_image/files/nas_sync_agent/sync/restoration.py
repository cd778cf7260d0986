# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows directory that was deleted and made anew is the same one, but what it lacks was not deleted from it.

Its marker has the generation that it had, and an id of the making. What the ledger says of a Windows side that an
agent finds made anew holds no longer, where there is nothing.
"""

from __future__ import annotations

import logging

from ..errors import SideUnavailable
from ..model import Mode, Side
from ..trees.windows import WindowsTree
from .ledger import Ledger

_log = logging.getLogger("nas_sync_agent")


def follow_restoration(restored: str, ledger: Ledger, windows: WindowsTree, mode: Mode, *, once: bool) -> bool:
    """Forget what an open Windows directory had before it was made anew; whether there was anything new about it.

    Where changes of the NAS are carried to it, whatever it lacks is to be agreed on anew, so it comes back. Elsewhere the
    NAS keeps what it was given, and a file that comes again is its next version. Raises OSError, sqlite3.Error.
    """
    key, carries = _key(mode), Side.NAS in mode.sources
    if (ledger.setting(key) or "") == restored:
        return False
    gone = [(path, record) for path, record in ledger.records() if windows.look(path) is None]
    for path, record in gone:
        if carries:
            ledger.drop(path)
        elif record.windows is not None:
            ledger.put(path, record.seen(Side.WINDOWS, None))
    ledger.set_setting(key, restored)
    if not once and not carries:
        ledger.set_setting(_key(Mode.TWO_WAY), restored)  # this is no news for whoever carries more later
    ledger.commit()
    _log.warning("the Windows directory was made anew: it lacks %d of the files and directories it had", len(gone))
    return True


def check_restoration(restored: str, ledger: Ledger, mode: Mode) -> None:
    """Raise SideUnavailable while no agent has looked at a Windows directory that was made anew."""
    if (ledger.setting(_key(mode)) or "") != restored:
        raise SideUnavailable("the Windows directory was made anew, and no agent has looked at it yet")


def _key(mode: Mode) -> str:
    """The initial copy to the NAS comes first and sees to its own part; the agent proper may carry more."""
    return "restored_for_both" if Side.NAS in mode.sources else "restored"
