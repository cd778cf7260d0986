# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where clients reach a server, under which names and in which versions of NFS. Private to file_simulator.nas. Pure.

A server has either a port of the listen address, from the range of NodePorts, or the standard ports: those of an
address of its own, or of its Service in a cluster. NFSv3 has a second program, MOUNT, with a port of its own.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
import zlib
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError

NFS_PORT = 2049
MOUNT_PORT = 20048
RPCBIND_PORT = 111
# What Kubernetes reserves for NodePorts by default; podman keeps to it so that a topology fits both.
PORTS = (30000, 32767)
# What a user writes for what is chosen: a port at the server's first start, an address by the server's name.
AUTO = "auto"
# What the model has for a port until it is chosen, and for a port that the server does not have.
NO_PORT = 0
NFS_VERSIONS = (3, 4)

_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
# The network's and its broadcast address, and the one that this machine's own services share.
_NOBODYS_OWN = ("127.0.0.0", "127.255.255.255", "127.0.0.1")
# Chosen addresses are 127.64.0.1 to 127.127.255.254: people who choose for themselves begin at the low end.
_FIRST_CHOICE, _CHOICES = (127 << 24) + (64 << 16), 64 * 256 * 254
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LONGEST_NAME = 253


@dataclass(frozen=True)
class Endpoint:
    """``address`` is empty where the server has none of its own; ``port`` and ``mount_port`` are NO_PORT until chosen.

    ``mount_port`` is NO_PORT for a server without NFSv3, too.
    """

    address: str
    port: int
    mount_port: int
    nfs_versions: tuple[int, ...]


def read_endpoint(
    entry: fields.Mapping, common: fields.Mapping, nfs_server: str, chosen: t.Callable[[], str]
) -> Endpoint:
    """Return where a server is reached; ``chosen`` returns the address that it has when none is named.

    Raises FieldError for the first field that cannot work.
    """
    versions = _versions(entry.get("nfs_versions", common.get("nfs_versions")), nfs_server)
    if "address" in entry and "port" in entry:
        raise FieldError(
            "port", f"a server with an address of its own is at port {NFS_PORT} there; leave one of both out"
        )
    # A server's own wins over those of all, whichever of both it is.
    given = entry if "address" in entry or "port" in entry else common
    address = _address(given["address"], chosen) if "address" in given else ""
    port = _port(given["port"]) if "port" in given else NFS_PORT
    return Endpoint(address, port, _mount_port(entry, port, versions, nfs_server), versions)


def _port(value: t.Any) -> int:
    return NO_PORT if value == AUTO else fields.integer(value, "port", *PORTS)


def chosen_address(instance: str, server: str) -> str:
    """Return the loopback address of a server whose address is chosen: always the same for the same names."""
    number = zlib.crc32(f"{instance}.{server}".encode()) % _CHOICES
    return str(ipaddress.ip_address(_FIRST_CHOICE + number // 254 * 256 + number % 254 + 1))


def _address(value: t.Any, chosen: t.Callable[[], str]) -> str:
    if value == AUTO:
        return chosen()
    address = ipaddress.ip_address(fields.address(value, "address"))
    if address not in _LOOPBACK or str(address) in _NOBODYS_OWN:
        raise FieldError(
            "address", f"'{address}' cannot be a server's own; use one of 127.0.0.0/8 but 127.0.0.1, or {AUTO}"
        )
    return str(address)


def _versions(value: t.Any, nfs_server: str) -> tuple[int, ...]:
    if value is None:
        return (3,) if nfs_server == "unfs3" else (4,)
    if not isinstance(value, (list, tuple)) or not value:
        raise FieldError("nfs_versions", "expected a list of versions: [4], [3, 4] or [3]")
    versions = tuple(
        sorted({fields.integer(item, f"nfs_versions[{number}]", 3, 4) for number, item in enumerate(value, start=1)})
    )
    if nfs_server == "unfs3" and versions != (3,):
        raise FieldError("nfs_versions", "unfs3 serves NFSv3 alone; write [3], leave it out, or use ganesha")
    return versions


def _mount_port(entry: fields.Mapping, port: int, versions: tuple[int, ...], nfs_server: str) -> int:
    if nfs_server == "unfs3":
        own, why = port, "unfs3 answers MOUNT at the server's port"
    elif 3 not in versions:
        own, why = NO_PORT, "NFSv4 has no MOUNT; it goes with nfs_versions [3] or [3, 4]"
    elif port == NFS_PORT:
        own, why = MOUNT_PORT, f"at the standard ports it is {MOUNT_PORT}"
    else:
        given = entry.get("mount_port", AUTO)
        chosen = NO_PORT if given == AUTO else fields.integer(given, "mount_port", *PORTS)
        if chosen != NO_PORT and chosen == port:
            raise FieldError("mount_port", f"{port} is the port of NFS; choose another one, or {AUTO}")
        return chosen
    if "mount_port" in entry:
        raise FieldError("mount_port", f"{why}; leave it out")
    return own


def read_aliases(value: t.Any) -> tuple[str, ...]:
    """Return names such as nas01.corp.example in lower case, each once, in the order in which they are written."""
    if not isinstance(value, (list, tuple)):
        raise FieldError("aliases", "expected a list of names such as nas01.corp.example")
    return tuple(dict.fromkeys(_alias(item, f"aliases[{number}]") for number, item in enumerate(value, start=1)))


def _alias(value: t.Any, field: str) -> str:
    # DNS has no case, and manifests write NAS01 and nas01 for the same.
    name = value.lower() if isinstance(value, str) else ""
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise FieldError(field, f"{fields.shown(value)} is no DNS name; write for example nas01.corp.example")
    if labels[-1].isdigit():
        raise FieldError(field, f"'{name}' is a number or an address, no name; write for example nas01.corp.example")
    if name == "localhost" or name.endswith(".localhost"):
        raise FieldError(field, f"'{name}' is this machine's own name; a server needs another one")
    return name
