# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology of servers that run, from their reports. Private to file_simulator.nas. Pure.

Reports are what nas_server_info returns. What they do not tell is what a role has.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError, combined
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import AUTO, NFS_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import EXPORT_PATH
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import ROLES
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings, Place
from ansible_collections.file_simulator.nas.plugins.module_utils._production.plain import Mapping, mapping, mappings
from ansible_collections.file_simulator.nas.plugins.module_utils._production.production import Production
from ansible_collections.file_simulator.nas.plugins.module_utils._production.roles import BACKUP

_ABSENT = "absent"
_OPTIONS = {True: "ro,sync,no_root_squash", False: "rw,sync,no_root_squash"}
_NEEDED = ("name", "role", "state", "instance", "windows_directory")


def read_instance(reports: t.Sequence[Mapping]) -> Production:
    """Return the topology of the servers that are there, stopped ones among them.

    Raises:
        SimulatorError: a report is none, or no server is there.
    """
    problems = [f"instance[{number}]: {wrong}" for number, each in enumerate(reports, 1) for wrong in _problems(each)]
    if problems:
        raise combined(problems)
    there = [each for each in reports if each["state"] != _ABSENT]
    instances = sorted({str(each["instance"]) for each in there})
    if len(instances) != 1:
        what = (
            f"its servers are of several: {', '.join(map(visible, instances))}" if instances else "no server is there"
        )
        raise SimulatorError(f"instance: {what}; give the servers that nas_server_info returns for one instance")
    findings = Findings()
    roots = {str(each["windows_directory"]).rpartition("\\")[0] for each in there}
    root = roots.pop() if len(roots) == 1 else ""
    namespaces = {str(mapping(each, "cluster").get("namespace", default.NAMESPACE)) for each in there}
    topology = {
        "instance": instances[0],
        **({"namespace": namespaces.pop()} if namespaces != {default.NAMESPACE} else {}),
        **({"data_root": root} if root else {}),
        "servers": [_entry(each, root) for each in there],
    }
    findings.note(
        Place("", 0, "instance", "", instances[0]),
        "clients, owners, resources, and words of exports(5) other than ro and rw are not in reports; they are as the "
        "roles have them",
    )
    read_topology(topology)
    return Production(topology, [], findings.notes)


def _problems(report: t.Any) -> list[str]:
    missing = [key for key in _NEEDED if not mapping(report).get(key)]
    if missing:
        return [f"has no {missing[0]}; give the servers that nas_server_info returns"]
    return [] if report["role"] in ROLES else [f"role: '{visible(report['role'])}' is unknown"]


def _entry(report: Mapping, root: str) -> dict[str, t.Any]:
    above, _backslash, last = str(report["windows_directory"]).rpartition("\\")
    directory = str(report["windows_directory"]) if above != root else last
    role = default.BY_ROLE[report["role"]]
    mode = report.get("sync_mode")
    kept = {"type": report.get("storage"), "size_limit": report.get("size_limit")}
    storage = {key: value for key, value in kept.items() if value and value != default.STORAGE[key]}
    closed = bool(report.get("read_only"))
    return {
        "name": report["name"],
        "role": report["role"],
        **({"directory": directory} if directory != report["name"] else {}),
        **_endpoint(report),
        **({"aliases": list(report["aliases"])} if report.get("aliases") else {}),
        **({"export_options": _OPTIONS[closed]} if closed != (report["role"] == BACKUP) else {}),
        **_exports(report, closed),
        **({"sync": {"mode": mode}} if mode and mode != role["sync_mode"] else {}),
        **({"storage": storage} if storage else {}),
    }


def _endpoint(report: Mapping) -> dict[str, t.Any]:
    port, mount_port = report.get("port"), report.get("mount_port")
    versions = list(report.get("nfs_versions") or [report.get("nfs_version", 4)])
    found: dict[str, t.Any] = {}
    if report.get("address"):
        found["address"] = report["address"]
    elif port != NFS_PORT:
        found["port"] = port or AUTO
    if versions == [3] and mount_port in (None, port):
        # Ganesha has another port for MOUNT.
        return {**found, "nfs_server": "unfs3"}
    if versions != [4]:
        found["nfs_versions"] = versions
        if mount_port and "port" in found:
            found["mount_port"] = mount_port
    return found


def _exports(report: Mapping, closed: bool) -> dict[str, t.Any]:
    listed = mappings(report, "exports") or [{"path": report.get("path", EXPORT_PATH)}]
    exports = [
        {
            "path": each["path"],
            **({"subdirectory": each["subdirectory"]} if each.get("subdirectory") else {}),
            **({"export_options": _OPTIONS[not closed]} if bool(each.get("read_only", closed)) != closed else {}),
        }
        for each in listed
    ]
    return {} if exports == [{"path": EXPORT_PATH}] else {"exports": exports}
