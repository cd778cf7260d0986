#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: minikube_image
short_description: Load an image archive into a Minikube profile
version_added: 1.0.0
description:
  - Loads an archive, as M(file_simulator.nas.nas_image) makes it, into the nodes of a running profile, unless they have the
    image already. No image registry is asked.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.full
  - file_simulator.nas._minikube
  - file_simulator.nas._minikube.drive_root
options:
  image:
    description:
      - The image's name with its tag.
    type: str
    required: true
  archive:
    description:
      - The file that has it, as C(docker save) writes them.
    type: path
    required: true
seealso:
  - module: file_simulator.nas.nas_image
  - module: file_simulator.nas.minikube_profile
"""

EXAMPLES = r"""
- name: Load the NAS image into the profile file-simulator
  file_simulator.nas.minikube_image:
    image: "{{ nas_image_reference }}"
    archive: "{{ nas_image_archive }}"
"""

RETURN = r"""
image:
  description: The image's name with its tag.
  returned: always
  type: str
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.minikube import (
    DATA_ROOT_SPEC,
    MINIKUBE_SPEC,
    find_minikube,
    open_minikube,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.cli import Minikube
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.options import check_name
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import find_drives


def minikube_image(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    name = check_name(given["name"])
    drives = find_drives(drive_root(given["drive_root"], ""))
    minikube = find_minikube(module, drives) if module.check_mode else open_minikube(module, drives)
    if minikube is None:
        return _result(given["image"], loaded=False)
    status = minikube.status(name)
    running = status is not None and status.word == "running"
    # In check mode the profile may not be there yet, nor the archive.
    if not running and not module.check_mode:
        word = "unreadable" if status is None else status.word
        raise SimulatorError(f"profile {name}: is {word}, not running; start it with minikube_profile")
    loaded = running and given["image"] in minikube.images(name)
    if not loaded and not module.check_mode:
        _load(minikube, name, given["image"], given["archive"])
    return _result(given["image"], loaded)


def _result(image: str, loaded: bool) -> dict[str, object]:
    return {
        "changed": not loaded,
        "image": image,
        "diff": {"before": {"image": image if loaded else None}, "after": {"image": image}},
    }


def _load(minikube: Minikube, name: str, image: str, archive: str) -> None:
    operation = f"profile {name}: load {archive}"
    if not os.path.isfile(archive):
        raise SimulatorError(f"archive: {archive} is no file; let the module nas_image make it")
    answer = minikube.call(["image", "load", f"--profile={name}", minikube.foreign_path(archive)], operation)
    # "image load" ends well when a node refuses the archive, too.
    if image not in minikube.images(name):
        raise answer.error(f"{operation}: the node does not have {image} after that; check that the archive is whole")


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **MINIKUBE_SPEC,
            "drive_root": DATA_ROOT_SPEC["drive_root"],
            "image": {"type": "str", "required": True},
            "archive": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    run(module, minikube_image)


if __name__ == "__main__":
    main()
