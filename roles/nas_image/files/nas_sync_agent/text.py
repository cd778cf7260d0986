# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and reasons for readers: whatever a client calls a file, no log, document or terminal breaks on it."""

from __future__ import annotations

import unicodedata
from typing import Any

_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Controls, format characters (some turn the direction of writing), what Unicode does not name, line ends."""


def visible(text: str) -> str:
    r"""Text in which everything can be seen and encoded: bytes that are no UTF-8 as ``\xff``, a line end as ``\n``."""
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python shows a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) in _HIDDEN:
        return character.encode("unicode_escape").decode("ascii")
    return character


def all_visible(value: Any) -> Any:
    """The same for every text in what is about to become JSON."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): all_visible(inner) for key, inner in value.items()}
    return [all_visible(inner) for inner in value] if isinstance(value, list) else value


def counted(number: int, one: str) -> str:
    """``1 file`` or ``2 files``."""
    return f"{number} {one}{'' if number == 1 else 's'}"
