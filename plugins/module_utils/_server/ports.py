# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server's container listens on. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import (
    MOUNT_PORT,
    NFS_PORT,
    RPCBIND_PORT,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server


@dataclass(frozen=True)
class Port:
    """One port; ``name`` is ``nfs``, ``mount`` or ``rpcbind``, ``protocol`` tcp or udp."""

    name: str
    number: int
    protocol: str = "tcp"


NFS = Port("nfs", NFS_PORT)
MOUNT = Port("mount", MOUNT_PORT)
# Clients ask rpcbind over either: the kernel's over UDP, showmount(8) over TCP.
RPCBIND = (Port("rpcbind", RPCBIND_PORT), Port("rpcbind", RPCBIND_PORT, "udp"))


def has_rpcbind(server: Server) -> bool:
    """Tell whether a server registers its programs with rpcbind: NFSv3's are asked for there. unfs3 does without."""
    return server.nfs_server == "ganesha" and 3 in server.nfs_versions


def ports_of(server: Server) -> tuple[Port, ...]:
    """Return the ports of a server's container, NFS first."""
    return (NFS, MOUNT, *RPCBIND) if has_rpcbind(server) else (NFS,)


def rpcbind_port_at(port: int, ports: t.Iterable[Port]) -> int:
    """Return where clients of a server that is reached at ``port`` ask rpcbind; 0 where nobody does.

    rpcbind has one port for all the world, so it is published where NFS's own is the standard one.
    """
    return RPCBIND_PORT if port == NFS_PORT and any(each.name == "rpcbind" for each in ports) else 0
