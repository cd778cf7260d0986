# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server of the topology answers over NFS. Private to file_simulator.nas. Pure."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import NfsService
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import ports_of, rpcbind_port_at


def service_of(server: Server, host: str) -> NfsService:
    """Return what ``server`` is to answer at ``host``, where its ports are."""
    rpcbind = rpcbind_port_at(server.port, ports_of(server))
    return NfsService(host, server.port, server.nfs_versions, server.paths, server.mount_port, rpcbind)
