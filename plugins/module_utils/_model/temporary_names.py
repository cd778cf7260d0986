# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that sync agents take for nobody's file: those of files that are being written. Private to file_simulator.nas. Pure.

A file is written under such a name beside its own and renamed, so that nobody sees a part of it. Agents have the same rules
in ``names.py``; a test compares the two. What agents write they also clear away at each scan, so what is put by us has
names of its own, which they leave alone.
"""

from __future__ import annotations

import re

_AGENTS = re.compile(r"^\.~nas-sync-[0-9a-f]{16}\.tmp$")
_PUT = re.compile(r"^\.~nas-data-[0-9a-f]{16}\.tmp$")
# What an NFS client makes of a file that was deleted while it was open.
_SILLY_RENAME = re.compile(r"^\.nfs[0-9a-fA-F]{16,}$")


def temporary_name(number: int) -> str:
    """Return the agents' name that goes with a number of 64 bits, which should be drawn by chance."""
    return f".~nas-sync-{number:016x}.tmp"


def unfinished_name(number: int) -> str:
    """Return the name for test data that is being put, with such a number."""
    return f".~nas-data-{number:016x}.tmp"


def is_unfinished(name: str) -> bool:
    """Tell whether a name, without directory, is one that ``unfinished_name`` gives."""
    return _PUT.match(name) is not None


def is_ignored(name: str) -> bool:
    """Tell whether agents leave out a file of this name, which is without directory."""
    return any(pattern.match(name) for pattern in (_AGENTS, _PUT, _SILLY_RENAME))
