# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's word that what is withheld is meant. It is given for what is withheld at that moment, and counts once.

The agent notes in the state directory what it withholds; the word is that note under another name, so that it needs
no room and cannot be given before there is something to give it for.
"""

from __future__ import annotations

import os
from posixpath import join

from ..model import Side

_LONGEST = 65536


def note_withheld(state: str, side: Side, reason: str) -> None:
    """Note what is withheld because of a side, for who may say that it is meant. Raises OSError."""
    path = _withheld(state, side)
    if _read(path) != reason:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(reason)


def accept(state: str) -> list[str]:
    """Say that what is withheld now is meant; what that is. Raises OSError."""
    reasons = []
    for side in Side:
        reason = _read(_withheld(state, side))
        if reason is not None:
            os.replace(_withheld(state, side), _accepted(state, side))
            reasons.append(reason)
    return reasons


def take_acceptance(state: str, side: Side) -> bool:
    """Whether that was said; it counts once."""
    return _unlink(_accepted(state, side))


def nothing_withheld(state: str, side: Side) -> None:
    """Take note and word back: neither holds for what comes later."""
    _unlink(_withheld(state, side))
    _unlink(_accepted(state, side))


def _withheld(state: str, side: Side) -> str:
    return join(state, f"withheld-{side.value}")


def _accepted(state: str, side: Side) -> str:
    return join(state, f"accepted-{side.value}")


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_LONGEST)
    except FileNotFoundError:
        return None


def _unlink(path: str) -> bool:
    try:
        os.unlink(path)
    except OSError:
        return False
    return True
