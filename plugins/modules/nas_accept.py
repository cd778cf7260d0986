#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_accept
short_description: Accept deletions that NAS servers withhold
version_added: 1.1.0
description:
  - Where all of a Windows directory or an export is gone and nobody saw it go, the server's sync agent halts and deletes
    nothing on the other side. This tells the running agent that it was meant. It goes on within some seconds.
  - It holds for what is withheld at that moment. Nothing is restarted, and no setting changes.
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
    support: full
seealso:
  - module: file_simulator.nas.nas_server_info
"""

EXAMPLES = r"""
- name: Let the NAS follow a Windows directory that was emptied on purpose
  file_simulator.nas.nas_accept:
    servers:
      - nas-input-1
"""

RETURN = r"""
accepted:
  description: What each server withheld.
  returned: always
  type: list
  elements: dict
  contains:
    server:
      description: The server's name.
      type: str
      sample: nas-input-1
    accepted:
      description: Whether it withheld anything.
      type: bool
      sample: true
    withheld:
      description: What it withheld, in the words of its C(halted_reason). Empty when that was nothing.
      type: str
      sample: "all is gone from the windows side, and nobody saw it go: 5000 files in 'orders' would be deleted ..."
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC


def nas_accept(module: AnsibleModule) -> dict[str, object]:
    engine, _topology, servers = open_engine(module)
    accepted = [
        {"server": server.name, "accepted": bool(withheld), "withheld": withheld}
        for server in servers
        for withheld in [engine.accept(server.name)]
    ]
    return {"changed": any(each["accepted"] for each in accepted), "accepted": accepted}


def main() -> None:
    module = AnsibleModule(
        argument_spec={**TOPOLOGY_SPEC, **ENGINE_SPEC},
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=False,
    )
    run(module, nas_accept)


if __name__ == "__main__":
    main()
