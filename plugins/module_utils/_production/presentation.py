# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is shown of a topology that was read from production: a table, and YAML with comments.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import AUTO
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import lines_of
from ansible_collections.file_simulator.nas.plugins.module_utils._production.production import Production
from ansible_collections.file_simulator.nas.plugins.module_utils._production.roles import BACKUP
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import Source
from ansible_collections.file_simulator.nas.plugins.module_utils._production.yaml_text import dumped

_HEADS = ("production", "server", "role", "Windows directory", "address")


def table(production: Production) -> list[str]:
    """Return lines for people: each path of production's, and what stands for it."""
    servers = read_topology(production.topology).servers
    named = {server.name: server for server in servers}
    rows = {
        (each["nas"], each["path"]): _row(each["nas"], each["path"], named[each["server"]])
        for each in production.volumes
    }
    used = {row[1] for row in rows.values()}
    for server in servers:
        # Without production's files, what a server is called there is known all the same, by its aliases.
        nas = server.aliases[0] if server.aliases else server.name
        if server.name not in used:
            rows.update({(nas, export.path): _row(nas, export.path, server) for export in server.exports})
    lines = [_HEADS, *(rows[key] for key in sorted(rows))]
    widths = [max(len(row[column]) for row in lines) for column in range(len(_HEADS))]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in lines]
    return shown + (["", *lines_of(production.notes)] if production.notes else [])


def _row(nas: str, path: str, server: Server) -> tuple[str, ...]:
    export = next(each for each in server.exports if _lies_in(path, each.path))
    role = "both ways" if server.sync.mode == "two_way" else server.role
    below = [*export.subdirectory.split("/"), *path[len(export.path.rstrip("/")) :].split("/")]
    return (
        visible(Source(nas, path)),
        server.name,
        BACKUP if export.options.read_only else role,
        visible("\\".join([str(server.directory), *(name for name in below if name)])),
        server.address or f"port {server.port or AUTO}",
    )


def as_yaml(production: Production) -> str:
    """Return the topology for a file, with what stands for what, and what is otherwise than in production."""
    lines = []
    if production.notes:
        lines += ["# What is otherwise, or was left out:"]
        lines += [f"#   {line}" for line in lines_of(production.notes)]
    lines.append("file_simulator_topology:")
    common = {key: value for key, value in production.topology.items() if key != "servers"}
    lines += [f"  {line}" for line in _dumped(common)] if common else []
    lines.append("  servers:")
    for entry in production.topology["servers"]:
        of_server = [each for each in production.volumes if each["server"] == entry["name"]]
        for nas in dict.fromkeys(each["nas"] for each in of_server):
            lines.append(f"    # {visible(nas)}")
        lines += [f"    {line}" for line in _dumped([{key: entry[key] for key in entry if key != "exports"}])]
        lines += ["      exports:"] if "exports" in entry else []
        for export in entry.get("exports", []):
            users = [each for each in of_server if _lies_in(each["path"], export["path"])]
            lines += [f"        # {_object(each)}" for each in users]
            lines += [f"        {line}" for line in _dumped([export])]
    return "\n".join(lines) + "\n"


def _dumped(value: t.Any) -> list[str]:
    return dumped(value).splitlines()


def _object(volume: t.Mapping[str, t.Any]) -> str:
    named = f"{volume['namespace']}/{volume['name']}" if volume["namespace"] else volume["name"]
    return visible(f"{volume['kind']} {named} ({volume['file']})")


def _lies_in(path: str, export: str) -> bool:
    return f"{path}/".startswith(f"{export.rstrip('/')}/")
