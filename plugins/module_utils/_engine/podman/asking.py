# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a pod's server is asked over NFS on this machine. Private to file_simulator.nas."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._common.ports import connect_address
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import NfsService
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Pod
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import rpcbind_port_at


def service_of(pod: Pod, placement: Placement) -> NfsService:
    """Return what the pod's server is to answer on this machine."""
    host = connect_address(placement.listen_address)
    rpcbind = rpcbind_port_at(placement.port, pod.ports)
    return NfsService(host, placement.port, pod.nfs_versions, pod.paths, placement.mount_port, rpcbind)
