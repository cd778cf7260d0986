# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows directories as a topology names them. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath, is_absolute
from ansible_collections.file_simulator.nas.plugins.module_utils._model.yaml_traps import misread_path


def read_windows_path(value: t.Any, field: str) -> WindowsPath:
    """Read the absolute path of a directory; raise FieldError."""
    _refuse_misread(value, field)
    try:
        path = WindowsPath.parse(value)
    except ValueError as error:
        raise FieldError(field, str(error)) from None
    if not path.parts:
        raise FieldError(field, f"'{value}' is a whole drive; name a directory such as {default.DATA_ROOT}")
    return path


def read_directory(value: t.Any, data_root: WindowsPath) -> WindowsPath:
    """Read a server's directory, below the data root or absolute; raise FieldError."""
    _refuse_misread(value, "directory")
    if not isinstance(value, str) or not value:
        raise FieldError("directory", f"expected a directory's name below {data_root}, or an absolute Windows path")
    if is_absolute(value):
        path = read_windows_path(value, "directory")
        if path.holds(data_root):
            raise FieldError("directory", f"'{value}' holds the data root {data_root}; name a directory of its own")
        return path
    try:
        path = data_root.joined(value)
    except ValueError as error:
        raise FieldError("directory", str(error)) from None
    if path == data_root:
        raise FieldError("directory", f"'{value}' is the data root itself; name a directory below it")
    return path


def _refuse_misread(value: t.Any, field: str) -> None:
    misread = misread_path(value, field)
    if misread:
        raise FieldError(field, misread)
