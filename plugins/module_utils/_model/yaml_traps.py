# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""Values that YAML made something else of than was written, and the line as it should be.

Private to file_simulator.nas. Pure. The rules are those of YAML 1.1, which Ansible reads: ``off`` is a boolean, ``0775`` an
octal number, and a backslash in double quotes begins an escape, so that ``"C:\temp"`` has a tab.
"""

from __future__ import annotations

import re
import typing as t

# What YAML makes of a backslash and a letter. \x, \u and \U need digits: most paths with them are no YAML at all.
_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
# The last four are allowed in names; right after a drive's colon they are none.
_ESCAPED = re.compile("[\0\a\b\t\n\v\f\r\x1b]|^[A-Za-z]:[\x85\xa0\u2028\u2029]")
_OCTAL = re.compile(r"[0-7]{3,4}")
_HIGHEST_MODE = 0o7777


def misread_text(value: t.Any, field: str) -> str:
    """Return what YAML made of what was meant as text, with the line as it should be; empty where it made nothing else."""
    key = field.rpartition(".")[2]
    if isinstance(value, bool):
        word, words = ("on", "on, yes and true") if value else ("off", "off, no and false")
        return f'YAML reads {words} as a boolean; quote it: {key}: "{word}"'
    if isinstance(value, (int, float)):
        return f'YAML reads it as the number {value}, without leading zeros; quote it: {key}: "{value}"'
    return ""


def misread_path(value: t.Any, field: str) -> str:
    """Return what YAML made of a Windows path, with the line as it should be; empty where it made nothing else of it."""
    if not isinstance(value, str):
        return misread_text(value, field)
    if not _ESCAPED.search(value):
        return ""
    written = "".join(f"\\{_ESCAPES[character]}" if character in _ESCAPES else character for character in value)
    quoted = written.replace("'", "''")
    key = field.rpartition(".")[2]
    return f"a backslash in double quotes begins an escape in YAML; use single quotes: {key}: '{quoted}'"


def misread_octal(value: int, field: str, lowest: int, highest: int) -> str:
    """Return that a leading zero made a number octal, where what was written then fits; else empty."""
    written = int(f"{value:o}") if value >= 0 else value
    if value == written or not lowest <= written <= highest:
        return ""
    key = field.rpartition(".")[2]
    return f"YAML reads 0{written} as an octal number; leave the zero out: {key}: {written}"


def misread_mode(value: t.Any, field: str) -> str:
    """Return the line for permissions that were written without quotes, by which YAML made a decimal number of them.

    0644 is 420 to YAML, and so is 420: where both may have been written, both lines are returned. Empty for what
    no permissions are read as.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return ""
    octal = f"0{value:o}" if value <= _HIGHEST_MODE and len(f"{value:o}") >= 3 else ""
    decimal = str(value) if _OCTAL.fullmatch(str(value)) else ""
    key = field.rpartition(".")[2]
    lines = [f'{key}: "{digits}"' for digits in (octal, decimal) if digits]
    if not lines:
        return ""
    return "quote it: " + (f"{lines[0]} or {lines[1]}, whichever was written" if len(lines) > 1 else lines[0])
