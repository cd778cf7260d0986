#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_sync
short_description: Wait until what is there now is on the other side of NAS servers
version_added: 1.1.0
description:
  - A barrier. It returns when everything that was in the source directories when it was called has been synced to the
    other side - files of the Windows directory to the NAS, files of clients to the Windows directory, or both, as the
    server's C(sync.mode) says - and fails otherwise, with one line for each server that names what is missing and why.
  - The servers' sync agents look at once, not at their next scan. All servers are asked at the same time.
  - What comes after the call is not waited for. A file that is still being written is; it is named when it is not complete
    in time. A name that the other side cannot hold is a failure.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
options:
  servers:
    description:
      - Names of the servers of O(topology) to wait for. Without it, all that are enabled and sync while they run.
      - A server that does not sync while it runs, such as C(nas-backup), gets the files of its Windows directory once more
        when it is named, on podman. On Kubernetes its pod has to be replaced for that, which this module does not do.
    type: list
    elements: str
  timeout:
    description: How long to wait, in seconds.
    type: int
    default: 60
  quiet:
    description:
      - Whether a file counts as complete only when it has not changed for the server's C(sync.quiet_period), where nothing
        else tells that it is complete.
      - With V(false), the caller vouches that nobody is writing what is there. A file that a client is known to have open
        is waited for all the same, and so is one whose times are whole seconds, where a later change might not show.
    type: bool
    default: true
requirements:
  - podman >= 4.3 with runc or crun, for the engine V(podman)
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
attributes:
  check_mode:
    support: full
    details: It waits as without it, for it changes nothing. Servers that do not sync while they run are left alone.
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: file_simulator.nas.nas_server_info
"""

EXAMPLES = r"""
- name: Wait until all servers have what is there now
  file_simulator.nas.nas_sync:

- name: Copy orders into a Windows directory
  ansible.builtin.copy:
    src: orders/
    dest: /mnt/c/simulator-data/nas-input-1/orders/

- name: Wait until consumers can read them; nobody is writing any more
  file_simulator.nas.nas_sync:
    servers:
      - nas-input-1
    quiet: false
    timeout: 30
"""

RETURN = r"""
servers:
  description: How long each server took. Also returned when the module fails.
  returned: always
  type: list
  elements: dict
  contains:
    server:
      description: The server's name.
      type: str
      sample: nas-input-1
    done:
      description: Whether everything that was there has been worked off - synced, kept beside another version, or refused.
      type: bool
      sample: true
    seconds:
      description: How long that took, or how long it was waited for.
      type: float
      sample: 0.412
    problem:
      description: What is missing and why, in one line; empty when nothing is.
      type: str
      sample: "server nas-output-1: 1 path not there yet: 'orders.csv' (it is being written)"
    waiting:
      description: Paths that have not been worked off, 20 at most.
      type: list
      elements: dict
      contains:
        path:
          description: The path in the server's tree.
          type: str
        reason:
          description: Why.
          type: str
    waiting_count:
      description: How many those are.
      type: int
    refused:
      description: Paths that the other side cannot hold, 20 at most.
      type: list
      elements: dict
      contains:
        path:
          description: The path in the server's tree.
          type: str
        reason:
          description: Why.
          type: str
    refused_count:
      description: How many those are.
      type: int
    errors:
      description: Paths that cannot be looked at, 20 at most.
      type: list
      elements: dict
      contains:
        path:
          description: The path in the server's tree.
          type: str
        reason:
          description: Why.
          type: str
    error_count:
      description: How many those are.
      type: int
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError, combined

_LONGEST = 3600
_LISTS = {"waiting": "waiting_count", "refused": "refused_count", "errors": "error_count"}


def nas_sync(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    timeout = given["timeout"]
    if not 0 <= timeout <= _LONGEST:
        raise SimulatorError(f"timeout: {timeout} is not between 0 and {_LONGEST} seconds")
    engine, _topology, servers = open_engine(module)
    chosen = [
        server
        for server in servers
        if server.enabled and (server.sync.has_agent or (given["servers"] is not None and not module.check_mode))
    ]
    answers = engine.agents().sync(chosen, timeout, not given["quiet"]) if chosen else []
    shown = [_shown(answer) for answer in answers]
    problems = [answer["problem"] for answer in answers if answer["problem"]]
    if problems:
        raise combined(problems, details={"servers": shown})
    return {"changed": False, "servers": shown}


def _shown(answer: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return an answer with everything that is documented, and nothing else."""
    named = {"done": bool(answer.get("done")), "server": answer["server"]}
    lists = {name: answer.get(name, []) for name in _LISTS}
    counts = {count: answer.get(count, 0) for count in _LISTS.values()}
    return {**named, "seconds": answer["seconds"], "problem": answer["problem"], **lists, **counts}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **TOPOLOGY_SPEC,
            **ENGINE_SPEC,
            "timeout": {"type": "int", "default": 60},
            "quiet": {"type": "bool", "default": True},
        },
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_sync)


if __name__ == "__main__":
    main()
