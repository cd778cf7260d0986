# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of text that a user names, one by one, by folder or by pattern. Private to file_simulator.nas.

They are somebody's own and may be anything, so that nothing is waited for, nothing grows without bound, and what is
wrong with several of them is told of all.
"""

from __future__ import annotations

import codecs
import glob
import os
import stat
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible

_MOST_FILES = 2_000
_LONGEST = 16 << 20
_MOST_BYTES = 64 << 20
# PowerShell 5 writes UTF-16 where somebody redirects what a program prints. The longer mark first: it begins like the other.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# Opening a FIFO would wait for its other end, for ever.
_READING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class TextFile(t.NamedTuple):
    """A file's name as the user would write it, and its text."""

    name: str
    text: str


class _Refused(Exception):
    """A file is not read; the message says why."""


def read_named(
    named: t.Sequence[str], endings: t.Sequence[str], problems: list[str], directory: str = ""
) -> list[TextFile]:
    """Return the files that ``named`` stands for, each once; what cannot be read goes to ``problems``.

    Of a folder, those whose names end in one of ``endings`` count, at any depth; what is hidden does not. Names are relative
    to ``directory``, and so are those that are returned.
    """
    found: list[TextFile] = []
    left = _MOST_BYTES
    above = os.path.join(directory, "")
    for path in _paths([os.path.join(directory, os.path.expanduser(name)) for name in named], endings, problems, above):
        try:
            text = _text(_content(path, left))
        except _Refused as error:
            problems.append(f"{_name(path, above)}: {error}")
            continue
        except OSError as error:
            problems.append(f"{_name(path, above)}: cannot be read: {error.strerror}")
            continue
        left -= len(text)
        found.append(TextFile(_relative(path, above), text))
    return found


def _relative(path: str, above: str) -> str:
    below = path[len(above) :] if path.startswith(above) else path
    return below[2:] if below.startswith("./") else below


def _name(path: str, above: str) -> str:
    return visible(_relative(path, above))


def _paths(named: t.Sequence[str], endings: t.Sequence[str], problems: list[str], above: str) -> list[str]:
    found: dict[str, str] = {}
    for path in named:
        name = _name(path, above)
        matching = [path] if os.path.lexists(path) else sorted(glob.glob(path, recursive=True))
        if not matching:
            what = "no file matches" if glob.has_magic(path) else "is not there"
            problems.append(f"{name}: {what}")
        for match in matching:
            below = _below(match, endings) if os.path.isdir(match) else [match]
            if not below and match == path:
                problems.append(f"{name}: has no file whose name ends in {', '.join(endings)}")
            for each in below:
                found.setdefault(os.path.realpath(each), each)
    if len(found) > _MOST_FILES:
        problems.append(f"{_name(named[0], above)}: more than {_MOST_FILES} files are meant; name fewer")
        return []
    return list(found.values())


def _below(top: str, endings: t.Sequence[str]) -> list[str]:
    found: list[str] = []
    for directory, directories, names in os.walk(top):
        directories[:] = sorted(name for name in directories if not name.startswith("."))
        fitting = (name for name in sorted(names) if not name.startswith(".") and name.endswith(tuple(endings)))
        found += [os.path.join(directory, name) for name in fitting]
    return found


def _content(path: str, left: int) -> bytes:
    descriptor = os.open(path, _READING)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _Refused("is no regular file")
        content = stream.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise _Refused(f"is longer than {_LONGEST >> 20} MiB; name what has the volumes alone")
    if len(content) > left:
        raise _Refused(f"all files together are longer than {_MOST_BYTES >> 20} MiB; name those with volumes alone")
    return content


def _text(content: bytes) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise _Refused("is no text in UTF-8 or UTF-16") from None
