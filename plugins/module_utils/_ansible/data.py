# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Windows directories that a module puts test data into. Private to file_simulator.nas."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._data.place import Place
from ansible_collections.file_simulator.nas.plugins.module_utils._data.record import Record
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import marker_of
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import drive_root, home_of_caller
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import (
    check_answering,
    check_drive,
    find_drives,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.tree import WindowsTree

# As the registry of Windows directories: who is not root keeps it at home.
_HOME = ".local/state/file-simulator"


def check_given(given: t.Mapping[str, t.Any]) -> None:
    """Raise SimulatorError where it is not said what is put, or where: a null is not all servers, nor an empty fixture."""
    fixtures = [name for name in ("src", "contents") if given[name] is not None]
    if given["state"] == "empty":
        if fixtures:
            raise SimulatorError(f"{fixtures[0]}: nothing is put with state 'empty'; leave it out")
        return
    if not given["servers"]:
        raise SimulatorError("servers: is missing; name the servers that get the fixture")
    if not fixtures:
        raise SimulatorError("src: is missing; name a directory or an archive, or give contents")


def places(module: AnsibleModule, topology: Topology, servers: t.Sequence[Server]) -> dict[str, Place]:
    """Return the servers' Windows directories, by name.

    Raises SimulatorError when one is not mounted, not laid out, or that of another server or instance.
    """
    given = module.params
    drives = find_drives(drive_root(given["drive_root"], topology.instance, given["state_directory"]))
    paths = (topology.data_root, *(server.directory for server in servers))
    check_answering(drives, paths)
    for path in paths:
        check_drive(drives, path)
    kept_in = given["state_directory"] if os.geteuid() == 0 else os.path.join(home_of_caller(), _HOME)
    found = {}
    for server in servers:
        marker_of(server, topology.data_root, drives, topology.instance, guess=False)
        local = drives.local(server.directory)
        record = Record(kept_in, topology.instance, server.name, local)
        found[server.name] = Place(server.name, str(server.directory), WindowsTree(local), record)
    return found
