#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_client_config
short_description: Give applications what they need to mount NAS servers
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
  server_address:
    description:
      - How volumes name their server. V(cluster_ip) is the address of its Service, which stays as long as that does.
        V(node) is the address and port at which the managed machine reaches it, for other clusters and other engines.
      - The DNS name of a Service does not do, since it is the node that mounts, and it does not ask the cluster's DNS.
      - By default V(cluster_ip) for servers in a cluster, and V(node) for others.
    type: str
    choices:
      - cluster_ip
      - node
  actimeo:
    description:
      - For how many seconds clients may believe what they remember of files and directories. More is faster, and shows new
        files later.
      - V(-1) leaves it to the client, which then looks for new files every 30 to 60 seconds.
    type: int
    default: 1
  namespaces:
    description:
      - The namespaces whose pods mount the servers. Each has volumes and claims of its own.
      - By default the namespace in which the servers run.
    type: list
    elements: str
    default: []
  prefix:
    description:
      - Comes before the name of each object.
    type: str
    default: ""
  labels:
    description:
      - More labels for each object.
    type: dict
    default: {}
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
  formats:
    description:
      - What is made. V(manifests) is the objects, and a kustomization of them.
      - V(env), V(json), V(yaml) and V(appsettings) (for .NET) have addresses as the managed machine reaches the servers,
        V(fstab) has lines for C(/etc/fstab), and V(mount) is a shell script with C(mount) commands.
    type: list
    elements: str
    choices:
      - manifests
      - env
      - json
      - yaml
      - appsettings
      - fstab
      - mount
    default:
      - manifests
      - env
      - json
      - yaml
      - appsettings
      - fstab
      - mount
  directory:
    description:
      - Where the files are written, a relative path below O(drive_root). Without it, they are returned only.
      - Instances must not share one. The files of another instance are an error.
      - Files of formats that are not asked for are removed there.
    type: path
  mount_root:
    description:
      - The directory below which V(fstab) and V(mount) mount the servers.
    type: path
    default: /mnt
  example:
    description:
      - The example workload, a Deployment C(nas-example) in the first of O(namespaces). It reads its inputs, writes its
        outputs, and is ready as long as all its mounts work.
      - Its manifests are among those of the format V(manifests).
    type: dict
    suboptions:
      image:
        description:
          - An image that the nodes have, with Python 3.
        type: str
        required: true
      program:
        description:
          - What it runs. The role C(nas_clients) has it as C(files/nas_example.py).
        type: str
        required: true
      servers:
        description:
          - The servers that it mounts. By default all.
        type: list
        elements: str
        default: []
      apply:
        description:
          - Whether it is applied with everything else, or only written.
        type: bool
        default: true
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

- name: Write manifests and nothing else, to be carried to another cluster
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
"""

import os

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

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
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.cluster import ClientCluster
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.documents import (
    FORMATS,
    YAML_FORMATS,
    YAML_IMPORT_ERROR,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import (
    CLIENTS_CHOICE,
    SERVER_ADDRESSES,
    endpoints,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.example import chosen_example
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.files import ClientFiles
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming, checked_namespaces
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.state import Selection
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import (
    KUBERNETES_IMPORT_ERROR,
    open_cluster,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import status_result
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root


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
    if given["state"] == "absent":
        whole = given["servers"] is None
        going = None if whole else [server.name for server in servers]
        if given["purge"]:
            surplus = Selection(going, staying=[server.name for server in topology.enabled])
        else:
            surplus = Selection(going, namespaces=request.namespaces)
        result = config.retract(naming, _destinations(module, naming), request, surplus, files=whole)
    else:
        _check_yaml(given["formats"])
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
        result = config.publish(mounted, example, naming, _destinations(module, naming), request, surplus)
    for warning in result.warnings:
        module.warn(warning)
    return {
        "changed": result.changed,
        "actions": result.actions,
        "files": result.files,
        "objects": result.objects,
        "diff": result.diff,
    }


def _destinations(module: AnsibleModule, naming: Naming) -> config.Destinations:
    given = module.params
    files = None
    if given["directory"]:
        below = drive_root(given["drive_root"], naming.instance, given["state_directory"])
        files = ClientFiles(os.path.join(below, given["directory"]), naming.instance)
    apply = given["apply"] if given["apply"] is not None else bool(given["context"])
    if not apply:
        return config.Destinations(None, files)
    if KUBERNETES_IMPORT_ERROR:
        raise SimulatorError(missing_required_lib("kubernetes >= 25.3.0"), exception=KUBERNETES_IMPORT_ERROR)
    for option in ("kubeconfig", "context"):
        if not given[option]:
            raise SimulatorError(
                f"{option}: is empty; name the cluster that is to have the objects, or set apply: false"
            )
    return config.Destinations(ClientCluster(open_cluster(given["kubeconfig"], given["context"]), naming), files)


def _check_yaml(formats: list[str]) -> None:
    needed = [name for name in formats if name in YAML_FORMATS]
    if needed and YAML_IMPORT_ERROR:
        raise SimulatorError(f"formats: {needed[0]}: {missing_required_lib('PyYAML')}", exception=YAML_IMPORT_ERROR)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **TOPOLOGY_SPEC,
            **ENGINE_SPEC,
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "reports": {"type": "list", "elements": "dict"},
            "server_address": {"type": "str", "choices": list(SERVER_ADDRESSES)},
            "actimeo": {"type": "int", "default": 1},
            "namespaces": {"type": "list", "elements": "str", "default": []},
            "prefix": {"type": "str", "default": ""},
            "labels": {"type": "dict", "default": {}},
            "apply": {"type": "bool"},
            "recreate": {"type": "bool", "default": False},
            "purge": {"type": "bool", "default": False},
            "wait_timeout": {"type": "int", "default": 60},
            "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": list(FORMATS)},
            "directory": {"type": "path"},
            "mount_root": {"type": "path", "default": "/mnt"},
            "example": {
                "type": "dict",
                "options": {
                    "image": {"type": "str", "required": True},
                    "program": {"type": "str", "required": True},
                    "servers": {"type": "list", "elements": "str", "default": []},
                    "apply": {"type": "bool", "default": True},
                },
            },
        },
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_client_config)


if __name__ == "__main__":
    main()
