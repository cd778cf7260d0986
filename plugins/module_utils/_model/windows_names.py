# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows' rules for names: which ones NTFS as Windows uses it cannot hold, and which are one to it. Pure.

The collection and the sync agent go by the same rules: ``roles/nas_image/files/nas_sync_agent/windows_names.py`` is
this file, byte for byte, and tests/repository holds it to that. So it imports nothing of either.

Rules: "Naming Files, Paths, and Namespaces" in the Win32 documentation; what lies before the first dot, less the
spaces at its end, is what Windows compares with its devices' names.
"""

from __future__ import annotations

import re

_LONGEST = 255
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICE = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[1-9\u00b9\u00b2\u00b3]|LPT[1-9\u00b9\u00b2\u00b3]) *(\.|\Z)", re.IGNORECASE
)

# The table $UpCase of NTFS, as Windows 7 to 11 write it on a new drive: how far to its upper case it is from each
# UTF-16 unit that has one, in hexadecimal, a range with its step. Unicode's own upper case is another one: it has what
# this table lacks (final sigma, long s, micro sign, what came after Unicode 5), and lacks Greek title case.
_UPPER_CASE = """
-10795: 2c65; -10792: 2c66; -7264: 2d00-2d25; -219: 292; -218: 280 283 288; -217: 28a-28b; -214: 275; -213:
272; -211: 269 26f; -210: 253; -209: 268; -207: 263; -206: 254; -205: 256-257 260; -203: 25b; -202: 259; -80:
450-45f; -79: 1dd; -71: 28c; -69: 289; -64: 3cc; -63: 3cd-3ce; -48: 561-586 2c30-2c5e; -38: 3ac; -37: 3ad-3af;
-32: 61-7a e0-f6 f8-fe 3b1-3c1 3c3-3cb 430-44f ff41-ff5a;
-28: 214e; -26: 24d0-24e9; -16: 2170-217f; -15: 4cf; -8: 3d7; -2: 1c6 1c9 1cc 1f3;
-1: 101-12f/2 133-137/2 13a-148/2 14b-177/2 17a-17e/2 183-185/2 188 18c 192 199 1a1-1a5/2 1a8 1ad 1b0
    1b4-1b6/2 1b9 1bd 1ce-1dc/2 1df-1ef/2 1f5 1f9-21f/2 223-233/2 23c 242 247-24f/2 371-373/2 377 3d9-3ef/2
    3f8 3fb 461-481/2 48b-4bf/2 4c2-4ce/2 4d1-523/2 1e01-1e95/2 1ea1-1eff/2 2184 2c61 2c68-2c6c/2 2c73 2c76
    2c81-2ce3/2 a641-a65f/2 a663-a66d/2 a681-a697/2 a723-a72f/2 a733-a76f/2 a77a-a77c/2 a77f-a787/2 a78c;
+7: 3f2 1fe5;
+8: 1f00-1f07 1f10-1f15 1f20-1f27 1f30-1f37 1f40-1f45 1f51-1f57/2 1f60-1f67 1f80-1f87 1f90-1f97 1fa0-1fa7
    1fb0-1fb1 1fd0-1fd1 1fe0-1fe1;
+9: 1fb3 1fc3 1ff3; +56: 1bf; +74: 1f70-1f71; +86: 1f72-1f75; +97: 195; +100: 1f76-1f77; +112: 1f7a-1f7b;
+121: ff; +126: 1f7c-1f7d; +128: 1f78-1f79; +130: 19e 37b-37d; +163: 19a; +195: 180; +3814: 1d7d; +10727: 27d;
+10743: 26b; +10749: 271; +10780: 251; +10783: 250; +35332: 1d79
"""


def name_problem(name: str) -> str | None:
    """Return why Windows cannot hold a file or directory of this name, as words after the name; None when it can."""
    if not name or name in (".", ".."):
        return "is no name"
    if any("\ud800" <= character <= "\udfff" for character in name):
        return "is no text: it has bytes that are not UTF-8"
    bad = _FORBIDDEN.search(name)
    if bad:
        return f"has the character {bad.group()!r}, which Windows does not allow"
    if name[-1] in ". ":
        return "ends in a dot or a space, which Windows drops"
    if _DEVICE.match(name):
        return "is a device name of Windows"
    if len(name.encode("utf-16-le")) // 2 > _LONGEST:
        return "is longer than 255 characters"
    return None


def fold(name: str) -> str:
    """Return what all spellings of a name (or a path) have in common that are one to NTFS.

    NTFS compares UTF-16 units one by one, in upper case by a table of its own: a mapping that changes the length (as
    for a sharp s) is none, composed and decomposed forms are two names, and what lies beyond 16 bits stays as it is.
    """
    return name.upper() if name.isascii() else name.translate(_TO_UPPER)


def _read(table: str) -> dict[int, int]:
    upper: dict[int, int] = {}
    for group in table.split(";"):
        distance, ranges = group.split(":")
        for each in ranges.split():
            bounds, _slash, step = each.partition("/")
            first, _dash, last = bounds.partition("-")
            for unit in range(int(first, 16), int(last or first, 16) + 1, int(step or 1)):
                upper[unit] = unit + int(distance)
    return upper


_TO_UPPER = _read(_UPPER_CASE)
