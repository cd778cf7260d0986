#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: minikube_hosts
short_description: Give the nodes of a Minikube profile names of servers
version_added: 1.1.0
description:
  - Maintains a marked block in C(/etc/hosts) of each node, so that volumes whose C(server) is a name are mounted there. The
    node mounts them, not the pod, so pods need not know the name.
  - Nodes that are containers or virtual machines have a new file after each start. There the names are kept on the node, and
    it adds them itself when it starts, by a unit of its systemd or by C(/var/lib/boot2docker/bootlocal.sh).
  - With the driver V(none), the node is this machine, and nothing is done.
  - A name that leads to another address already, outside of the block, is refused, and nothing is written.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.full
  - file_simulator.nas._minikube
  - file_simulator.nas._minikube.drive_root
options:
  state:
    description:
      - V(present) for a block that has O(entries), V(absent) for none.
      - A profile that does not run is left as it is with V(absent), and refused with V(present).
    type: str
    choices:
      - present
      - absent
    default: present
  instance:
    description:
      - The instance whose block it is.
    type: str
    default: file-simulator
  entries:
    description:
      - The names with their addresses. None is as O(state=absent).
    type: list
    elements: dict
    default: []
    suboptions:
      address:
        description:
          - Where the node reaches the server, such as the ClusterIP of its Service.
        type: str
        required: true
      names:
        description:
          - The names that lead there.
        type: list
        elements: str
        required: true
seealso:
  - module: file_simulator.nas.minikube_profile
"""

EXAMPLES = r"""
- name: Let the node of the profile file-simulator know production's names
  file_simulator.nas.minikube_hosts:
    entries:
      - address: 10.96.12.7
        names: [nas01.corp.example]
"""

RETURN = r"""
nodes:
  description: The nodes that have the block, or had it.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.minikube import (
    DATA_ROOT_SPEC,
    MINIKUBE_SPEC,
    find_minikube,
    open_minikube,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.hosts_file import Entry
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.cli import Minikube
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.node_hosts import Nodes, check_clashes
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.options import check_name
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import find_drives


def minikube_hosts(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    name, instance = check_name(given["name"]), given["instance"]
    entries = (
        [Entry(each["address"], each["names"]) for each in given["entries"]] if given["state"] == "present" else []
    )
    drives = find_drives(drive_root(given["drive_root"], ""))
    minikube = open_minikube(module, drives) if entries and not module.check_mode else find_minikube(module, drives)
    nodes = _running(minikube, name, needed=bool(entries) and not module.check_mode) if minikube else None
    planned = nodes.planned(instance, entries) if nodes else []
    check_clashes(planned, instance, entries)
    if nodes and not module.check_mode:
        nodes.write(planned)
    files = [file for node in planned for file in (node.hosts, node.kept)]
    return {
        # In check mode, a profile that does not run yet.
        "changed": any(file.changes for file in files) or (nodes is None and bool(entries)),
        "nodes": [node.name or name for node in planned],
        "diff": [
            {"before_header": file.place, "after_header": file.place, "before": file.before, "after": file.after}
            for file in files
        ],
    }


def _running(minikube: Minikube, profile: str, *, needed: bool) -> Nodes | None:
    """Return the nodes of a profile; None where it does not run and need not."""
    status = minikube.status(profile)
    if status is not None and status.word == "running":
        return Nodes(minikube, minikube.profiles().valid[profile])
    if needed:
        word = "unreadable" if status is None else status.word
        raise SimulatorError(f"profile {profile}: is {word}, not running; start it with minikube_profile")
    return None


def main() -> None:
    entry = {
        "address": {"type": "str", "required": True},
        "names": {"type": "list", "elements": "str", "required": True},
    }
    module = AnsibleModule(
        argument_spec={
            **MINIKUBE_SPEC,
            "drive_root": DATA_ROOT_SPEC["drive_root"],
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "instance": {"type": "str", "default": "file-simulator"},
            "entries": {"type": "list", "elements": "dict", "default": [], "options": entry},
        },
        supports_check_mode=True,
    )
    run(module, minikube_hosts)


if __name__ == "__main__":
    main()
