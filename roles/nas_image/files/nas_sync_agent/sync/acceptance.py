# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's word that deletions which are withheld are meant: a file in the state directory, used up by them."""

from __future__ import annotations

import os
from posixpath import join

_NAME = "accept"


def accept(state: str) -> None:
    """Say that what is withheld now may be deleted. Raises OSError."""
    with open(join(state, _NAME), "w", encoding="ascii"):
        return


def take_acceptance(state: str) -> bool:
    """Whether that was said; it counts once."""
    try:
        os.unlink(join(state, _NAME))
    except OSError:
        return False
    return True
