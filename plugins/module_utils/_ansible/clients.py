# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients are given, and where it goes, from a module's parameters. Private to file_simulator.nas."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.file_simulator.nas.plugins.module_utils._clients.cluster import ClientCluster
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.documents import (
    FORMATS,
    YAML_FORMATS,
    YAML_IMPORT_ERROR,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import SERVER_ADDRESSES
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.files import ClientFiles
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.publish import Destinations
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root

CLIENTS_SPEC: dict[str, t.Any] = {
    "server_address": {"type": "str", "choices": list(SERVER_ADDRESSES)},
    "actimeo": {"type": "int", "default": 1},
    "namespaces": {"type": "list", "elements": "str", "default": []},
    "prefix": {"type": "str", "default": ""},
    "labels": {"type": "dict", "default": {}},
    "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": list(FORMATS)},
    "directory": {"type": "path"},
    "mount_root": {"type": "path", "default": "/mnt"},
    "volumes": {"type": "list", "elements": "dict", "default": []},
    "keep_names": {"type": "bool", "default": False},
    "example": {
        "type": "dict",
        "options": {
            "image": {"type": "str", "required": True},
            "program": {"type": "str", "required": True},
            "servers": {"type": "list", "elements": "str", "default": []},
            "apply": {"type": "bool", "default": True},
        },
    },
}


def destinations(module: AnsibleModule, naming: Naming) -> Destinations:
    """Return the cluster and the directory that a module's parameters name; None for what they do not.

    Raises:
        SimulatorError: a cluster is to have the objects, and is not named, or the library to reach it is not there.
    """
    given = module.params
    files = None
    if given["directory"]:
        below = drive_root(given["drive_root"], naming.instance, given["state_directory"])
        files = ClientFiles(os.path.join(below, given["directory"]), naming.instance)
    apply = given["apply"] if given["apply"] is not None else bool(given["context"])
    if not apply:
        return Destinations(None, files)
    # See there for why not at the top.
    from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.kubernetes import (
        check_package,
        open_named,
    )

    check_package()
    for option in ("kubeconfig", "context"):
        if not given[option]:
            raise SimulatorError(
                f"{option}: is empty; name the cluster that is to have the objects, or set apply: false"
            )
    return Destinations(ClientCluster(open_named(given), naming), files)


def check_yaml(formats: list[str]) -> None:
    """Raise SimulatorError when one of the formats needs PyYAML, and that is not there."""
    needed = [name for name in formats if name in YAML_FORMATS]
    if needed and YAML_IMPORT_ERROR:
        raise SimulatorError(f"formats: {needed[0]}: {missing_required_lib('PyYAML')}", exception=YAML_IMPORT_ERROR)
