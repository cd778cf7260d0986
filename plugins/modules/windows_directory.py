#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: windows_directory
short_description: Create the Windows directories of NAS servers
version_added: 1.0.0
description:
  - Creates the data root and the directory of each server from their Windows paths, and puts a marker into each.
    The marker tells a directory from the empty mount point in its place.
  - Under WSL, C(C:\simulator-data) is C(/mnt/c/simulator-data), or below the automount root of C(/etc/wsl.conf).
    On other Unix-like machines O(drive_root) stands for the drives.
  - A Windows machine can be managed itself, over ssh, psrp or winrm with the shell PowerShell. The collection
    C(ansible.windows) is needed for that where Ansible runs. The result and the promises are the same.
  - Warns where the drive has less free space than the servers may bring to it, and where paths are so long that Windows
    programs will stop at what is put below them.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.full
  - file_simulator.nas._topology
options:
  state:
    description:
      - V(present) creates what is missing. A directory that was laid out before and is empty without its marker is an
        error, since it is a data root that is not mounted. So is one that is missing where another file system has
        its place than when it was laid out.
      - V(absent) removes markers, and those directories that the module created and that are empty. The data root is
        among them when O(servers) is not given.
    type: str
    choices:
      - present
      - absent
    default: present
  force:
    description:
      - With O(state=absent), remove the directories' files, too. Only directories with a marker are touched.
    type: bool
    default: false
  take_over:
    description:
      - With O(state=present), take over directories that are marked as those of another server or another instance, once
        that is gone for good. They get a new generation, so that no agent takes them for what it knows.
    type: bool
    default: false
    version_added: 1.1.0
  registry:
    description:
      - The file in which the machine remembers what it laid out. Without it,
        C(~/.local/state/file-simulator/directories.json), where C(~) is the same directory as for O(drive_root).
      - On a Windows machine a path that does not begin with a drive or a C(%VARIABLE%), such as the default, stands for
        C(%LOCALAPPDATA%\file-simulator\directories.json).
    type: path
  state_directory:
    description:
      - Where engines record what an instance runs on.
    type: path
    default: /var/lib/file-simulator
seealso:
  - module: file_simulator.nas.nas_server
"""

EXAMPLES = r"""
- name: Create C:\simulator-data with the directories of the seven servers
  file_simulator.nas.windows_directory:

- name: Create the directories on another drive
  file_simulator.nas.windows_directory:
    topology:
      data_root: D:\tests\simulator-data

- name: Remove the directories, and the files in them
  file_simulator.nas.windows_directory:
    state: absent
    force: true
"""

RETURN = r"""
data_root:
  description: The data root.
  returned: always
  type: dict
  contains:
    windows_directory:
      description: As Windows writes it.
      type: str
      sample: C:\simulator-data
    local_directory:
      description: As the managed machine sees it.
      type: str
      sample: /mnt/c/simulator-data
    free_bytes:
      description: The free space on its drive, null while it does not exist.
      type: int
directories:
  description: The servers' directories.
  returned: always
  type: list
  elements: dict
  contains:
    server:
      description: The server's name.
      type: str
    windows_directory:
      description: As Windows writes it.
      type: str
    local_directory:
      description: As the managed machine sees it.
      type: str
drive_root:
  description: The directory that stands for Windows drives, null where the machine sees real ones.
  returned: always
  type: str
drives:
  description:
    - V(wsl) where the machine sees Windows drives, V(windows) where it is a Windows machine, and V(emulated) where a
      directory stands for them.
  returned: always
  type: str
"""

import contextlib
import os
import uuid

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import (
    LAYOUT_SPEC,
    chosen,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root, home_of_caller
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import (
    check_answering,
    check_drive,
    find_drives,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.file_system import check_mounted
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout import (
    carry_out,
    free_bytes,
    observe,
    observe_subdirectory,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_plan import (
    Claim,
    layout_result,
    places_of,
    remembered,
    remembered_file_systems,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_warnings import layout_warnings
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.real_paths import check_apart
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.registry import Registry
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.subdirectories import (
    plan_layout,
    subdirectories_of,
)

_REGISTRY = ".local/state/file-simulator/directories.json"


def windows_directory(module: AnsibleModule) -> dict[str, object]:
    topology = read_topology(module.params["topology"])
    servers = chosen(topology, module.params["servers"])
    drives = find_drives(drive_root(module.params["drive_root"], topology.instance, module.params["state_directory"]))
    paths = (topology.data_root, *(server.directory for server in servers))
    check_answering(drives, paths)
    for path in paths:
        check_drive(drives, path)
    places = places_of(topology, servers, drives.local)
    registry = Registry(module.params["registry"] or os.path.join(home_of_caller(), _REGISTRY))
    with contextlib.nullcontext() if module.check_mode else registry.locked("windows_directory"):
        known, file_systems = registry.read(), registry.file_systems()
        observed = [observe(place, known) for place in places]
        inner = [observe_subdirectory(place) for place in subdirectories_of(servers, drives.local)]
        if module.params["state"] == "present":
            check_apart(places, known, topology.instance)
            # A drive of WSL's was checked above, and is called otherwise in another release.
            check_mounted(observed, {} if drives.kind == "wsl" else file_systems, registry.path)
        claim = Claim(topology.instance, [str(uuid.uuid4()) for _place in places], module.params["take_over"])
        steps = plan_layout(
            module.params["state"],
            observed,
            inner,
            claim,
            force=module.params["force"],
            whole=module.params["servers"] is None,
        )
        remember = remembered(known, steps), remembered_file_systems(file_systems, observed, steps)
        if not module.check_mode:
            carry_out(steps)
            if steps or remember != (known, file_systems):
                registry.write(*remember)
    root = places[0].path
    free = free_bytes(root)
    if module.params["state"] == "present":
        for line in layout_warnings(topology, servers, free, long_paths=drives.kind != "wsl"):
            module.warn(line)
    emulated = drives.root if drives.kind == "emulated" else None
    return layout_result(drives.kind, observed, free if os.path.isdir(root) else None, steps, emulated)


def main() -> None:
    module = AnsibleModule(argument_spec=LAYOUT_SPEC, supports_check_mode=True)
    run(module, windows_directory)


if __name__ == "__main__":
    main()
