#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_log_info
short_description: Report what the containers of NAS servers have logged
version_added: 1.1.0
description:
  - Returns the last lines that the NFS server, the sync agent and the initial copy of each server have logged.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.info_module
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
options:
  lines:
    description: How many lines of each container, at most.
    type: int
    default: 100
requirements:
  - podman >= 4.3 with runc or crun, for the engine V(podman)
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
seealso:
  - module: file_simulator.nas.nas_server_info
"""

EXAMPLES = r"""
- name: Get what a server has logged last
  file_simulator.nas.nas_log_info:
    servers:
      - nas-input-1
    lines: 20
  register: logged

- name: Show it
  ansible.builtin.debug:
    var: logged.servers[0].merged
"""

RETURN = r"""
servers:
  description: The logs of each server, in the order of the topology.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The server's name.
      type: str
      sample: nas-input-1
    containers:
      description: The last lines of each of its containers by the container's name, oldest first, as they were
        written. One that has logged nothing is left out.
      type: dict
    merged:
      description: The lines of all of them for people, in the order of their times, which are UTC.
      type: list
      elements: str
      sample:
        - "2026-11-27 19:42:30  nfs-server  NFS STARTUP: NFS SERVER INITIALIZED"
table:
  description: The lines of all servers for people.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import encodable
from ansible_collections.file_simulator.nas.plugins.module_utils._server.log_lines import merged
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    AGENT_CONTAINER,
    INIT_CONTAINER,
    SERVER_CONTAINER,
)

# In the order in which they start.
_CONTAINERS = (INIT_CONTAINER, SERVER_CONTAINER, AGENT_CONTAINER)


def nas_log_info(module: AnsibleModule) -> dict[str, object]:
    engine, _topology, servers = open_engine(module)
    inspector = engine.inspector()
    reports, table = [], []
    for server in servers:
        logs = {name: inspector.log_tail(server.name, name, module.params["lines"]) for name in _CONTAINERS}
        containers = {name: encodable(lines) for name, lines in logs.items() if lines}
        lines = merged(containers)
        reports.append({"name": server.name, "containers": containers, "merged": lines})
        heading = f"{server.name}: {', '.join(containers)}" if containers else f"{server.name}: nothing was logged"
        table += [*([""] if table else []), heading, *lines]
    return {"changed": False, "servers": reports, "table": table}


def main() -> None:
    module = AnsibleModule(
        argument_spec={**TOPOLOGY_SPEC, **ENGINE_SPEC, "lines": {"type": "int", "default": 100}},
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_log_info)


if __name__ == "__main__":
    main()
