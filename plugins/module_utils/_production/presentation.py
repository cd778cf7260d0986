# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is shown of a topology that was read from production: a table, and YAML with comments.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._production.production import Production
from ansible_collections.file_simulator.nas.plugins.module_utils._production.roles import BACKUP
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import Source
from ansible_collections.file_simulator.nas.plugins.module_utils._production.yaml_text import dumped

_HEADS = ("production", "server", "role", "Windows directory", "address")


def table(production: Production) -> list[str]:
    """Return lines for people: each path of production's, and what stands for it."""
    servers = {server.name: server for server in read_topology(production.topology).servers}
    found = {(each["nas"], each["path"]): servers[each["server"]] for each in production.volumes}
    rows = [_row(nas, path, found[nas, path]) for nas, path in sorted(found)]
    widths = [max(len(row[column]) for row in [_HEADS, *rows]) for column in range(len(_HEADS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [_HEADS, *rows]]


def _row(nas: str, path: str, server: Server) -> tuple[str, ...]:
    export = next(each for each in server.exports if _lies_in(path, each.path))
    role = "both ways" if server.sync.mode == "two_way" else server.role
    below = [*export.subdirectory.split("/"), *path[len(export.path.rstrip("/")) :].split("/")]
    return (
        visible(Source(nas, path)),
        server.name,
        BACKUP if export.options.read_only else role,
        visible("\\".join([str(server.directory), *(name for name in below if name)])),
        server.address,
    )


def as_yaml(production: Production) -> str:
    """Return the topology for a file, with what stands for what, and what is otherwise than in production."""
    lines = []
    if production.notes:
        lines += ["# What is otherwise than in production, or was left out:"]
        lines += [f"#   {': '.join(visible(word) for word in note.values() if word)}" for note in production.notes]
    lines += ["file_simulator_topology:", "  servers:"]
    for entry in production.topology["servers"]:
        of_server = [each for each in production.volumes if each["server"] == entry["name"]]
        for nas in dict.fromkeys(each["nas"] for each in of_server):
            lines.append(f"    # {visible(nas)}")
        lines += [f"    {line}" for line in _dumped([{key: entry[key] for key in entry if key != "exports"}])]
        lines.append("      exports:")
        for export in entry["exports"]:
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
