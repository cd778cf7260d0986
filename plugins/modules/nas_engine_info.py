#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_engine_info
short_description: Report which engine runs NAS servers, or is to run them
version_added: 1.0.0
description:
  - Chooses between a Minikube profile, another cluster and the local engine podman, and returns the reason.
  - Runs no program. Asks the network only where the choice hangs on whether Minikube can be downloaded.
  - The role P(file_simulator.nas.nas_engine#role) passes the choice on to the other roles.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.info_module
options:
  engine:
    description:
      - V(podman), V(minikube) and V(kubernetes) are taken, and refused where another engine runs the instance on the same ports.
      - V(auto) keeps what runs the instance already; else it takes the cluster that O(context) names; else Minikube,
        where it is installed or can be, and has a driver; else podman.
    type: str
    choices:
      - auto
      - minikube
      - kubernetes
      - podman
    default: auto
  running:
    description:
      - Whether to tell what runs the servers now, instead of what is to run them. V(podman) stands for nothing at all then.
    type: bool
    default: false
  topology:
    description:
      - The topology as M(file_simulator.nas.nas_server) takes it. Its C(instance) is what the choice is about.
    type: dict
    default: {}
  kubeconfig:
    description:
      - The file that says how clusters are reached. Empty for C(~/.kube/config).
    type: path
    default: ""
  context:
    description:
      - Which of its clusters the user names, if any.
    type: str
    default: ""
  node_address:
    description:
      - The address at which the managed machine reaches NodePorts, where the user names it.
    type: str
    default: ""
  node_data_root:
    description:
      - Where the cluster's nodes have the data root, where the user names it.
    type: str
    default: ""
  state_directory:
    description:
      - Where the engine podman keeps the servers' configuration.
    type: path
    default: /var/lib/file-simulator
  record:
    description:
      - The file in which the role P(file_simulator.nas.nas_engine#role) remembers the cluster of an instance. It need not be there.
    type: path
    default: ~/.local/state/file-simulator/engine.json
  minikube_executable:
    description:
      - Name or path of Minikube's program.
    type: str
    default: minikube
  minikube_directory:
    description:
      - Where the role minikube installs it. Looked at before the directories of E(PATH).
    type: path
    default: ~/.local/bin
  minikube_home:
    description:
      - Where Minikube keeps its profiles. Empty for E(MINIKUBE_HOME) or C(~/.minikube), where it does by itself.
    type: path
    default: ""
  minikube_profile:
    description:
      - Its profile for NAS servers.
    type: str
    default: file-simulator
  minikube_driver:
    description:
      - The driver that Minikube is to use. Empty for docker or kvm2, whichever is usable.
    type: str
    default: ""
  minikube_install:
    description:
      - Whether Minikube may be installed.
    type: bool
    default: true
  minikube_url:
    description:
      - Where it would be downloaded from, or a directory of that. Without it, nothing can be downloaded.
    type: str
    default: ""
seealso:
  - module: file_simulator.nas.nas_server
"""

EXAMPLES = r"""
- name: Choose an engine
  file_simulator.nas.nas_engine_info:
  register: engine

- name: Say which, and why
  ansible.builtin.debug:
    msg: "{{ engine.line }}"
"""

RETURN = r"""
choice:
  description: V(podman), V(kubernetes) or V(minikube).
  returned: always
  type: str
  sample: podman
engine:
  description: The same as the O(engine) of other modules, to which Minikube is a cluster like any other.
  returned: always
  type: str
  sample: podman
reason:
  description: Why it is.
  returned: always
  type: str
  sample: it runs instance file-simulator already
line:
  description: Both in one line, for people.
  returned: always
  type: str
  sample: "Engine: podman, on this machine: it runs instance file-simulator already"
cluster:
  description: The cluster. With podman, what the user names and nobody needs.
  returned: always
  type: dict
  contains:
    kubeconfig:
      description: The file that says how it is reached.
      type: str
    context:
      description: Its name there. Minikube calls it as its profile.
      type: str
    node_address:
      description: The address at which the managed machine reaches NodePorts. Empty for that of a server's node.
      type: str
    node_data_root:
      description: Where its nodes have the data root.
      type: str
minikube:
  description: The path of Minikube's program, empty where there is none.
  returned: always
  type: str
driver:
  description: The driver that Minikube could use, empty where there is none.
  returned: always
  type: str
root:
  description: Whether the caller is root, as podman needs it.
  returned: always
  type: bool
distribution:
  description: C(distribution), C(distribution_version) and C(distribution_major_version) of the machine, as facts call them.
  returned: always
  type: dict
"""

import dataclasses
import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engine_choice import (
    cluster_of,
    distribution,
    environment_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import environment
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.choice import (
    ASKED,
    AUTO,
    choose,
    wants_download,
)

_DOWNLOAD_SECONDS = 3


def nas_engine_info(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    asked, running = given["engine"], given["running"]
    seen = environment_of(module)
    if wants_download(asked, seen, running=running):
        url = given["minikube_url"]
        reachable = bool(url) and environment.download_answers(url, _DOWNLOAD_SECONDS)
        seen = dataclasses.replace(seen, download=reachable)
    choice = choose(asked, seen, running=running)
    return {
        "changed": False,
        "choice": choice.choice,
        "engine": choice.engine,
        "reason": choice.reason,
        "line": choice.line,
        "cluster": cluster_of(choice, given),
        "minikube": seen.minikube,
        "driver": seen.driver,
        "root": os.geteuid() == 0,
        "distribution": distribution(),
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "engine": {"type": "str", "choices": list(ASKED), "default": AUTO},
            "running": {"type": "bool", "default": False},
            "topology": {"type": "dict", "default": {}},
            "kubeconfig": {"type": "path", "default": ""},
            "context": {"type": "str", "default": ""},
            "node_address": {"type": "str", "default": ""},
            "node_data_root": {"type": "str", "default": ""},
            "state_directory": {"type": "path", "default": "/var/lib/file-simulator"},
            "record": {"type": "path", "default": "~/.local/state/file-simulator/engine.json"},
            "minikube_executable": {"type": "str", "default": "minikube"},
            "minikube_directory": {"type": "path", "default": "~/.local/bin"},
            "minikube_home": {"type": "path", "default": ""},
            "minikube_profile": {"type": "str", "default": "file-simulator"},
            "minikube_driver": {"type": "str", "default": ""},
            "minikube_install": {"type": "bool", "default": True},
            "minikube_url": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    run(module, nas_engine_info)


if __name__ == "__main__":
    main()
