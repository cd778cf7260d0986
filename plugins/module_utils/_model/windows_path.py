# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""Windows paths as testers write them. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold, name_problem

_DRIVE_PATH = re.compile(r"(?P<drive>[A-Za-z]):(?P<separator>[\\/]?)(?P<rest>.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class WindowsPath:
    r"""An absolute path on a drive: ``WindowsPath("C", ("simulator-data",))`` is ``C:\simulator-data``."""

    drive: str
    parts: tuple[str, ...]

    @classmethod
    def parse(cls, text: t.Any) -> WindowsPath:
        r"""Read ``C:\a\b`` or ``C:/a/b``, with or without a trailing separator.

        Raises ValueError with the reason for UNC, relative and drive-relative paths, and for names
        that Windows cannot hold.
        """
        if not isinstance(text, str) or not text:
            raise ValueError(f"{text!r} is no Windows path; write for example C:\\simulator-data")
        if text[:2] in ("\\\\", "//"):
            raise ValueError(f"'{text}' is a network (UNC) path; use a directory on a local drive such as C:")
        match = _DRIVE_PATH.match(text)
        if match is None:
            raise ValueError(f"'{text}' has no drive; write an absolute path such as C:\\simulator-data")
        if not match.group("separator"):
            raise ValueError(
                f"'{text}' is relative to the drive's current directory; write {match.group('drive')}:\\{match.group('rest')}"
            )
        return cls(match.group("drive").upper(), _parts(text, match.group("rest")))

    def joined(self, relative: str) -> WindowsPath:
        r"""Return the path of ``relative`` (``a`` or ``a\b``) below this one; raise ValueError as ``parse`` does."""
        return WindowsPath(self.drive, (*self.parts, *_parts(relative, relative)))

    def holds(self, other: WindowsPath) -> bool:
        """Tell whether ``other`` is this directory or lies below it, as Windows compares: without case."""
        mine, theirs = self.key, other.key
        return theirs[: len(mine)] == mine

    @property
    def key(self) -> tuple[str, ...]:
        """What two spellings of one path have in common."""
        return (self.drive, *(fold(part) for part in self.parts))

    def __str__(self) -> str:
        return f"{self.drive}:\\" + "\\".join(self.parts)


def _parts(whole: str, rest: str) -> tuple[str, ...]:
    parts = tuple(part for part in re.split(r"[\\/]+", rest) if part)
    for part in parts:
        problem = name_problem(part)
        if problem:
            raise ValueError(f"'{whole}': '{part}' {problem}")
    return parts


def is_absolute(text: str) -> bool:
    """Tell whether ``text`` begins as an absolute or UNC path does, whether or not it is a good one."""
    return bool(_DRIVE_PATH.match(text)) or text[:1] in ("\\", "/")
