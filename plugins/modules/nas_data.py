#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_data
short_description: Put test data on NAS servers, and remove it again
version_added: 1.1.0
description:
  - Puts a fixture into the Windows directories of NAS servers and waits until it is on the NAS, or makes both sides of
    servers empty for the next test. Nothing is restarted, and no other server is touched.
  - A file gets its name when it is whole, so that neither a sync agent nor a service ever sees a part of it.
  - What it puts it records, with checksums, in O(state_directory) (who is not root, in C(~/.local/state/file-simulator)),
    so that it knows its own files again. A file that somebody else has put there or changed since is neither replaced
    nor removed without O(force). All servers are looked at before any is touched.
  - A run that was interrupted anywhere leaves whole files only; the next one goes on.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.full
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
requirements:
  - podman >= 4.3 with runc or crun, for the engine V(podman)
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
options:
  servers:
    description:
      - Names of the servers of O(topology) that the task is about. Required unless O(state=empty).
      - Without it, all that are enabled and have a sync agent are made empty.
    type: list
    elements: str
    aliases:
      - server
  state:
    description:
      - V(present) puts the files of the fixture there, and leaves all others as they are.
      - V(exact) also removes what is not in the fixture from the Windows directory.
      - V(empty) makes the Windows directory, the NAS and what the sync agent remembers of both empty. What services and
        other clients have on the NAS goes without O(force), as it is what a reset is for.
    type: str
    choices:
      - present
      - exact
      - empty
    default: present
  src:
    description:
      - A directory or an archive (tar, also compressed, or zip) on the machine that has the Windows directories.
      - Links, absolute paths, and names that Windows cannot hold are refused.
    type: path
  contents:
    description:
      - Texts by path, such as C(orders/1.csv). Either this or O(src) is required unless O(state=empty).
    type: dict
  last:
    description:
      - Shell patterns of files that are put there when all others are on the NAS, such as V(*.done). One with a slash in it
        must match the whole path.
    type: list
    elements: str
    default: []
  force:
    description:
      - Whether files may be replaced and removed that are not this module's own. They are named in RV(servers[].foreign).
    type: bool
    default: false
  wait:
    description:
      - Whether the task ends when all files are on the NAS. It fails when one is not, and says why.
    type: bool
    default: true
  timeout:
    description:
      - For how many seconds the files are waited for.
    type: int
    default: 60
  quiet:
    description:
      - Whether files must have been left alone for the server's quiet period before they go to the NAS. What this module puts
        there need not; set it when somebody else writes into the directory meanwhile.
    type: bool
    default: false
seealso:
  - module: file_simulator.nas.nas_files_info
"""

EXAMPLES = r"""
- name: Put the orders on the NAS, and the file that starts the service when all of them are there
  file_simulator.nas.nas_data:
    servers:
      - nas-input-1
    src: fixtures/orders
    last:
      - "*.done"

- name: Put exactly one file there
  file_simulator.nas.nas_data:
    servers:
      - nas-input-1
    state: exact
    contents:
      orders/1.csv: |
        id;amount
        1;10

- name: Start the next test from empty servers
  file_simulator.nas.nas_data:
    state: empty
"""

RETURN = r"""
servers:
  description: What was done to each server, or in check mode would be. All paths are relative to its directory.
  returned: success
  type: list
  elements: dict
  contains:
    server:
      description: The server's name.
      type: str
      sample: nas-input-1
    put:
      description: Files that were put into the Windows directory, in the order in which they were.
      type: list
      elements: str
      sample: [orders/1.csv, orders/orders.done]
    unchanged:
      description: Files of the fixture that were there already.
      type: list
      elements: str
    removed:
      description: What was removed from the Windows directory.
      type: list
      elements: str
    nas_removed:
      description: What was removed from the NAS, with O(state=empty), beside what went with its file in Windows.
      type: list
      elements: str
    foreign:
      description: What was replaced or removed although it was not this module's own, by O(force).
      type: list
      elements: str
    consumed:
      description:
        - Files of RV(servers[].unchanged) that clients have deleted from the NAS. They come back when they change, or after
          O(state=empty). Not known with O(wait=false) and in check mode.
      type: list
      elements: str
    kept:
      description: What is there after O(state=empty), as it came meanwhile or could not be removed.
      type: list
      elements: dict
      contains:
        side:
          description: V(windows) or V(nas).
          type: str
        path:
          description: The path.
          type: str
        reason:
          description: Why it is there.
          type: str
summary:
  description: A line for each server, for people.
  returned: success
  type: list
  elements: str
  sample: ["nas-input-1: 3 put"]
foreign:
  description: By server, what is in the way.
  returned: when the task fails for want of O(force)
  type: dict
  sample:
    nas-input-1: [my-own.csv]
seconds:
  description: How long it took to C(put) and to C(empty), and to wait for the other side (C(sync)).
  returned: success
  type: dict
  sample: {put: 0.05, sync: 0.31}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.data import check_given, places
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC, enabled
from ansible_collections.file_simulator.nas.plugins.module_utils._data.fixture import fixture
from ansible_collections.file_simulator.nas.plugins.module_utils._data.result import result, warnings
from ansible_collections.file_simulator.nas.plugins.module_utils._data.run import DataRun, Request


def nas_data(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    check_given(given)
    engine, topology, chosen = open_engine(module, changes=True)
    named = given["servers"] is not None
    servers = [server for server in enabled(chosen, named=named) if named or server.sync.has_agent]
    request = Request(
        given["state"], tuple(given["last"]), given["force"], given["wait"], given["timeout"], not given["quiet"],
        module.check_mode,
    )  # fmt: skip
    with fixture(given["src"], given["contents"]) as data:
        task = DataRun(engine.agents(), servers, places(module, topology, servers), request)
        done = task.run(data)
        for line in warnings(done):
            module.warn(line)
        return {**result(done, data), "seconds": task.seconds}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **TOPOLOGY_SPEC,
            **ENGINE_SPEC,
            "servers": {"type": "list", "elements": "str", "aliases": ["server"]},
            "state": {"type": "str", "choices": ["present", "exact", "empty"], "default": "present"},
            "src": {"type": "path"},
            "contents": {"type": "dict"},
            "last": {"type": "list", "elements": "str", "default": []},
            "force": {"type": "bool", "default": False},
            "wait": {"type": "bool", "default": True},
            "timeout": {"type": "int", "default": 60},
            "quiet": {"type": "bool", "default": False},
        },
        mutually_exclusive=[("src", "contents")],
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_data)


if __name__ == "__main__":
    main()
