# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster, from a module's parameters. Private to file_simulator.nas.

Others import this file where they open a cluster, not at their top: the Python package kubernetes takes as long to
import as all the rest of a module, and podman does without it.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.engine import KubernetesEngine
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.preparation import Settings
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import (
    KUBERNETES_IMPORT_ERROR,
    Cluster,
    open_cluster,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives


def open_named(given: t.Mapping[str, t.Any]) -> Cluster:
    """Return the cluster that a module's parameters name.

    Raises:
        SimulatorError: the Python package is not there, or the cluster is not in the kubeconfig.
    """
    check_package()
    return open_cluster(given["kubeconfig"], given["context"])


def check_package() -> None:
    """Raise SimulatorError when the Python package that reaches clusters is not there."""
    if KUBERNETES_IMPORT_ERROR:
        raise SimulatorError(missing_required_lib("kubernetes >= 25.3.0"), exception=KUBERNETES_IMPORT_ERROR)


def open_kubernetes(given: t.Mapping[str, t.Any], topology: Topology, drives: Drives) -> KubernetesEngine:
    """Return the engine that runs servers in the cluster that a module's parameters name; see ``open_named``."""
    settings = Settings(
        node_data_root=given["node_data_root"],
        node_address=given["node_address"] or "",
        storage_class=given["storage_class"],
        network_policy=given["network_policy"],
        manage_namespace=given["manage_namespace"],
    )
    return KubernetesEngine(open_named(given), topology, drives, settings)
