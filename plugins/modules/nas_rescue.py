#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_rescue
short_description: Copy what only the volumes of NAS servers have
version_added: 1.0.0
description:
  - Copies the files that have not reached Windows from the servers' volumes to a directory of this machine, below a
    directory with the server's name. Those whose names Windows refuses are among them.
  - Where Windows cannot hold a name, each byte in its way is written as C(%) and two digits, a percent sign as C(%25).
  - The servers are not changed, and what is at the target already is never replaced.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._topology
  - file_simulator.nas._podman
requirements:
  - podman >= 4.3 with runc or crun
attributes:
  check_mode:
    support: none
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - Files that were copied before are told as failed, and stay as they are.
options:
  to:
    description:
      - An existing directory of this machine.
    type: path
    required: true
seealso:
  - module: file_simulator.nas.nas_server
"""

EXAMPLES = r"""
- name: Copy what Windows does not have before the server goes
  file_simulator.nas.nas_rescue:
    servers:
      - nas-output-1
    to: /root/rescued
"""

RETURN = r"""
rescued:
  description: What became of each server's files.
  returned: always
  type: list
  elements: dict
  sample:
    - server: nas-output-1
      copied: 1
      failed: []
      failed_count: 0
      reason: ""
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.podman import PODMAN_SPEC, open_podman
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import (
    TOPOLOGY_SPEC,
    chosen,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.witness import Witness
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology


def nas_rescue(module: AnsibleModule) -> dict[str, object]:
    topology = read_topology(module.params["topology"])
    to = module.params["to"]
    if not os.path.isdir(to):
        raise SimulatorError(f"to: {to} is no directory; make it first")
    podman = open_podman(module, changes=True)
    if podman is None:
        raise SimulatorError("podman is not installed, so no server has anything here")
    found = {pod.current.server: pod for pod in podman.pods() if pod.instance == topology.instance}
    witness = Witness(podman, topology.instance)
    rescued = []
    for server in chosen(topology, module.params["servers"]):
        if server.name not in found:
            raise SimulatorError(f"server {server.name}: it has no pod; make up brings it back around its volume")
        target = os.path.join(to, server.name)
        os.makedirs(target, exist_ok=True)
        rescued.append({"server": server.name, **witness.rescue(found[server.name], target)})
    for each in rescued:
        for failure in each["failed"]:
            module.warn(f"server {each['server']}: {failure['path']!r} was not copied: {failure['reason']}")
    return {"changed": any(each["copied"] for each in rescued), "rescued": rescued}


def main() -> None:
    module = AnsibleModule(
        argument_spec={**TOPOLOGY_SPEC, **PODMAN_SPEC, "to": {"type": "path", "required": True}},
        supports_check_mode=False,
    )
    run(module, nas_rescue)


if __name__ == "__main__":
    main()
