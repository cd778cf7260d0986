# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""Where WSL has mounted Windows drives, from the kernel's table. Private to file_simulator.nas. Pure.

The table is right where wsl.conf is not: drives mounted by /etc/fstab or by hand, automount switched
off. How a drive shows in it has changed over the releases of WSL:

* WSL 1: type ``drvfs``, source ``C:``
* WSL 2: type ``9p``, source ``C:\`` or ``drvfs``, and ``aname=drvfs;path=C:\`` among the options
* WSL 2 with virtiofs: type ``virtiofs``, source ``drvfsC0``; newer ones do not name the drive
"""

from __future__ import annotations

import posixpath
import re

_ESCAPE = re.compile(r"\\([0-7]{3})")
_SOURCE = re.compile(r"(?P<drive>[A-Za-z]):\\?\Z")
_OPTION = re.compile(r"(?:\A|[,;])aname=drvfs(?:[,;].*?)?[,;]path=(?P<drive>[A-Za-z]):\\?(?:[,;]|\Z)")
_TAG = re.compile(r"drvfsa?(?P<drive>[A-Z])[0-9]+\Z")


def drive_mounts(mountinfo: str, automount_root: str) -> dict[str, str]:
    """Return the mount points of Windows drives by their upper-case letters, from /proc/self/mountinfo.

    Where a drive is mounted more than once, the one below ``automount_root`` counts, else the first.
    """
    found: dict[str, list[str]] = {}
    for line in mountinfo.splitlines():
        place, separator, device = line.partition(" - ")
        fields, source = place.split(" "), device.split(" ")
        # What shows only a part of a drive has another root.
        if not separator or len(fields) < 5 or len(source) < 3 or fields[3] != "/":
            continue
        letter = _letter(source[0], plain(source[1]), plain(" ".join(source[2:])))
        if letter:
            found.setdefault(letter, []).append(plain(fields[4]))
    usual = {letter: posixpath.join(automount_root, letter.lower()) for letter in found}
    return {letter: usual[letter] if usual[letter] in points else points[0] for letter, points in found.items()}


def _letter(kind: str, source: str, options: str) -> str:
    """Return the drive that a mount is of, empty when it is of none."""
    match = None
    if kind == "drvfs":
        match = _SOURCE.match(source)
    elif kind == "9p":
        match = _OPTION.search(options)
    elif kind == "virtiofs":
        match = _TAG.match(source)
    return match.group("drive").upper() if match else ""


def plain(field: str) -> str:
    r"""Undo the escapes of the kernel's table, such as ``\040`` for a space."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 8)), field)
