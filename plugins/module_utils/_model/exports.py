# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exports of a server: under which paths clients mount which parts of its tree. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import posixpath
import re
import typing as t
import zlib
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.export_options import (
    ExportOptions,
    parse_export_options,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.temporary_names import is_ignored
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath, is_absolute
from ansible_collections.file_simulator.nas.plugins.module_utils._model.yaml_traps import misread_path

# The path of the one export of a server that names none.
EXPORT_PATH = "/data"
EXPORT_KEYS = ("path", "subdirectory", "export_options", "export_id")
EXPORT_IDS = (1, 65535)
# Those that follow from names: beside the default servers' and beside all ports, which others have.
_IDS_OF_NAMES = range(1000, 30000)
# What neither a mount line, an fstab, a shell nor a server's configuration reads as something else.
_PATH = re.compile(r"/|(/[A-Za-z0-9._+@~%:=,-]+)+")
# NFSv3 carries no longer path to MOUNT (MNTPATHLEN of RFC 1813), and no file system a longer name.
_LONGEST_PATH, _LONGEST_NAME = 1024, 255
# unfs3 exports real paths: at these, its container has directories of its own.
_IN_UNFS3_IMAGE = ("bin", "dev", "etc", "export", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run",
                   "sbin", "srv", "sys", "tmp", "usr", "var")  # fmt: skip


@dataclass(frozen=True)
class Export:
    """What clients mount as ``path``: ``subdirectory`` of the server's tree, with slashes, empty for the whole tree."""

    path: str
    subdirectory: str
    options: ExportOptions
    export_id: int


def read_exports(
    entry: fields.Mapping, *, port: int, options: str, nfs_server: str, directory: WindowsPath
) -> tuple[Export, ...]:
    """Return the exports of a server's entry: those that it lists, or the whole tree as /data.

    ``port`` is the one that the entry names (0 for none), ``options`` what is exported with where an export says
    nothing else. Raises FieldError for the first field that cannot work.
    """
    if nfs_server == "unfs3" and "export_id" in entry:
        raise FieldError("export_id", "unfs3 has no file system id but its disk's; leave it out, or use ganesha")
    if "exports" not in entry:
        return (Export(EXPORT_PATH, "", parse_export_options(options), _own_id(entry, port)),)
    listed = entry["exports"]
    if not isinstance(listed, (list, tuple)) or not listed:
        raise FieldError("exports", f"expected a list of exports; leave it out for one, {EXPORT_PATH}")
    exports: list[Export] = []
    for number, item in enumerate(listed, start=1):
        export = _read(entry, item, f"exports[{number}]", port, options, directory)
        for other in exports:
            _refuse_overlap(export, other, f"exports[{number}]")
        if nfs_server == "unfs3":
            _refuse_on_unfs3(export, item, f"exports[{number}]")
        exports.append(export)
    if "export_id" in entry and all(export.path != EXPORT_PATH for export in exports):
        raise FieldError("export_id", f"is that of {EXPORT_PATH}, which is not exported; write it with the exports")
    return tuple(exports)


def _read(entry: fields.Mapping, item: t.Any, where: str, port: int, options: str, directory: WindowsPath) -> Export:
    given = fields.mapping(item, where, EXPORT_KEYS)
    if "path" not in given:
        raise FieldError(f"{where}.path", "is missing; write what clients mount, for example /vol/in1")
    path = _path(given["path"], f"{where}.path")
    # One that keeps the default path keeps the default id, so that a second export beside it changes nothing of it.
    fallback = _own_id(entry, port) if path == EXPORT_PATH else _id_of(f"{entry['name']}:{path}")
    return Export(
        path,
        _subdirectory(given.get("subdirectory", ""), f"{where}.subdirectory", directory),
        parse_export_options(given.get("export_options", options), f"{where}.export_options")
        if "export_options" in given
        else parse_export_options(options),
        fields.integer(given.get("export_id", fallback), f"{where}.export_id", *EXPORT_IDS),
    )


def _path(value: t.Any, field: str) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise FieldError(field, f"{fields.shown(value)} is no absolute path; write for example /vol/in1")
    if ".." in value.split("/"):
        raise FieldError(field, f"{fields.shown(value)} has '..'; write the path that it leads to")
    normal = "/" + posixpath.normpath(value).lstrip("/")
    if value != normal:
        raise FieldError(field, f"{fields.shown(value)} has more than it needs; write {fields.shown(normal)}")
    if not _PATH.fullmatch(value):
        raise FieldError(field, f"{fields.shown(value)} has other characters than letters, digits and ._+@~%:=,-")
    if len(value) > _LONGEST_PATH or any(len(name) > _LONGEST_NAME for name in value.split("/")):
        raise FieldError(
            field,
            f"{fields.shown(value)} is too long; {_LONGEST_PATH} characters, {_LONGEST_NAME} in a name, are allowed",
        )
    return value


def _subdirectory(value: t.Any, field: str, directory: WindowsPath) -> str:
    misread = misread_path(value, field)
    if misread:
        raise FieldError(field, misread)
    if not isinstance(value, str) or is_absolute(value):
        raise FieldError(field, f"{fields.shown(value)} is no path below {directory}; write for example in1")
    try:
        parts = directory.joined(value).parts[len(directory.parts) :]
    except ValueError as error:
        raise FieldError(field, str(error)) from None
    for part in parts:
        if is_ignored(part) or fold(part) == fold(default.MARKER_NAME):
            raise FieldError(field, f"'{part}' is a name that the simulator keeps for itself; choose another")
    return "/".join(parts)


def _refuse_overlap(export: Export, other: Export, where: str) -> None:
    if _holds(export.path, other.path) or _holds(other.path, export.path):
        raise FieldError(
            f"{where}.path", f"{export.path} and {other.path} are the same or lie in each other; choose another"
        )
    mine, theirs = (f"/{fold(each.subdirectory)}".rstrip("/") for each in (export, other))
    if _holds(mine or "/", theirs or "/") or _holds(theirs or "/", mine or "/"):
        shown = " and ".join(
            f"'{each.subdirectory}'" if each.subdirectory else "the whole directory" for each in (export, other)
        )
        raise FieldError(
            f"{where}.subdirectory",
            f"{shown} ({other.path}) are the same or lie in each other; each export needs its own",
        )


def _refuse_on_unfs3(export: Export, item: fields.Mapping, where: str) -> None:
    if "export_id" in item:
        raise FieldError(
            f"{where}.export_id", "unfs3 has no file system id but its disk's; leave it out, or use ganesha"
        )
    if export.path.split("/")[1] in ("", *_IN_UNFS3_IMAGE):
        raise FieldError(
            f"{where}.path", f"unfs3 has directories of its own at {export.path}; choose another, or use ganesha"
        )


def _holds(path: str, other: str) -> bool:
    return f"{other}/".startswith(f"{path.rstrip('/')}/")


def _own_id(entry: fields.Mapping, port: int) -> int:
    # A chosen port may be another one after each removal, and clients would see another file system then.
    fallback = port or _id_of(str(entry["name"]))
    return fields.integer(
        entry.get("export_id", default.EXPORT_IDS.get(entry["name"], fallback)), "export_id", *EXPORT_IDS
    )


def _id_of(name: str) -> int:
    return _IDS_OF_NAMES[zlib.crc32(name.encode()) % len(_IDS_OF_NAMES)]
