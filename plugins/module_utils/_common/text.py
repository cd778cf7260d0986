# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text for people: what names, logs and figures look like in every report. Private to file_simulator.nas. Pure.

File names and logs come from servers and clients. They are data: a control character in one must neither
steer a terminal nor break a document, and a character that turns the direction of writing must not make one
name look like another.
"""

from __future__ import annotations

import math
import typing as t
import unicodedata
from datetime import datetime, timezone

# Where Unicode has pictures of the control characters: U+241B is that of escape.
_PICTURES = 0x2400
_DELETE, _PICTURE_OF_DELETE = 0x7F, 0x2421
# Controls, surrogates, private and unassigned ones (among them what XML forbids), format characters such as U+202E.
_HIDDEN = ("Cc", "Cs", "Co", "Cn", "Cf")
_SIZES = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))


def visible(text: object, *, lines: bool = False) -> str:
    r"""Return text in which everything can be seen, in one line unless ``lines``.

    Control characters become their pictures, what else has no shape becomes its number, such as \u202e.
    """
    return "".join(_shown(character, lines) for character in str(text))


def _shown(character: str, lines: bool) -> str:
    code = ord(character)
    if character == "\n" and lines:
        return character
    if character == "\t":
        return "    " if lines else " "
    if code < 0x20:
        return chr(_PICTURES + code)
    if code == _DELETE:
        return chr(_PICTURE_OF_DELETE)
    if unicodedata.category(character) in _HIDDEN or character in "\u2028\u2029":
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return character


def encodable(value: t.Any) -> t.Any:
    """Return a value of JSON in which every text is valid Unicode; what is not becomes its number.

    A file's name may be any bytes. JSON can carry them as lone surrogates, which no later encoding takes: Ansible
    would refuse a whole answer for one of them.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, t.Mapping):
        return {encodable(key): encodable(inner) for key, inner in value.items()}
    return [encodable(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def shortened(text: str, most: int) -> str:
    """Return text of at most ``most`` characters; an ellipsis stands for its end."""
    return text if len(text) <= most else text[: most - 1] + "…"


def named(names: t.Sequence[str], most: int) -> str:
    """Return names in one line, ``most`` of them and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(visible(name) for name in names[:most]) + more


def duration(seconds: float) -> str:
    """Return a time as people say it, with two or three figures that matter."""
    if not math.isfinite(seconds):
        return "unknown"
    if not seconds:
        return "0 s"
    if abs(seconds) < 0.9995:
        return f"{seconds * 1000:.2g} ms" if abs(seconds) < 0.0995 else f"{seconds * 1000:.0f} ms"
    if abs(seconds) < 119.5:
        return f"{seconds:.1f} s".replace(".0 s", " s") if abs(seconds) < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def size(count: float) -> str:
    """Return a number of bytes as people say it."""
    for unit, value in _SIZES:
        if count >= value:
            return f"{count / value:.3g} {unit}" if count < 1000 * value else f"{count / value:.0f} {unit}"
    return f"{count:.0f} B"


def figure(value: float, unit: str) -> str:
    """Return a figure with its unit: times and sizes as people say them, everything else as it is."""
    if unit == "s":
        return duration(value)
    if unit in ("B", "bytes"):
        return size(value)
    number = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{number} {visible(unit)}".rstrip()


def utc_seconds(text: object) -> float | None:
    """Return a time in UTC as a sync agent writes it (ISO 8601), in seconds since 1970; None when it is none."""
    try:
        return datetime.strptime(str(text)[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 server" or "2 servers"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def bracketed(host: str) -> str:
    """Return a host as it is written before a colon: an address of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def one_line(text: object) -> str:
    """Return text with a single space for each run of spaces and line ends."""
    return " ".join(str(text).split())
