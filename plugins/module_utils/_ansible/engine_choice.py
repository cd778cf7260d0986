# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an engine is chosen from, by a module's parameters. Private to file_simulator.nas."""

from __future__ import annotations

import dataclasses
import os
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.sys_info import get_distribution, get_distribution_version

from ansible_collections.file_simulator.nas.plugins.module_utils._engine import environment
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.choice import (
    MINIKUBE,
    Choice,
    ClusterAccess,
    EngineEnvironment,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.defaults import NODE_DATA_ROOT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology


def cluster_of(choice: Choice, given: t.Mapping[str, str]) -> dict[str, str]:
    """Return how the cluster is reached: what the user names, then what is remembered, then what is usual."""
    named = {field.name: given[field.name] for field in dataclasses.fields(ClusterAccess)}
    kept = dataclasses.asdict(choice.recorded.cluster) if choice.recorded else {}
    usual = {
        "kubeconfig": str(Path.home() / ".kube" / "config"),
        "context": given["minikube_profile"] if choice.choice == MINIKUBE else "",
        "node_address": "",
        "node_data_root": NODE_DATA_ROOT,
    }
    return {key: named[key] or kept.get(key) or usual[key] for key in usual}


def environment_of(module: AnsibleModule) -> EngineEnvironment:
    """Look at what the choice hangs on, as far as that needs no network."""
    given = module.params
    instance = read_topology(given["topology"]).instance
    driver, no_driver = environment.find_driver(given["minikube_driver"], module.get_bin_path, os.geteuid())
    return EngineEnvironment(
        instance=instance,
        podman_runs=environment.podman_runs(given["state_directory"], instance),
        recorded=environment.read_record(given["record"]),
        context=given["context"],
        minikube=module.get_bin_path(given["minikube_executable"], opt_dirs=[given["minikube_directory"]]) or "",
        profile=given["minikube_profile"],
        profile_exists=environment.profile_exists(
            given["minikube_home"] or os.environ.get("MINIKUBE_HOME", ""), given["minikube_profile"]
        ),
        driver=driver,
        no_driver=no_driver,
        may_install=given["minikube_install"],
    )


def distribution() -> dict[str, str]:
    """Return what the machine runs, under the names of Ansible's facts; these take longer to gather."""
    version = get_distribution_version() or ""
    return {
        "distribution": get_distribution() or "",
        "distribution_version": version,
        "distribution_major_version": version.partition(".")[0],
    }
