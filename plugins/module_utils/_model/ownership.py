# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Owners and permissions on the NAS side: of an export's root, and of what comes from Windows.

Private to file_simulator.nas. Pure. None is what nothing was said of; the sync agent knows what that means.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.yaml_traps import misread_mode

_ID_MAX = 2**32 - 2
# Three or four octal digits; a leading zero counts for nothing, as in Ansible's own modules.
_MODE = re.compile(r"0?[0-7]{3,4}")
_Reader = t.Callable[[t.Any, str], int]


@dataclass(frozen=True)
class RootOwnership:
    """Of the export's root directory. Ids are numbers, the mode is that of chmod(2)."""

    owner: int | None = None
    group: int | None = None
    mode: int | None = None


@dataclass(frozen=True)
class FileOwnership:
    """Of the files and directories that come from Windows."""

    owner: int | None = None
    group: int | None = None
    file_mode: int | None = None
    directory_mode: int | None = None


@dataclass(frozen=True)
class Ownership:
    """Both."""

    root: RootOwnership = RootOwnership()
    files: FileOwnership = FileOwnership()


def read_ownership(own: t.Any, common: t.Any) -> Ownership:
    """Read a server's ``export`` with that of all servers under it; raise FieldError."""
    parts = ("root", "files")
    common, own = fields.mapping(common, "defaults.export", parts), fields.mapping(own, "export", parts)
    return Ownership(
        RootOwnership(**_part("root", own, common, {"owner": _identity, "group": _identity, "mode": _mode})),
        FileOwnership(
            **_part(
                "files",
                own,
                common,
                {"owner": _identity, "group": _identity, "file_mode": _mode, "directory_mode": _mode},
            )
        ),
    )


def _part(
    name: str, own: fields.Mapping, common: fields.Mapping, readers: t.Mapping[str, _Reader]
) -> dict[str, int | None]:
    given = {
        **fields.mapping(common.get(name), f"defaults.export.{name}", readers),
        **fields.mapping(own.get(name), f"export.{name}", readers),
    }
    return {
        key: readers[key](value, f"export.{name}.{key}") if value is not None else None for key, value in given.items()
    }


def _identity(value: t.Any, field: str) -> int:
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise FieldError(
            field,
            f"'{value}' is no number; give the numeric id that the clients use, such as 1000: "
            "the server does not know their names",
        )
    return fields.integer(value, field, 0, _ID_MAX)


def _mode(value: t.Any, field: str) -> int:
    # YAML reads 0775 as 509 and 775 as itself, so a number does not tell what was written.
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        advice = misread_mode(value, field) or "put the octal digits in quotes, such as '2775'"
        raise FieldError(field, f"{value} is a number; {advice}")
    if not isinstance(value, str) or not _MODE.fullmatch(value) or int(value, 8) > 0o7777:
        raise FieldError(field, f"{value!r} is no mode; write three or four octal digits in quotes, such as '2775'")
    return int(value, 8)
