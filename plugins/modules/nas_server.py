#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_server
short_description: Run NAS servers, each backed by its own Windows directory
version_added: 1.0.0
description:
  - Creates, changes, starts, stops and removes the NAS servers of a topology, all of them at once.
  - A server is a pod of an init container that brings the Windows directory's files into the export, a sync agent that
    propagates changes, and an NFS server.
  - Everything is checked before anything is touched. That is the topology, the Windows directories and their markers, the
    ports and the image.
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
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(state=restarted) every call restarts the servers.
options:
  state:
    description:
      - V(present) means that the servers exist as described. New ones are started, stopped ones stay stopped.
      - V(started) means that they run, too.
      - V(stopped) means that those which exist do not run. What clients wrote is synced to Windows first.
      - V(restarted) means that those which run are restarted, and the others started.
      - V(absent) means that they are gone. Windows directories are never touched.
      - Servers of O(topology) that have C(enabled) set to C(false) are removed in each state but V(stopped).
    type: str
    choices:
      - present
      - absent
      - started
      - stopped
      - restarted
    default: present
  image:
    description:
      - The NAS image, as returned by M(file_simulator.nas.nas_image).
      - Required unless O(state) is V(absent) or V(stopped).
    type: str
  unfs3_image:
    description:
      - An image that has C(unfsd) and a shell, for servers whose C(nfs_server) is C(unfs3).
    type: str
  purge:
    description:
      - Also remove the servers of this instance that O(topology) does not name.
    type: bool
    default: false
  delete_storage:
    description:
      - With O(state=absent), also remove storage of type C(persistent), and volumes that are left without a pod.
      - Give up what has not reached Windows, too. Without it, nothing is removed unless the server's sync agent has just
        said that its volume has nothing that Windows does not have.
    type: bool
    default: false
  move_data_root:
    description:
      - Whether servers that are there may be moved to other directories. Their volumes are made anew there.
      - Without it, that is an error which names both.
      - On a cluster, persistent storage stays with the directory that it was made for.
    type: bool
    default: false
    version_added: 1.1.0
  wait:
    description:
      - Wait until each server that was started answers over NFS.
      - In a cluster, wait until all that are to run do, started by this task or not, and until stopped ones have ended.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds each server may take to answer.
    type: int
    default: 60
seealso:
  - module: file_simulator.nas.nas_server_info
  - module: file_simulator.nas.windows_directory
"""

EXAMPLES = r"""
- name: Run the seven servers of production
  file_simulator.nas.nas_server:
    state: started
    image: "{{ nas_image.image }}"

- name: Run two servers only, and remove all others of this instance
  file_simulator.nas.nas_server:
    state: started
    image: "{{ nas_image.image }}"
    purge: true
    topology:
      servers:
        - name: orders-input
          port: 32150
        - name: reports-output
          port: 32151

- name: Restart one server
  file_simulator.nas.nas_server:
    state: restarted
    image: "{{ nas_image.image }}"
    servers:
      - nas-input-1

- name: Run the servers in the cluster of a Minikube profile
  file_simulator.nas.nas_server:
    engine: kubernetes
    kubeconfig: ~/.kube/config
    context: file-simulator
    state: started
    image: "{{ nas_image.image }}"

- name: Remove everything but the testers' files
  file_simulator.nas.nas_server:
    state: absent
    purge: true
"""

RETURN = r"""
actions:
  description: What was done, or would be done in check mode.
  returned: always
  type: list
  elements: dict
  sample:
    - server: nas-input-1
      verb: create
kept:
  description: Volumes that stay although their servers go, or are gone. Empty in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    server:
      description: The server, which has the volume again when it comes back.
      type: str
    volume:
      description: The name of the volume, on a cluster that of its claim.
      type: str
    only_there:
      description: What the volume has and Windows has not, in words that name the files. Empty when that is nothing.
      type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import STATES
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import kept_volume
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images

# In these, servers run an image.
_RUNNING_STATES = ("present", "started", "restarted")


def nas_server(module: AnsibleModule) -> dict[str, object]:
    if module.params["state"] in _RUNNING_STATES and not module.params["image"]:
        raise SimulatorError("image: is empty; name the image that the servers run, as nas_image returns it")
    engine, _topology, servers = open_engine(module, changes=True)
    outcome = engine.apply(
        servers,
        Request(
            state=module.params["state"],
            images=Images(module.params["image"] or "", module.params["unfs3_image"] or ""),
            purge=module.params["purge"],
            delete_storage=module.params["delete_storage"],
            wait=module.params["wait"],
            timeout=module.params["wait_timeout"],
            move_data_root=module.params["move_data_root"],
            check_mode=module.check_mode,
        ),
    )
    kept = [(each.server, each.volume, each.only_there) for each in outcome.kept]
    for warning in [*outcome.warnings, *(kept_volume(*each) for each in kept)]:
        module.warn(warning)
    return {
        "changed": outcome.changed,
        "actions": [{"verb": action.verb, "server": action.server} for action in outcome.actions],
        "kept": [dict(zip(("server", "volume", "only_there"), each)) for each in kept],
        "diff": outcome.diff,
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **TOPOLOGY_SPEC,
            **ENGINE_SPEC,
            "state": {"type": "str", "choices": list(STATES), "default": "present"},
            "image": {"type": "str"},
            "unfs3_image": {"type": "str"},
            "purge": {"type": "bool", "default": False},
            "delete_storage": {"type": "bool", "default": False},
            "move_data_root": {"type": "bool", "default": False},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 60},
        },
        required_if=[
            *ENGINE_REQUIRED_IF,
            *[("state", state, ["image"]) for state in _RUNNING_STATES],
        ],
        supports_check_mode=True,
    )
    run(module, nas_server)


if __name__ == "__main__":
    main()
