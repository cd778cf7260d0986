# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology: the list of NAS servers with their data root, read from a user's mapping and checked.

Private to file_simulator.nas. Pure. Everything else in the collection is derived from this model.

A user's mapping has, all optional: ``data_root``, ``namespace``, ``instance``, ``listen_address``,
``defaults`` (fields for every server), ``servers`` (the whole list; without it the seven of
production) and ``changes`` (entries that change a server of that list by name, or add one).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import combined
from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.collisions import collisions
from ansible_collections.file_simulator.nas.plugins.module_utils._model.directory import read_windows_path
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import AUTO
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import (
    DEFAULTS_KEYS,
    SERVER_KEYS,
    Server,
    read_server,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath

_Read = t.TypeVar("_Read")
TOPOLOGY_KEYS = ("data_root", "namespace", "instance", "listen_address", "defaults", "servers", "changes")


@dataclass(frozen=True)
class Topology:
    """The checked topology; ``servers`` are in the user's order, disabled ones included."""

    data_root: WindowsPath
    namespace: str
    instance: str
    listen_address: str
    servers: tuple[Server, ...]

    @property
    def enabled(self) -> tuple[Server, ...]:
        """The servers that are to run."""
        return tuple(server for server in self.servers if server.enabled)

    @property
    def node_ports(self) -> list[int]:
        """The ports that the topology names, those of disabled servers included; none of the standard ports."""
        return [port for server in self.servers for port in server.node_ports]


def read_topology(user: t.Mapping[str, t.Any] | None) -> Topology:
    """Return the topology that a user's mapping describes; None or an empty mapping is the default one.

    Raises SimulatorError that names the server and the field of the first problem, and carries all
    of them as ``problems``.
    """
    problems: list[str] = []
    topology = _Reader(problems).topology(user)
    if problems or topology is None:
        raise combined(problems, "topology: ")
    return topology


class _Reader:
    """Reads a mapping piece by piece and goes on after a problem, so that a user hears of all at once."""

    def __init__(self, problems: list[str]) -> None:
        self._problems = problems

    def topology(self, user: t.Mapping[str, t.Any] | None) -> Topology | None:
        given = self._read("", fields.mapping, user, "", TOPOLOGY_KEYS)
        if given is None:
            return None
        data_root = self._read("", read_windows_path, given.get("data_root", default.DATA_ROOT), "data_root")
        namespace = self._read("", fields.dns_label, given.get("namespace", default.NAMESPACE), "namespace")
        instance = self._read("", fields.dns_label, given.get("instance", default.INSTANCE), "instance")
        listen = self._read("", _listen_address, given.get("listen_address", default.LISTEN_ADDRESS))
        common = self._read("", _common, given.get("defaults"))
        # With the default in place of what cannot be read, the servers' own problems still show.
        root = data_root or WindowsPath.parse(default.DATA_ROOT)
        read = [
            self._read(f"server {entry['name']}", read_server, entry, common or {}, root, instance or "")
            for entry in self._entries(given, common or {})
        ]
        servers = tuple(server for server in read if server)
        self._problems.extend(collisions(servers))
        if data_root and namespace and instance and listen:
            return Topology(data_root, namespace, instance, listen, servers)
        return None

    def _read(self, where: str, reader: t.Callable[..., _Read], *arguments: t.Any) -> _Read | None:
        """Return what ``reader`` returns, None when it finds a problem, which is kept."""
        try:
            return reader(*arguments)
        except FieldError as error:
            self._problems.append(f"{where}: {error}" if where else str(error))
            return None

    def _entries(self, given: fields.Mapping, common: fields.Mapping) -> list[fields.Mapping]:
        """Return the servers' entries with ``changes`` applied."""
        whole = given.get("servers")
        merged: dict[str, fields.Mapping] = {}
        if whole is None and "servers" in given:
            self._problems.append(
                "servers: has no value; list the servers below it, or leave the key out for the default seven"
            )
        for entry in _default_servers(common) if whole is None else self._listed(whole, "servers"):
            merged[entry["name"]] = entry
        for entry in self._listed(given.get("changes"), "changes"):
            merged[entry["name"]] = _changed(merged.get(entry["name"], {}), entry)
        if not merged and not self._problems:
            self._problems.append(
                "servers: the list is empty; leave it out for the default seven, or disable servers one by one"
            )
        return list(merged.values())

    def _listed(self, value: t.Any, field: str) -> t.Iterator[fields.Mapping]:
        """Yield the good entries of a list of servers, each name once."""
        if value is None:
            return
        if not isinstance(value, (list, tuple)):
            self._problems.append(f"{field}: expected a list of servers")
            return
        seen: set[str] = set()
        for number, item in enumerate(value, start=1):
            entry = self._read("", _entry, item, f"{field}[{number}]")
            if entry is None:
                continue
            name = entry["name"]
            if name in seen:
                self._problems.append(f"server {name}: name: is given twice in {field}; names must differ")
                continue
            seen.add(name)
            unknown = self._read(f"server {name}", fields.mapping, entry, "", SERVER_KEYS) is None
            # What is unknown has been told; the rest is read as if it were not there.
            yield {key: entry[key] for key in entry if key in SERVER_KEYS} if unknown else entry


def _entry(value: t.Any, where: str) -> fields.Mapping:
    """Return a server's entry when it is a mapping whose name can be one."""
    name = value.get("name") if isinstance(value, t.Mapping) else None
    if name is None:
        raise FieldError(where, "expected a mapping with a name")
    try:
        fields.dns_label(name, "name")
    except FieldError as error:
        raise FieldError(f"server {name}" if isinstance(name, str) else where, str(error)) from None
    return t.cast(fields.Mapping, value)


def _common(value: t.Any) -> fields.Mapping:
    """Return the fields of all servers."""
    common = fields.mapping(value, "defaults", DEFAULTS_KEYS)
    for key, shown in (("port", "a port"), ("address", "an address")):
        if common.get(key, AUTO) != AUTO:
            raise FieldError(f"defaults.{key}", f"can only be {AUTO}; {shown} of its own stands with each server")
    if "port" in common and "address" in common:
        raise FieldError("defaults.address", "stands beside defaults.port; a server has one of both, leave one out")
    return common


def _changed(entry: fields.Mapping, change: fields.Mapping) -> fields.Mapping:
    """Return a server's entry with a change of it: one that gives it an address takes its port, and the other way round."""
    kept = dict(entry)
    if "address" in change:
        kept.pop("port", None)
        kept.pop("mount_port", None)
    if "port" in change:
        kept.pop("address", None)
    return {**kept, **change}


def _default_servers(common: fields.Mapping) -> t.Iterator[fields.Mapping]:
    """Yield the default servers; what users say of all servers wins over the ports of these."""
    for entry in default.SERVERS:
        yield {key: entry[key] for key in entry if key != "port" or not common.keys() & {"port", "address"}}


def _listen_address(value: t.Any) -> str:
    address = fields.address(value, "listen_address")
    if ":" in address:
        raise FieldError(
            "listen_address",
            f"'{address}' is IPv6, which the pods' network has not; use 127.0.0.1 or another IPv4 address",
        )
    return address
