#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: minikube_profile
short_description: Run a Minikube profile that has the data root mounted
version_added: 1.0.0
description:
  - Creates, starts, stops and deletes a profile, and verifies that its node sees the data root, by the marker in it.
  - A profile that is there is compared with what is asked for. It is restarted only when a change needs that. A change
    that minikube cannot make without deleting the profile is refused, unless O(recreate) is set.
  - Neither the kubeconfig's current context nor minikube's default profile is changed.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.full
  - file_simulator.nas._minikube
  - file_simulator.nas._minikube.data_root
  - file_simulator.nas._minikube.drive_root
  - file_simulator.nas._minikube.node
  - file_simulator.nas._minikube.profile
requirements:
  - minikube >= 1.33
options:
  state:
    description:
      - V(started) means that the profile runs as described and sees the data root. A lost mount is restored.
      - V(stopped) means that it does not run, if it is there.
        Refused with O(driver=ssh), where minikube cannot end the machine.
      - V(absent) means that it is gone with everything in it. The data root is never touched.
    type: str
    choices:
      - started
      - stopped
      - absent
    default: started
  recreate:
    description:
      - Whether a profile may be deleted and made anew where a change cannot be made otherwise.
    type: bool
    default: false
seealso:
  - module: file_simulator.nas.minikube_profile_info
  - module: file_simulator.nas.minikube_image
  - module: file_simulator.nas.windows_directory
"""

EXAMPLES = r"""
- name: Run Minikube in a container, with C:\simulator-data mounted and the seven servers' ports published
  file_simulator.nas.minikube_profile:
  register: minikube

- name: Run it in Hyper-V, through minikube.exe
  file_simulator.nas.minikube_profile:
    executable: /mnt/c/Program Files/Kubernetes/Minikube/minikube.exe
    driver: hyperv
    extra_options:
      hyperv-virtual-switch: Default Switch

- name: Give it more memory, though everything in it is lost by that
  file_simulator.nas.minikube_profile:
    memory: 12288
    recreate: true

- name: Stop it
  file_simulator.nas.minikube_profile:
    state: stopped
"""

RETURN = r"""
cluster:
  description: What an engine needs to know of the running profile; null when it does not run.
  returned: always
  type: dict
  contains:
    kubeconfig:
      description: The file that has the context.
      type: str
    context:
      description: The context, which is the profile's name.
      type: str
    node_address:
      description:
        - Where this machine reaches NodePorts. V(127.0.0.1) where the node is a container that publishes them, the
          node's address as it is now otherwise. Empty in check mode while the node does not run.
      type: str
    node_data_root:
      description: Where the node sees the data root.
      type: str
    driver:
      description: The profile's driver.
      type: str
    kubernetes_version:
      description: The profile's Kubernetes version.
      type: str
    mount:
      description: What was found of the mount.
      type: dict
      contains:
        source:
          description: The data root as minikube was told of it.
          type: str
        target:
          description: Where the node has it.
          type: str
        verified:
          description: Whether the data root's marker was read in the node, and is the right one.
          type: bool
        problem:
          description: What the node sees instead, empty when all is well.
          type: str
        restored:
          description: Whether a lost mount was restored. Pods that ran meanwhile have to be restarted then.
          type: bool
actions:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: str
  sample: [delete, start]
changes:
  description: What differed between the profile and what is asked for.
  returned: always
  type: list
  elements: str
not_compared:
  description: The names of those O(extra_options) that minikube does not tell of a profile.
  returned: when O(state=started)
  type: list
  elements: str
reason:
  description: Minikube's own id of the reason for which it failed.
  returned: when minikube fails
  type: str
  sample: PROVIDER_DOCKER_NOT_RUNNING
advice:
  description: Minikube's own advice.
  returned: when minikube fails
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.minikube import (
    DATA_ROOT_SPEC,
    MINIKUBE_SPEC,
    find_minikube,
    open_minikube,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.minikube_profile import (
    PROFILE_SPEC,
    check_version,
    checked_data_root,
    desired_profile,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import lifecycle as clusters
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.options import check_name
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.plan import not_compared
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives, find_drives


def minikube_profile(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    drives = find_drives(drive_root(given["drive_root"], read_topology(given["topology"]).instance))
    if given["state"] == "started":
        return _started(module, drives)
    name = check_name(given["name"])
    minikube = find_minikube(module, drives)
    if minikube is None:
        # Where there is no minikube, nothing of it runs.
        return {"changed": False, "actions": [], "changes": [], "cluster": None}
    return _result(clusters.stop_or_delete(minikube, name, given["state"], module.check_mode))


def _started(module: AnsibleModule, drives: Drives) -> dict[str, object]:
    given = module.params
    topology = read_topology(given["topology"])
    data_root = checked_data_root(module, topology, drives)
    minikube = find_minikube(module, drives) if module.check_mode else open_minikube(module, drives)
    desired = desired_profile(module, topology, drives, minikube)
    if minikube is None:
        return {**_result(clusters.check_mode_outcome(desired, data_root, given["kubeconfig"])), "not_compared": []}
    check_version(minikube)
    done = clusters.start(minikube, desired, data_root, given["kubeconfig"], given["recreate"], module.check_mode)
    for warning in done.warnings:
        module.warn(warning)
    return {**_result(done), "not_compared": list(not_compared(desired))}


def _result(done: clusters.Outcome) -> dict[str, object]:
    return {
        "changed": bool(done.actions),
        "actions": list(done.actions),
        "changes": list(done.changes),
        "cluster": done.cluster,
        "diff": {"before": done.before, "after": done.after},
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **MINIKUBE_SPEC,
            **DATA_ROOT_SPEC,
            "state": {"type": "str", "choices": ["started", "stopped", "absent"], "default": "started"},
            "recreate": {"type": "bool", "default": False},
            **PROFILE_SPEC,
        },
        supports_check_mode=True,
    )
    run(module, minikube_profile)


if __name__ == "__main__":
    main()
