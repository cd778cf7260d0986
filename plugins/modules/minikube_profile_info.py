#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: minikube_profile_info
short_description: Report the state of Minikube and a profile
version_added: 1.0.0
description:
  - Tells whether minikube is installed, which profiles it has, and what one of them is like, without changing anything.
  - Whether the node sees the data root is verified by the marker in it.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.info_module
  - file_simulator.nas._minikube
  - file_simulator.nas._minikube.data_root
  - file_simulator.nas._minikube.drive_root
seealso:
  - module: file_simulator.nas.minikube_profile
"""

EXAMPLES = r"""
- name: Look at the profile file-simulator
  file_simulator.nas.minikube_profile_info:
  register: minikube

- name: Use the cluster that is there
  file_simulator.nas.nas_server_info:
    engine: kubernetes
    kubeconfig: "{{ minikube.cluster.kubeconfig }}"
    context: "{{ minikube.cluster.context }}"
    node_address: "{{ minikube.cluster.node_address }}"
  when: minikube.cluster is not none
"""

RETURN = r"""
installed:
  description: Whether minikube was found.
  returned: always
  type: bool
executable:
  description: The program's path, empty when it was not found.
  returned: always
  type: str
on_windows:
  description: Whether the program is a C(minikube.exe), run through WSL.
  returned: always
  type: bool
version:
  description: Its version, empty when it was built without one.
  returned: always
  type: str
  sample: 1.38.1
profiles:
  description: The names of all profiles.
  returned: always
  type: list
  elements: str
profile:
  description: The profile O(name).
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    state:
      description: >-
        V(running), V(paused), V(stopped), V(absent), V(broken) where parts of it do not run, or V(unreadable) where
        minikube cannot read its configuration.
      type: str
    driver:
      description: What the node is, where there is one.
      type: str
cluster:
  description: What M(file_simulator.nas.minikube_profile) returns under this name; null when the profile does not run.
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.minikube import (
    DATA_ROOT_SPEC,
    MINIKUBE_SPEC,
    find_minikube,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import lifecycle as clusters
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.options import check_name
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import read_marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import find_drives


def minikube_profile_info(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    name = check_name(given["name"])
    topology = read_topology(given["topology"])
    drives = find_drives(drive_root(given["drive_root"], topology.instance))
    local = drives.local(topology.data_root)
    minikube = find_minikube(module, drives)
    if minikube is None:
        nothing = {"profiles": [], "profile": {"name": name, "state": "absent"}, "cluster": None}
        return {"changed": False, "installed": False, "executable": "", "on_windows": False, "version": "", **nothing}
    data_root = clusters.DataRoot(local, given["node_data_root"], read_marker(local))
    return {
        "changed": False,
        "installed": True,
        "executable": minikube.executable,
        "on_windows": minikube.on_windows,
        "version": ".".join(str(number) for number in minikube.version() or ()),
        **clusters.report(minikube, name, data_root, given["kubeconfig"]),
    }


def main() -> None:
    module = AnsibleModule(argument_spec={**MINIKUBE_SPEC, **DATA_ROOT_SPEC}, supports_check_mode=True)
    run(module, minikube_profile_info)


if __name__ == "__main__":
    main()
