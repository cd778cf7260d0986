# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What podman writes on its standard error, read. Pure.

Causes stand above the last line, as its log writes them (time="..." level=error msg="..."); so do
warnings, which have nothing to do with what failed.
"""

from __future__ import annotations

import json
import re

_LOGGED = re.compile(r'time="[^"]*" level=(?P<level>[a-z]+) msg=(?P<text>"(?:[^"\\]|\\.)*"|\S+)')
_NOISE = ("trace", "debug", "info", "warning")
_ERROR = "Error: "


def causes(text: str) -> str:
    """Return in one line why podman failed, causes first; empty when it did not say."""
    told: list[str] = []
    for line in _significant(text):
        logged = _LOGGED.match(line)
        words = _unquoted(logged.group("text")) if logged else line
        words = " ".join(words[len(_ERROR) :].split() if words.startswith(_ERROR) else words.split())
        if words and words not in told:
            told.append(words)
    return "; ".join(told)


def without_noise(text: str) -> str:
    """Return the text without podman's own warnings, to show what a container wrote."""
    return "\n".join(_significant(text))


def _significant(text: str) -> list[str]:
    lines = []
    for line in text.splitlines():
        logged = _LOGGED.match(line.strip())
        if line.strip() and not (logged and logged.group("level") in _NOISE):
            lines.append(line.strip())
    return lines


def _unquoted(text: str) -> str:
    """Undo Go's quoting, once for the log and once more where a whole message was quoted before."""
    for _level in range(2):
        if not text.startswith('"'):
            break
        try:
            read = json.loads(text)
        except ValueError:
            return text.strip('"')
        text = read if isinstance(read, str) else text
    return text
