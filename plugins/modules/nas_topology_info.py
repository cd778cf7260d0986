#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_topology_info
short_description: Make a topology of production's manifests, fstab lines and Compose files, or of what runs
version_added: 1.1.0
description:
  - Reads where production mounts its NAS, and returns a topology of servers with the same paths, versions of NFS and names.
  - What cannot be kept is in RV(notes). What cannot work at all is an error that tells of all of it.
  - Documents of the kind C(Secret) are skipped. Nothing of them is returned, nor told in an error.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.info_module
requirements:
  - PyYAML
options:
  manifests:
    description:
      - Files with objects of Kubernetes in YAML or JSON, folders of such files, or patterns (as those of C(glob), C(**) for any
        folders). What C(kubectl get), C(oc get), C(kustomize build) and C(helm template) print is fine as it is.
      - Volumes with C(nfs) and those of the CSI driver C(nfs.csi.k8s.io) count, with their claims, and in pods themselves.
      - Of folders, what ends in C(.yaml), C(.yml) or C(.json) is read.
    type: list
    elements: str
  fstab:
    description:
      - Files as C(/etc/fstab), of which the lines of the types C(nfs) and C(nfs4) count.
    type: list
    elements: str
  compose:
    description:
      - Files of Docker Compose, of which the volumes with the type C(nfs) in C(driver_opts) count.
    type: list
    elements: str
  directory:
    description:
      - What names of files are relative to, in the options as in what is returned. Without it, what the module runs in.
    type: path
  parameters:
    description:
      - Values for the parameters of OpenShift's Templates in O(manifests), and for the variables of O(compose).
    type: dict
  roles:
    description:
      - A role, V(input), V(backup) or V(output), by pattern. The first pattern that matches a NAS, or a NAS and a path as in
        V(nas01.corp.example:/vol/in*), counts.
      - Where none matches, what nobody can write to is a backup, what pods mount read-only an input, and what they may write to
        an output. What is both or neither is synced both ways, and is in RV(notes).
    type: dict
  instance:
    description:
      - The servers that run, as RV(file_simulator.nas.nas_server_info#module:servers) has them. V(absent) ones are left out.
      - Mutually exclusive with the other options.
    type: list
    elements: dict
seealso:
  - module: file_simulator.nas.nas_server
  - module: file_simulator.nas.nas_client_config
"""

EXAMPLES = r"""
- name: Make a topology of what production has
  file_simulator.nas.nas_topology_info:
    manifests:
      - prod/*.yaml
    roles:
      nas01.corp.example:/vol/in*: input
  register: production

- name: Stand its servers up
  file_simulator.nas.nas_server:
    topology: "{{ production.topology }}"
    image: localhost/file-simulator/nas:1.0.0

- name: Ask how the servers are
  file_simulator.nas.nas_server_info:
  register: nas

- name: Get a topology for the same servers elsewhere
  file_simulator.nas.nas_topology_info:
    instance: "{{ nas.servers }}"
"""

RETURN = r"""
topology:
  description:
    - The servers as O(file_simulator.nas.nas_server#module:topology) takes them, one for each NAS, with C(address=auto).
      Add C(data_root), C(instance) and what else is yours. Of O(instance), with all that its reports tell.
  returned: success
  type: dict
volumes:
  description: The objects that name a path on a NAS, and the claims that are bound to such. Of O(instance) there are none.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the object, C(fstab) or C(compose volume).
      type: str
      sample: PersistentVolume
    namespace:
      description: Its namespace, empty where it has none.
      type: str
    name:
      description: Its name, of a line of fstab its mount point.
      type: str
      sample: orders-in
    file:
      description: The file that has it.
      type: str
      sample: prod/volumes.yaml
    number:
      description: Which one of the file's objects it is, those of lists counted one by one; of fstab the line.
      type: int
      sample: 1
    nas:
      description: The NAS as production calls it.
      type: str
      sample: nas01.corp.example
    server:
      description: The server of RV(topology) that stands for it.
      type: str
      sample: nas01
    path:
      description: The path that is mounted, which is exported or lies in an exported one.
      type: str
      sample: /vol/in1
    mount_options:
      description: The mount options.
      type: list
      elements: str
      sample: [nfsvers=4.1, hard]
    read_only:
      description: Whether nobody who mounts it by this object can write.
      type: bool
    object:
      description: The object as production has it. Of a pod or what makes pods, the volume alone.
      type: dict
notes:
  description: What is otherwise, or was left out.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
      sample: prod/volumes.yaml
    object:
      description: The object in it, empty where the whole file is meant.
      type: str
      sample: PersistentVolume orders-in
    what:
      description: What is otherwise, and what to do about it.
      type: str
table:
  description: What stands for what, as lines of a table, for people.
  returned: success
  type: list
  elements: str
yaml:
  description: RV(topology) as the variable C(file_simulator_topology) in YAML, with comments, for a file.
  returned: success
  type: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.named_files import read_named
from ansible_collections.file_simulator.nas.plugins.module_utils._production.presentation import as_yaml, table
from ansible_collections.file_simulator.nas.plugins.module_utils._production.production import (
    File,
    Files,
    Production,
    read_production,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._production.running import read_instance
from ansible_collections.file_simulator.nas.plugins.module_utils._production.yaml_text import YAML_IMPORT_ERROR

KINDS = {"manifests": (".yaml", ".yml", ".json"), "fstab": ("fstab",), "compose": (".yaml", ".yml")}
OF_FILES = (*KINDS, "directory", "parameters", "roles")


def nas_topology_info(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    if YAML_IMPORT_ERROR:
        raise SimulatorError(missing_required_lib("PyYAML"), exception=YAML_IMPORT_ERROR)
    production = _of_files(given) if given["instance"] is None else read_instance(given["instance"])
    return {
        "changed": False,
        "topology": production.topology,
        "volumes": production.volumes,
        "notes": production.notes,
        "table": table(production),
        "yaml": as_yaml(production),
    }


def _of_files(given: dict[str, t.Any]) -> Production:
    problems: list[str] = []
    read = {
        kind: [
            File(file.name, file.text)
            for file in read_named(given[kind] or [], endings, problems, given["directory"] or "")
        ]
        for kind, endings in KINDS.items()
    }
    parameters = {str(name): _text(value) for name, value in (given["parameters"] or {}).items()}
    roles = {str(pattern): str(role) for pattern, role in (given["roles"] or {}).items()}
    return read_production(Files(**read, parameters=parameters), roles, problems)


def _text(value: object) -> str:
    """Return a parameter as it is written in a Template: YAML makes booleans of true and false."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def main() -> None:
    named = {"type": "list", "elements": "str"}
    module = AnsibleModule(
        argument_spec={
            "manifests": named,
            "fstab": named,
            "compose": named,
            "directory": {"type": "path"},
            "parameters": {"type": "dict"},
            "roles": {"type": "dict"},
            "instance": {"type": "list", "elements": "dict"},
        },
        required_one_of=[[*KINDS, "instance"]],
        mutually_exclusive=[("instance", option) for option in OF_FILES],
        supports_check_mode=True,
    )
    run(module, nas_topology_info)


if __name__ == "__main__":
    main()
