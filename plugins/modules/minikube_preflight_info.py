#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: minikube_preflight_info
short_description: Report what keeps this machine from running a Minikube node
version_added: 1.0.0
description:
  - Looks at virtualisation or the container engine, memory, disk, and the rights that a driver wants, without changing
    anything. Each problem is one line that says what to do.
  - It does not fail on problems, so that a play can choose something else.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.info_module
  - file_simulator.nas._minikube
  - file_simulator.nas._minikube.drive_root
  - file_simulator.nas._minikube.node
options:
  disk:
    description:
      - The free space that minikube is to find where it keeps its profiles, in MiB.
    type: int
    default: 10240
seealso:
  - module: file_simulator.nas.minikube_profile
"""

EXAMPLES = r"""
- name: Look whether a node in Docker can run here
  file_simulator.nas.minikube_preflight_info:
  register: preflight

- name: Say what stands in the way
  ansible.builtin.debug:
    var: preflight.problems
"""

RETURN = r"""
problems:
  description: What stands in the way, one line each. Empty when a node can run.
  returned: always
  type: list
  elements: str
  sample: ["driver docker: docker is not installed; it comes with Docker Engine or Docker Desktop"]
installed:
  description: Whether minikube itself is installed.
  returned: always
  type: bool
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.minikube import (
    DATA_ROOT_SPEC,
    MINIKUBE_SPEC,
    find_minikube,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import verbatim
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.preflight import look, problems
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import DRIVERS
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import find_drives


def minikube_preflight_info(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    minikube = find_minikube(module, find_drives(drive_root(given["drive_root"], "")))
    # What is not installed yet is known by its name.
    on_windows = (minikube.executable if minikube else given["executable"]).lower().endswith(".exe")
    home = given["minikube_home"] or str(Path.home() / ".minikube")
    seen = look(
        given["driver"],
        on_windows,
        home,
        verbatim(module.run_command),
        lambda name: module.get_bin_path(name) is not None,
    )
    found = problems(given["driver"], given["memory"], given["disk"], given["force"], seen)
    return {"changed": False, "installed": minikube is not None, "problems": found}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **MINIKUBE_SPEC,
            "drive_root": DATA_ROOT_SPEC["drive_root"],
            "driver": {"type": "str", "choices": list(DRIVERS), "default": "docker"},
            "memory": {"type": "int", "default": 8192},
            "disk": {"type": "int", "default": 10240},
            "force": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    run(module, minikube_preflight_info)


if __name__ == "__main__":
    main()
