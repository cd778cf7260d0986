# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of a client's mount options. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import re
import typing as t

VERSION = re.compile(r"(?:nfs)?vers=([234])(?:\.[0-9])?")
_SHORT_VERSION = re.compile(r"v([234])(?:\.[0-9])?")


def split_options(value: str) -> list[str]:
    """Return the options of a text such as ``rw,hard,vers=3``."""
    return [word.strip() for word in value.split(",") if word.strip()]


def option_name(option: str) -> str:
    """Return the name of an option, which stands before its value."""
    return option.partition("=")[0]


def version(options: t.Iterable[str]) -> int | None:
    """Return the version of NFS that options name, the last one where there are several; None where they name none."""
    named = None
    for option in options:
        match = VERSION.fullmatch(option) or _SHORT_VERSION.fullmatch(option)
        named = int(match[1]) if match else named
    return named
