#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_fault
short_description: Break NAS servers on purpose, for a time
version_added: 1.1.0
description:
  - Makes and ends faults between a NAS server and its clients - it is slow, full, read-only, gives errors, hangs, refuses or
    resets connections - for tests of what services do then. Nothing is broken in the server, and its process goes on.
  - A fault ends when its O(duration) is over, even if nobody looks, when it is ended, and when its server is restarted,
    stopped, removed or brought up again with M(file_simulator.nas.nas_server).
  - The sync agent is not hit. It goes on syncing what there is, and so do probes from inside the server's pod.
  - Faults are made by a helper beside the server, which alone has the capability to trace it, and only while a fault is on.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
options:
  state:
    description:
      - With V(present), O(fault) is on. Faults of other kinds stay, and where both would answer the same operation the new one is
        refused. One of its kind with other options is replaced.
      - With V(absent), O(fault) is not on, or no fault at all where it is not given.
    type: str
    choices:
      - present
      - absent
    default: present
  fault:
    description:
      - What is broken. Required with O(state=present).
      - V(slow), each of O(operations) takes O(delay) longer.
      - V(full), writes and new files get C(ENOSPC). V(quota), they get C(EDQUOT).
      - V(io_error), each O(every)-th of O(operations) gets C(EIO).
      - V(read_only), each change gets C(EROFS). V(permission), each read, listing and change gets C(EACCES).
      - V(stale), what clients had found or opened before gets C(ESTALE) until it is looked up anew. Only the exports stay.
      - V(hang), clients get no answer while their connections stay.
      - V(unreachable), connections are refused, those that there are as well.
      - V(disconnect), each connection is reset every O(every) seconds.
      - V(hang) and V(unreachable) can be beside no other.
    type: str
    choices:
      - slow
      - full
      - quota
      - io_error
      - read_only
      - permission
      - stale
      - hang
      - unreachable
      - disconnect
  delay:
    description:
      - By how much an operation takes longer, in milliseconds. Required with O(fault=slow).
    type: int
  jitter:
    description:
      - By how much O(delay) is more or less at random, in milliseconds, at most as much as that.
    type: int
  operations:
    description:
      - What O(fault=slow) and O(fault=io_error) are about, in NFS's words. By default V(read), V(write), V(create), V(remove),
        V(rename), V(list) and V(sync) are slow, and V(read), V(write), V(list) and V(sync) give errors.
      - V(lookup) comes before most of the others, several times when a file is opened. V(attributes) are changes of modes,
        owners and times.
    type: list
    elements: str
    choices:
      - read
      - write
      - create
      - remove
      - rename
      - list
      - sync
      - lookup
      - attributes
  every:
    description:
      - With O(fault=io_error), the how manieth of O(operations) gets the error. By default each one does.
      - With O(fault=disconnect), seconds between two resets of a connection. Required there.
    type: int
  duration:
    description:
      - After how many seconds the fault ends by itself. By default it stays until it is ended.
      - A fault that is on already with the same options goes on, and ends when it would have.
    type: int
requirements:
  - podman >= 4.3 with runc or crun, for the engine V(podman)
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
  - Linux 5.12 or newer where the servers run, for O(fault=unreachable)
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: file_simulator.nas.nas_fault_info
"""

EXAMPLES = r"""
- name: Let the output NAS be full for a minute
  file_simulator.nas.nas_fault:
    servers:
      - nas-output-1
    fault: full
    duration: 60

- name: Let reading take about half a second on all servers
  file_simulator.nas.nas_fault:
    fault: slow
    delay: 500
    jitter: 100
    operations:
      - read

- name: Let all be well again
  file_simulator.nas.nas_fault:
    state: absent
"""

RETURN = r"""
servers:
  description: The faults of each server, as they are after this.
  returned: always
  type: list
  elements: dict
  contains:
    server:
      description: The server's name.
      type: str
      sample: nas-output-1
    changed:
      description: Whether its faults have changed.
      type: bool
    faults:
      description: Those that are on, as M(file_simulator.nas.nas_fault_info) has them.
      type: list
      elements: dict
      sample:
        - fault: full
          duration: 60
          until: "2026-11-28T12:01:00Z"
          description: "full: writes and new files get ENOSPC, until 2026-11-28 12:01:00 UTC"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.faults import (
    FAULT_REQUIRED_IF,
    FAULT_SPEC,
    asked_fault,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC, enabled
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.fault_run import change_faults, change_result


def nas_fault(module: AnsibleModule) -> dict[str, object]:
    fault = asked_fault(module.params)
    engine, _topology, servers = open_engine(module, changes=True)
    servers = enabled(servers, named=module.params["servers"] is not None)
    kind = module.params["fault"]
    return change_result(change_faults(engine.faults(), servers, fault, kind, check_mode=module.check_mode))


def main() -> None:
    module = AnsibleModule(
        argument_spec={**TOPOLOGY_SPEC, **ENGINE_SPEC, **FAULT_SPEC},
        required_if=[*ENGINE_REQUIRED_IF, *FAULT_REQUIRED_IF],
        supports_check_mode=True,
    )
    run(module, nas_fault)


if __name__ == "__main__":
    main()
