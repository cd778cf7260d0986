# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a client mounts a server. Private to file_simulator.nas. Pure.

Ports stand in mount options where a client would not find them: all but the standard ones. NFSv3's client asks
rpcbind for both of its ports, so that either both are named or none.
"""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import bracketed
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import MOUNT_PORT, NFS_PORT, NO_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import EXPORT_PATH


def at_standard_ports(version: int, port: int, mount_port: int = NO_PORT) -> bool:
    """Tell whether a client finds a server without being told its ports.

    ``mount_port`` is that of NFSv3's MOUNT, NO_PORT where it is the same port, at which no rpcbind tells of it.
    """
    return port == NFS_PORT and (version != 3 or mount_port == MOUNT_PORT)


def mount_options(version: int, port: int, mount_port: int = NO_PORT, *, named: bool = False) -> str:
    """Return the options with which the Linux kernel's client mounts a server: no guessing.

    With ``named``, the ports stand there even where they are the standard ones. NFSv3's locks would take a statd on
    the server and a way from there to the client, so that clients keep their locks to themselves.
    """
    ports = named or not at_standard_ports(version, port, mount_port)
    own, mount = (f",port={port}", f",mountport={mount_port or port}") if ports else ("", "")
    if version == 3:
        return f"nfsvers=3,proto=tcp{own},mountproto=tcp{mount},nolock,hard"
    return f"nfsvers=4.1,proto=tcp{own},hard"


def mount_command(version: int, host: str, port: int, mount_port: int = NO_PORT, path: str = EXPORT_PATH) -> str:
    """Return a command that mounts a server: the shortest that works, for people."""
    words = ["nfsvers=3" if version == 3 else "nfsvers=4.1"]
    if not at_standard_ports(version, port, mount_port):
        words += [f"port={port}", *([f"mountport={mount_port or port}"] if version == 3 else [])]
    words += ["nolock"] if version == 3 else []
    return f"mount -t {'nfs' if version == 3 else 'nfs4'} -o {','.join(words)} {bracketed(host)}:{path} /mnt"
