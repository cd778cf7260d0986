#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_fault_info
short_description: Tell which faults of NAS servers are on
version_added: 1.1.0
description:
  - Tells what M(file_simulator.nas.nas_fault) has broken, and until when. It looks at the helpers that make the faults, and
    nothing is written down elsewhere. A fault whose helper has ended, however that was, is gone.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.info_module
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
requirements:
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
seealso:
  - module: file_simulator.nas.nas_fault
"""

EXAMPLES = r"""
- name: Ask what is broken on purpose
  file_simulator.nas.nas_fault_info:
  register: broken
"""

RETURN = r"""
servers:
  description: The faults of each server, in the order of the topology.
  returned: always
  type: list
  elements: dict
  contains:
    server:
      description: The server's name.
      type: str
      sample: nas-output-1
    faults:
      description: Those that are on.
      type: list
      elements: dict
      contains:
        fault:
          description: What is broken.
          type: str
          sample: slow
        delay: {description: "Milliseconds that an operation takes longer, where it does.", type: int, sample: 500}
        jitter: {description: "By how much that is more or less, where it is.", type: int, sample: 100}
        operations: {description: "What it is about, where that can be chosen.", type: list, elements: str, sample: [read]}
        every: {description: "As it was given, where it was.", type: int, sample: 3}
        duration: {description: "As it was given, where it was.", type: int, sample: 60}
        until:
          description: When it ends by itself, empty when it does not.
          type: str
          sample: "2026-11-28T12:01:00Z"
        description:
          description: The same in plain words.
          type: str
          sample: "slow: each read takes 500 ms longer, give or take 100 ms, until it is ended"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import fault_result


def nas_fault_info(module: AnsibleModule) -> dict[str, object]:
    engine, _topology, servers = open_engine(module)
    active = engine.faults().active()
    found = [
        {"server": server.name, "faults": [fault_result(each) for each in active.get(server.name, [])]}
        for server in servers
    ]
    return {"changed": False, "servers": found}


def main() -> None:
    module = AnsibleModule(
        argument_spec={**TOPOLOGY_SPEC, **ENGINE_SPEC},
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_fault_info)


if __name__ == "__main__":
    main()
