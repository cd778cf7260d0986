# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a client mounts a server. Private to file_simulator.nas. Pure."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import bracketed
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import EXPORT_PATH


def mount_options(version: int, port: int) -> str:
    """Return the options with which the Linux kernel's client mounts a server: no rpcbind, no guessing."""
    if version == 3:
        return f"nfsvers=3,proto=tcp,port={port},mountproto=tcp,mountport={port},nolock,hard"
    return f"nfsvers=4.1,proto=tcp,port={port},hard"


def mount_command(version: int, host: str, port: int) -> str:
    """Return a command that mounts a server: the shortest that works, for people."""
    options = f"nfsvers=3,port={port},mountport={port},nolock" if version == 3 else f"nfsvers=4.1,port={port}"
    return f"mount -t {'nfs' if version == 3 else 'nfs4'} -o {options} {bracketed(host)}:{EXPORT_PATH} /mnt"
