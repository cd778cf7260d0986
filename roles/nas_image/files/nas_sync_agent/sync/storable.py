# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and numbers of a file system in forms that SQLite stores: it takes UTF-8 and 64 bits with a sign.

A name may be any bytes; Python shows those that are not UTF-8 as lone surrogates. A time may lie beyond the year
2262, NTFS's first year is 1601, and an inode number may need all 64 bits. What fits is stored as it is.
"""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile("\0([0-9a-f]{4})")
_LEAST, _MOST = -(2**63), 2**63 - 1


def to_text(path: str) -> str:
    """A path with each lone surrogate as NUL and its number: no path has a NUL, and it sorts before every other."""
    return path if path.isascii() else _SURROGATE.sub(lambda found: f"\0{ord(found[0]):04x}", path)


def from_text(text: str) -> str:
    """The path that :func:`to_text` was given."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\0" in text else text


def to_number(number: int) -> int | str:
    """A number; as text, which a column of integers leaves alone for its sign, where it is beyond 64 bits."""
    return number if _LEAST <= number <= _MOST else f"#{number}"


def from_number(stored: int | str) -> int:
    """The number that :func:`to_number` was given."""
    return stored if isinstance(stored, int) else int(stored[1:])
