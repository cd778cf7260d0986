# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What two servers of a topology cannot share. Private to file_simulator.nas. Pure.

Disabled servers count as the others do: they come back.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server

# What a server has, as pairs of the field and its value.
_Owned = t.Callable[[Server], t.Iterable[t.Tuple[str, t.Any]]]


def collisions(servers: t.Sequence[Server]) -> t.Iterator[str]:
    """Yield a line for each thing that a server cannot have because one before it has it."""
    for owned, advice in _SINGLE:
        owners: dict[t.Any, str] = {}
        for server in servers:
            for field, value in owned(server):
                if value in owners:
                    yield f"server {server.name}: {field}: {value} is also that of {owners[value]}; {advice}"
                owners.setdefault(value, server.name)
    yield from _aliases_that_are_names(servers)
    for index, server in enumerate(servers):
        for other in servers[:index]:
            if other.directory.holds(server.directory) or server.directory.holds(other.directory):
                yield (
                    f"server {server.name}: directory: {server.directory} and {other.directory} of {other.name} "
                    "are the same or lie in each other; each server needs its own"
                )


def _ports(server: Server) -> t.Iterator[tuple[str, int]]:
    """Yield the ports of the listen address: the standard ports are those of addresses that differ."""
    for port in server.node_ports:
        yield ("port" if port == server.port else "mount_port"), port


def _export_ids(server: Server) -> t.Iterator[tuple[str, int]]:
    for number, export in enumerate(server.exports, start=1):
        yield ("export_id" if len(server.exports) == 1 else f"exports[{number}].export_id"), export.export_id


def _addresses(server: Server) -> t.Iterator[tuple[str, str]]:
    if server.address:
        yield "address", server.address


def _aliases(server: Server) -> t.Iterator[tuple[str, str]]:
    yield from (("aliases", alias) for alias in server.aliases)


_SINGLE: tuple[tuple[_Owned, str], ...] = (
    (_ports, "each server needs its own"),
    (_export_ids, "fsids follow from it and must differ"),
    (_addresses, "each server needs its own"),
    (_aliases, "a name leads to one server"),
)


def _aliases_that_are_names(servers: t.Sequence[Server]) -> t.Iterator[str]:
    names = {server.name for server in servers}
    for server in servers:
        for alias in server.aliases:
            if alias in names:
                yield f"server {server.name}: aliases: {alias} is a server's name already; leave it out"
