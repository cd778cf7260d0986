# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Minikube profile that a module's parameters describe. Private to file_simulator.nas."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.cli import Minikube
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.lifecycle import DataRoot
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.options import (
    OLDEST_MINIKUBE,
    HostFacts,
    read_options,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.preflight import machine_memory
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import DRIVERS, DesiredProfile
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import require_marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives, check_drive

PROFILE_SPEC: dict[str, t.Any] = {
    "driver": {"type": "str", "choices": list(DRIVERS), "default": "docker"},
    "cpus": {"type": "int", "default": 4},
    "memory": {"type": "int", "default": 8192},
    "kubernetes_version": {"type": "str", "default": "v1.35.1"},
    "container_runtime": {"type": "str", "choices": ["containerd", "docker", "cri-o"], "default": "containerd"},
    "mount": {"type": "bool", "default": True},
    "ports": {"type": "list", "elements": "int"},
    "listen_address": {"type": "str", "default": "127.0.0.1"},
    "extra_options": {"type": "dict", "default": {}},
    "force": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 360},
}


def desired_profile(
    module: AnsibleModule, topology: Topology, drives: Drives, minikube: Minikube | None
) -> DesiredProfile:
    """Return the profile that a module's parameters describe; without minikube, as it would be on Linux."""
    given = module.params
    elsewhere = minikube is not None and minikube.on_windows
    host = HostFacts(
        memory=0 if elsewhere else machine_memory(),
        source=str(topology.data_root) if elsewhere else drives.local(topology.data_root),
    )
    ports = given["ports"] if given["ports"] is not None else topology.node_ports
    return read_options(given, ports, host)


def checked_data_root(module: AnsibleModule, topology: Topology, drives: Drives) -> DataRoot:
    """Refuse a data root that cannot be mounted, whatever minikube would say to it."""
    local = drives.local(topology.data_root)
    check_drive(drives, topology.data_root)
    if os.path.lexists(local) and not os.path.isdir(local):
        raise SimulatorError(
            f"{topology.data_root} ({local}) is not a directory; move it away, or choose another data_root"
        )
    unmade = module.check_mode and not os.path.isdir(local)
    needed = module.params["mount"] and not unmade
    marker = require_marker(topology.data_root, local, "") if needed else None
    return DataRoot(local, module.params["node_data_root"], marker)


def check_version(minikube: Minikube) -> None:
    """Raise SimulatorError when minikube says that it is older than what this collection knows."""
    version = minikube.version()
    if version is not None and version < OLDEST_MINIKUBE:
        shown = ".".join(str(number) for number in version)
        raise SimulatorError(
            f"{minikube.executable} is version {shown}; 1.33.0 or newer is needed, and "
            f"{remedies.INSTALL_MINIKUBE} installs one"
        )
