#!/usr/bin/env python3
# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the table of a server's options in docs/topology.md; with --check, fails where it is out of date.

Names, choices, bounds and defaults come from the model. It fails where the model has an option that is not described
here, or the other way round.
"""

from __future__ import annotations

import importlib
import re
import sys
import textwrap
import typing as t
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".ansible" / "collections"))
PAGE = ROOT / "docs" / "topology.md"
BEGIN, END = "<!-- options -->", "<!-- /options -->"


def _model(name: str) -> t.Any:
    # By name: the collection is on the path only since above.
    return importlib.import_module(f"ansible_collections.file_simulator.nas.plugins.module_utils._model.{name}")


defaults, endpoint, exports, ownership, server, sync = (
    _model(name) for name in ("defaults", "endpoint", "exports", "ownership", "server", "sync")
)


@dataclass(frozen=True)
class Option:
    """One option. ``values`` are the only ones that it takes, or the lowest and the highest; ``default`` is Markdown."""

    name: str
    type: str
    default: str
    meaning: str
    values: t.Sequence[str | int] = ()


def _code(value: object) -> str:
    return f"`{value}`"


_AMOUNTS = {"cpu": "CPU", "memory": "memory"}
_OWNERS = "([more](#owners-and-permissions))"
OPTIONS = (
    Option("name", "str", "required", "a DNS label that Windows can have as a directory's name"),
    Option("role", "str", "from the name", "`nas-input-4` tells its role, `archive` does not", server.ROLES),
    Option("enabled", "bool", _code("true"),
           "`false` removes the server and keeps its directory; it comes back when enabled again"),
    Option("directory", "str", "the name",
           "its Windows directory: below the data root, or an absolute path; each server has its own"),
    Option("address", "str or `auto`", "none",
           "on podman a loopback address of its own (127.x.y.z), at the standard ports ([more](#an-address-of-its-own))"),
    Option("port", "int or `auto`", "the standard port, 2049",
           "a NodePort, on every engine; `auto` leaves the choice to it ([more](#ports-that-are-chosen)); on podman a server "
           "has a `port` or an `address`", endpoint.PORTS),
    Option("mount_port", "int or `auto`", "`auto`",
           "beside `port`, where `ganesha` serves NFSv3: the port of MOUNT ([more](#nfsv3))", endpoint.PORTS),
    Option(
        "aliases",
        "list of str",
        "none",
        "names that production has for it, such as `[nas01.corp.example]` ([more](#names-of-production))",
    ),
    Option("nfs_versions", "list of int", "`[4]`, with `unfs3` `[3]`",
           "the versions of NFS that it serves: `[4]`, `[3, 4]` or `[3]` ([more](#nfsv3))"),
    Option("exports[].path", "str", f"one export, {_code(exports.EXPORT_PATH)}", "what clients mount ([more](#exports))"),
    Option("exports[].subdirectory", "str", "the whole directory", "the part of the server's directory that is exported"),
    Option("exports[].export_options", "str", "the server's `export_options`", "as there, for this export alone"),
    Option("exports[].export_id", "int", f"that of the server for {_code(exports.EXPORT_PATH)}, else by server and path",
           "as `export_id`, for this export", exports.EXPORT_IDS),
    Option("export_id", "int", "1 to 7 for the default names, else the port; by the name where no port is named",
           "the file system id that clients see follows from it", exports.EXPORT_IDS),
    Option("export_options", "str", "by role", "words of exports(5) ([more](#export-options))"),
    Option("export.root.owner", "int", "0", f"id of the user who owns the export's root directory {_OWNERS}"),
    Option("export.root.group", "int", "0", "id of that directory's group"),
    Option("export.root.mode", "str", '`"0777"`', "that directory's permissions, octal digits in quotes"),
    Option("export.files.owner", "int", "0", f"id of the user who owns what comes from Windows {_OWNERS}"),
    Option("export.files.group", "int", "0, or by setgid", "id of its group"),
    Option("export.files.file_mode", "str", "as in Windows", "permissions of files from Windows, octal digits in quotes"),
    Option("export.files.directory_mode", "str", "as in Windows",
           "permissions of directories from Windows, octal digits in quotes"),
    Option("clients", "list of str", "everybody; on podman with a loopback `listen_address` this machine",
           "networks that may mount, such as `[192.0.2.0/24]`, enforced by the NFS server"),
    Option("sync.mode", "str", "by role", "what is synced while the server runs", sync.MODES),
    Option("sync.interval", "int", str(defaults.SYNC["interval"]),
           "seconds: the longest time between two looks at a Windows directory that is polled; [watched](sync.md#watching), "
           "on a local file system, changes are synced at once", sync.INTERVAL),
    Option("sync.quiet_period", "int", str(defaults.SYNC["quiet_period"]),
           "seconds that a file must not have changed before it counts as complete, [where nobody tells](sync.md#watching) "
           "whether it is still open", sync.QUIET_PERIOD),
    Option("sync.max_deletions", "int or str", str(defaults.SYNC["max_deletions"]),
           "sync halts when all of a side is gone, nobody saw it go, and more files would be deleted: a number of files, "
           "or a share such as `50%` ([more](sync.md#when-deletions-are-withheld))"),
    Option("storage.type", "str", _code(defaults.STORAGE["type"]),
           "`empty_dir` goes with its server (on a cluster with its pod), `persistent` outlives it, `memory` goes and is full at "
           "its limit ([more](#storage))", sync.STORAGE_TYPES),
    Option("storage.size_limit", "str", _code(defaults.STORAGE["size_limit"]),
           "what the export may have; only `memory` is full there, on every engine ([more](#storage))"),
    *(
        Option(f"resources.{container}.{kind}.{key}", "str", _code(amount), f"{kind[:-1]} of {_AMOUNTS[key]} of the container `{container}`")
        for container, kinds in defaults.RESOURCES.items() for kind, amounts in kinds.items() for key, amount in amounts.items()
    ),
    Option("nfs_server", "str", _code(server.NFS_SERVERS[0]),
           "`ganesha` speaks NFSv4; `unfs3` NFSv3 alone ([more](#nfsv3-with-unfs3))", server.NFS_SERVERS),
)  # fmt: skip


def known() -> set[str]:
    """Return the names of all options that the model reads."""
    nested = {
        "export": [
            *(f"root.{field.name}" for field in fields(ownership.RootOwnership)),
            *(f"files.{field.name}" for field in fields(ownership.FileOwnership)),
        ],
        "exports": exports.EXPORT_KEYS,
        "sync": sync.SYNC_KEYS,
        "storage": defaults.STORAGE,
        "resources": [
            f"{container}.{kind}.{key}"
            for container, kinds in defaults.RESOURCES.items()
            for kind, amounts in kinds.items()
            for key in amounts
        ],
    }
    return {
        f"{'exports[]' if key == 'exports' else key}.{more}" if more else key
        for key in server.SERVER_KEYS
        for more in nested.get(key, [""])
    }


def table() -> str:
    """Return the table, and the sentence on what ``defaults`` may have."""
    rows = [
        f"| `{option.name}` | {_type(option)} | {option.default} | {option.meaning} |" for option in OPTIONS
    ]  # fmt: skip
    common = [f"`{key}`" for key in server.DEFAULTS_KEYS]
    return "\n".join([
        "| key | type | default | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
        textwrap.fill(
            f"{', '.join(common[:-1])} and {common[-1]} may stand in `defaults` for all servers; a server's own win. "
            f"Of `address` and `port`, only `{endpoint.AUTO}` may, and only one of both.", 118
        ),
    ])  # fmt: skip


def _type(option: Option) -> str:
    if option.type.startswith("int") and option.values:
        return f"int, {option.values[0]} to {option.values[1]}" + option.type[len("int") :].replace(" or", ", or")
    return f"{option.type}: {', '.join(_code(value) for value in option.values)}" if option.values else option.type


def main(arguments: list[str]) -> int:
    """Write the table, or compare it; return the exit code, 1 also where it and the model name other options."""
    described = {option.name for option in OPTIONS}
    for name in sorted(known() ^ described):
        print(f"{name}: {'is not described in tools/topology.py' if name in known() else 'is no option of the model'}")
    if known() != described:
        return 1
    text = PAGE.read_text(encoding="utf-8")
    renewed = re.sub(f"(?s){BEGIN}.*{END}", lambda _match: f"{BEGIN}\n{table()}\n{END}", text)
    if "--check" not in arguments:
        PAGE.write_text(renewed, encoding="utf-8")
    elif renewed != text or BEGIN not in text:
        print("the table of options in docs/topology.md is out of date; run tools/topology.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
