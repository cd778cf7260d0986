#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_rescue
short_description: Copy files that exist only in the volumes of NAS servers
version_added: 1.0.0
description:
  - Copies the files that have not reached Windows from the servers' volumes to a directory of this machine, below a
    directory with the server's name. Those whose names Windows refuses are among them.
  - A server that has no containers any more is looked at by one that is made for it, around the volume that it has left.
  - A file has its name at the target once it is whole.
  - Where Windows cannot hold a name, each byte in its way is written as C(%) and two digits, a percent sign as C(%25).
  - The servers are not changed, and what is at the target already is never replaced.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
requirements:
  - podman >= 4.3 with runc or crun, for the engine V(podman)
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
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
  image:
    description:
      - The NAS image. Needed for servers that have no containers any more.
    type: str
    version_added: 1.1.0
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

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images


def nas_rescue(module: AnsibleModule) -> dict[str, object]:
    to = module.params["to"]
    if not os.path.isdir(to):
        raise SimulatorError(f"to: {to} is no directory; make it first")
    engine, _topology, servers = open_engine(module, changes=True)
    rescued = []
    for server in servers:
        target = os.path.join(to, server.name)
        os.makedirs(target, exist_ok=True)
        copied = engine.rescue(server, target, Images(module.params["image"] or ""))
        rescued.append({"server": server.name, **copied})
    for each in rescued:
        for failure in each["failed"]:
            module.warn(f"server {each['server']}: {failure['path']!r} was not copied: {failure['reason']}")
    return {"changed": any(each["copied"] for each in rescued), "rescued": rescued}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **TOPOLOGY_SPEC,
            **ENGINE_SPEC,
            "to": {"type": "path", "required": True},
            "image": {"type": "str"},
        },
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=False,
    )
    run(module, nas_rescue)


if __name__ == "__main__":
    main()
