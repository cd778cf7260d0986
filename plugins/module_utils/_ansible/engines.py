# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The choice of an engine from a module's parameters. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import Caller
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.podman import PODMAN_SPEC, open_podman
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import chosen
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Engine
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.engine import PodmanEngine
from ansible_collections.file_simulator.nas.plugins.module_utils._model.defaults import NODE_DATA_ROOT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology, read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import find_drives

# What a module's option is called that the cluster's user has to name: nothing is taken from the surroundings.
_CLUSTER_OPTIONS = ["kubeconfig", "context"]
ENGINE_SPEC: dict[str, t.Any] = {
    "engine": {"type": "str", "choices": ["podman", "kubernetes"], "default": "podman"},
    **PODMAN_SPEC,
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
    "node_data_root": {"type": "str", "default": NODE_DATA_ROOT},
    "node_address": {"type": "str"},
    "storage_class": {"type": "str"},
    "network_policy": {"type": "bool", "default": False},
    "manage_namespace": {"type": "bool", "default": True},
}
ENGINE_REQUIRED_IF = [("engine", "kubernetes", _CLUSTER_OPTIONS)]


class Opened(t.NamedTuple):
    """An engine, with the topology and the servers of it that a module's parameters name."""

    engine: Engine
    topology: Topology
    servers: list[Server]


def open_engine(module: Caller, *, changes: bool = False) -> Opened:
    """Return the engine for a module's parameters, and what they say of servers.

    What does not say that it ``changes`` something writes nothing, not even the engine's settings.
    """
    given = module.params
    topology = read_topology(given["topology"])
    servers = chosen(topology, given["servers"])
    drives = find_drives(drive_root(given["drive_root"], topology.instance, given["state_directory"]))
    if given["engine"] == "podman":
        podman = PodmanEngine(open_podman(module, changes=changes), topology, drives, given["state_directory"])
        return Opened(podman, topology, servers)
    # See there for why not at the top.
    from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.kubernetes import (
        open_kubernetes,
    )

    return Opened(open_kubernetes(given, topology, drives), topology, servers)
