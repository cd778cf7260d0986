#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_files_info
short_description: Report the files on NAS servers, and wait for them
version_added: 1.1.0
description:
  - Lists what is on NAS servers as a client sees it, over NFS and without a mount. All servers are looked at at the same time.
  - It can wait until a number of files is there, as a test does for what a service writes.
  - Links are not followed, and files that a sync agent is writing are left out. What goes while it looks is left out, too.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.info_module
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
requirements:
  - nfs-rs (Python package), on Python 3.11 and newer
  - podman >= 4.3 with runc or crun, for the engine V(podman)
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
options:
  servers:
    description:
      - Names of the servers of O(topology) that are looked at. Without it, all that are enabled.
      - One that is named and disabled is an error.
  path:
    description:
      - A directory of the servers, such as V(orders/today). One that is not there has no files.
      - With C(exports) in the topology, paths begin with the C(subdirectory) of an export, as in the Windows directory.
    type: str
    default: ""
  patterns:
    description:
      - Shell patterns (as those of C(fnmatch)), one of which must match a file's name.
      - One with a slash in it must match the path below O(path).
    type: list
    elements: str
    default: ["*"]
  file_type:
    description:
      - What is listed.
    type: str
    choices:
      - file
      - directory
      - link
      - any
    default: file
  recurse:
    description:
      - Whether directories below O(path) are looked into.
    type: bool
    default: true
  checksum:
    description:
      - Whether files are read for RV(files[].sha256).
    type: bool
    default: true
  contents:
    description:
      - Whether files are read for RV(files[].content).
    type: bool
    default: false
  wait_for:
    description:
      - What is waited for, on each of the servers. The task fails when it is not there in time.
    type: dict
    suboptions:
      pattern:
        description:
          - A pattern, as in O(patterns). The files that it matches need not be among those that are listed.
        type: str
        required: true
      count:
        description:
          - How many files must be there at least.
        type: int
        default: 1
      timeout:
        description:
          - For how many seconds they are waited for.
        type: float
        default: 60
notes:
  - A file that a service is still writing is a file, too. Wait for the one that the service writes last.
seealso:
  - module: file_simulator.nas.nas_validate
"""

EXAMPLES = r"""
- name: Wait until the service has written its three reports
  file_simulator.nas.nas_files_info:
    servers:
      - nas-output-1
    path: reports
    patterns: "*.csv"
    wait_for:
      pattern: "*.done"
      count: 3
      timeout: 30
  register: reports

- name: Assert what the first one says
  ansible.builtin.assert:
    that:
      - reports.files[0].sha256 == "da0e5ac4..."

- name: List everything that the input servers have
  file_simulator.nas.nas_files_info:
    servers:
      - nas-input-1
      - nas-input-2
"""

RETURN = r"""
files:
  description: The files, by server in the order of the topology or of O(servers), and by path.
  returned: always, also when the task fails because a file did not come
  type: list
  elements: dict
  contains:
    server:
      description: The server's name.
      type: str
      sample: nas-output-1
    path:
      description: The path below the server's directory.
      type: str
      sample: reports/2026-11.csv
    type:
      description: V(file), V(directory), V(link) or V(other).
      type: str
      sample: file
    size:
      description: The size in bytes; of a file that was read, of what was read.
      type: int
      sample: 1024
    sha256:
      description: The SHA-256 checksum of a file, null for all else, and without O(checksum).
      type: str
    content:
      description: The text of a file, null when it is not UTF-8.
      returned: when O(contents) is set and the file has no more than 1 MiB
      type: str
    mtime:
      description: When it was last written, in seconds since 1970.
      type: float
    mode:
      description: The permissions.
      type: str
      sample: "0644"
    uid:
      description: The owner's number.
      type: int
    gid:
      description: The group's number.
      type: int
lines:
  description:
    - A line for each of RV(files), checksum (without one, the size) and place, as C(sha256sum) has them; directories and
      links have their type. Two lists differ where files do.
  returned: always, also when the task fails because a file did not come
  type: list
  elements: str
matched:
  description: How many files there are.
  returned: success
  type: int
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC, enabled
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._data.files_info import (
    directory_of,
    files_info,
    lines,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._data.listing import Query, Wanted
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.rs_client import (
    NFS_RS_IMPORT_ERROR,
    RsClient,
)


def nas_files_info(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    if NFS_RS_IMPORT_ERROR:
        raise SimulatorError(missing_required_lib("nfs-rs"), exception=NFS_RS_IMPORT_ERROR)
    query = Query(
        top=directory_of(given["path"]),
        patterns=tuple(given["patterns"]),
        kind="" if given["file_type"] == "any" else given["file_type"],
        recurse=given["recurse"],
        checksum=given["checksum"],
        content=given["contents"],
        wanted=Wanted(**given["wait_for"]) if given["wait_for"] else None,
    )
    engine, _topology, servers = open_engine(module)
    files = files_info(engine, enabled(servers, named=given["servers"] is not None), query, RsClient)
    return {"changed": False, "files": files, "lines": lines(files), "matched": len(files)}


def main() -> None:
    wanted = {
        "pattern": {"type": "str", "required": True},
        "count": {"type": "int", "default": 1},
        "timeout": {"type": "float", "default": 60},
    }
    module = AnsibleModule(
        argument_spec={
            **TOPOLOGY_SPEC,
            **ENGINE_SPEC,
            "path": {"type": "str", "default": ""},
            "patterns": {"type": "list", "elements": "str", "default": ["*"]},
            "file_type": {"type": "str", "choices": ["file", "directory", "link", "any"], "default": "file"},
            "recurse": {"type": "bool", "default": True},
            "checksum": {"type": "bool", "default": True},
            "contents": {"type": "bool", "default": False},
            "wait_for": {"type": "dict", "options": wanted},
        },
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_files_info)


if __name__ == "__main__":
    main()
