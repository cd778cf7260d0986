#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_client_config
short_description: Publish what applications need to mount NAS servers
version_added: 1.0.0
description:
  - Makes a PersistentVolume and a PersistentVolumeClaim for each NAS server, bound to each other and to nothing else, and a
    ConfigMap C(file-simulator-nas-endpoints) with the servers' addresses.
  - Applies them to a cluster, writes them as manifests for C(kubectl apply -k), or both, together with the same facts in
    other formats.
  - Can add an example workload that has several servers mounted at once.
  - Everything is checked before anything is touched. Objects that are not this instance's are never changed.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.full
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
  - file_simulator.nas._clients
  - file_simulator.nas._clients.files
  - file_simulator.nas._clients.production
  - file_simulator.nas._clients.example
requirements:
  - kubernetes >= 25.3.0 (Python package), with O(apply) or the engine V(kubernetes)
  - PyYAML (Python package), for the formats V(manifests) and V(yaml)
options:
  state:
    description:
      - V(present) means that objects and files are there for the enabled servers of O(servers).
      - V(absent) means that the objects of O(servers) for O(namespaces) are gone, in an order that lets no node wait for a server that is not
        there any more. First the example, then claims, then volumes. Without O(servers), files go as well. Do this
        before the servers themselves are removed.
      - Claims that some other pod uses are not removed. The task fails with the pod's name, and nothing was done.
    type: str
    choices:
      - present
      - absent
    default: present
  reports:
    description:
      - What M(file_simulator.nas.nas_server_info) returned as RV(file_simulator.nas.nas_server_info#module:servers). Without
        it, the servers are asked, for which the engine V(podman) needs root.
    type: list
    elements: dict
  apply:
    description:
      - Whether the objects are applied to the cluster that O(kubeconfig) and O(context) name, or only written and returned.
      - By default they are, if O(context) is given.
    type: bool
  recreate:
    description:
      - Whether volumes and claims that cannot be changed, such as to another address, may be deleted and made anew.
        What is on the NAS stays.
    type: bool
    default: false
  purge:
    description:
      - Also remove this instance's objects for servers and namespaces that are not named any more, and with another
        O(prefix).
      - With O(state=absent), those of servers that O(topology) does not name or has disabled, and those of O(servers) in all
        namespaces. Use it before servers are removed.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds claims may take to be bound, and what is removed to be gone.
    type: int
    default: 60
seealso:
  - module: file_simulator.nas.nas_server
  - module: file_simulator.nas.nas_server_info
"""

EXAMPLES = r"""
- name: Let the pods of two namespaces mount the servers
  file_simulator.nas.nas_client_config:
    engine: kubernetes
    kubeconfig: ~/.kube/config
    context: file-simulator
    namespaces:
      - orders
      - reports

- name: Write manifests and nothing else, to be applied to another cluster
  file_simulator.nas.nas_client_config:
    reports: "{{ nas.servers }}"
    apply: false
    namespaces:
      - orders
    formats:
      - manifests
    directory: ~/orders/deploy

- name: Remove them before the servers are removed
  file_simulator.nas.nas_client_config:
    engine: kubernetes
    kubeconfig: ~/.kube/config
    context: file-simulator
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
    - verb: create
      kind: PersistentVolume
      namespace: ""
      name: orders.nas-input-1
files:
  description: The content of each file, by its path below O(directory).
  returned: always
  type: dict
objects:
  description: The objects that were applied, or would be.
  returned: always
  type: list
  elements: dict
volumes: {description: "O(volumes) with the simulator's servers.", returned: always, type: list, elements: dict}
differences:
  description: A line for each of O(volumes), how it differs from production's.
  returned: always
  type: list
  elements: str
  sample: ["PersistentVolume orders-in (prod/pv.yaml): server nas01.corp.example is 10.96.0.7"]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.clients import (
    CLIENTS_SPEC,
    check_yaml,
    destinations,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import (
    TOPOLOGY_SPEC,
    chosen,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._clients import publish as config
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import (
    CLIENTS_CHOICE,
    endpoints,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.example import chosen_example
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming, checked_namespaces
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.state import Selection
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.volumes import Rewritten, rewritten
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import status_result


def nas_client_config(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    topology = read_topology(given["topology"])
    servers = chosen(topology, given["servers"])
    enabled = [server for server in servers if server.enabled]
    naming = Naming(topology.instance, topology.namespace, given["prefix"], given["labels"])
    naming.check()
    if given["actimeo"] < CLIENTS_CHOICE:
        raise SimulatorError(f"actimeo: {given['actimeo']} is no number of seconds; {CLIENTS_CHOICE} leaves it out")
    request = config.PublishRequest(
        formats=given["formats"],
        mount_root=given["mount_root"],
        namespaces=checked_namespaces(given["namespaces"] or [topology.namespace]),
        recreate=given["recreate"],
        timeout=given["wait_timeout"],
        check_mode=module.check_mode,
    )
    production = Rewritten([], [])
    if given["state"] == "absent":
        whole = given["servers"] is None
        going = None if whole else [server.name for server in servers]
        if given["purge"]:
            surplus = Selection(going, staying=[server.name for server in topology.enabled])
        else:
            surplus = Selection(going, namespaces=request.namespaces)
        result = config.retract(naming, destinations(module, naming), request, surplus, files=whole)
    else:
        check_yaml(given["formats"])
        reports = given["reports"]
        if reports is None:
            reports = [status_result(status) for status in open_engine(module).engine.statuses(enabled)]
        mounted = endpoints(
            enabled,
            reports,
            server_address=given["server_address"],
            actimeo=given["actimeo"],
            guess=module.check_mode,
        )
        example = chosen_example(given["example"], mounted)
        disabled = [server.name for server in servers if not server.enabled]
        surplus = Selection(None if given["purge"] else disabled)
        production = rewritten(given["volumes"], mounted, keep_names=given["keep_names"])
        there = destinations(module, naming)
        result = config.publish(mounted, example, naming, there, request, surplus, production.objects)
    for warning in result.warnings:
        module.warn(warning)
    return {
        "changed": result.changed,
        "actions": result.actions,
        "files": result.files,
        "objects": result.objects,
        "volumes": production.objects,
        "differences": production.differences,
        "diff": result.diff,
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **TOPOLOGY_SPEC,
            **ENGINE_SPEC,
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "reports": {"type": "list", "elements": "dict"},
            **CLIENTS_SPEC,
            "apply": {"type": "bool"},
            "recreate": {"type": "bool", "default": False},
            "purge": {"type": "bool", "default": False},
            "wait_timeout": {"type": "int", "default": 60},
        },
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_client_config)


if __name__ == "__main__":
    main()
