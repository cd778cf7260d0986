#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_server_info
short_description: Report the status of NAS servers
version_added: 1.0.0
description:
  - Reports on the NAS servers of a topology, their addresses, how to mount them, their sync agents, and whether they
    answer. Each running server is asked over NFS, from outside.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.info_module
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
requirements:
  - jmespath, when O(query) is given
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
options:
  query:
    description:
      - A JMESPath expression that is applied to the list of reports. Its result is returned as RV(result).
      - Servers that the topology has disabled are in that list, too, as they are in RV(servers), for one that still runs is to
        be found. They are V(absent) where all is well, so ask for C(enabled) where you ask for those that are not ready.
    type: str
seealso:
  - module: file_simulator.nas.nas_server
"""

EXAMPLES = r"""
- name: Ask how the servers are
  file_simulator.nas.nas_server_info:
  register: nas

- name: Get the ports of the servers that do not answer
  file_simulator.nas.nas_server_info:
    query: "[?enabled && state!='ready'].port"
  register: silent
"""

RETURN = r"""
servers:
  description: One report a server, in the order of the topology.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The server's name.
      type: str
      sample: nas-input-1
    role:
      description: Its role.
      type: str
      sample: input
    enabled:
      description: Whether the topology wants it to run.
      type: bool
    engine:
      description: What runs it.
      type: str
      sample: podman
    instance:
      description: The instance that it belongs to.
      type: str
      sample: file-simulator
    state:
      description:
        - V(ready) when it answers over NFS, V(not_answering) when it runs but does not, V(broken) when a part of it does not run,
          V(stopped), or V(absent).
      type: str
      sample: ready
    problem:
      description: What is wrong, empty when nothing is.
      type: str
    summary:
      description: Its name, state and problem in one line.
      type: str
    windows_directory:
      description: Its Windows directory as testers see it.
      type: str
      sample: C:\simulator-data\nas-input-1
    local_directory:
      description: The same directory as the managed machine sees it.
      type: str
      sample: /mnt/c/simulator-data/nas-input-1
    host:
      description: The address at which the managed machine reaches it.
      type: str
      sample: 127.0.0.1
    port:
      description: Its port, null while one that is left to the engine has not been chosen.
      type: int
      sample: 32150
    mount_port: {description: "The port of NFSv3's MOUNT, null without NFSv3 and while it is not chosen.", type: int}
    address: {description: "The address of its own that the topology gives it, else empty.", type: str, sample: 127.7.7.1}
    aliases: {description: "Production's names for it.", type: list, elements: str, sample: [nas01.corp.example]}
    path: {description: "What clients mount, its first export.", type: str, sample: /data}
    exports:
      description: All that clients can mount, in the order of the topology.
      type: list
      elements: dict
      contains:
        path: {description: What clients mount., type: str, sample: /vol/in1}
        subdirectory: {description: "The part of the Windows directory that is exported, empty for the whole.", type: str}
        windows_directory: {description: "The same as testers see it.", type: str, sample: 'C:\simulator-data\nas01\in1'}
        local_directory: {description: The same directory as the managed machine sees it., type: str}
        read_only: {description: Whether the export refuses writes., type: bool}
        mount_command: {description: "A complete command that mounts it, empty while the server has no port.", type: str}
    nfs_version:
      description: The version of NFS to mount it with, V(3) or V(4).
      type: int
    nfs_versions: {description: "The versions of NFS that it speaks, V(3), V(4) or both.", type: list, elements: int}
    mount_options:
      description: Options for the NFS client of the Linux kernel, empty while it has no port.
      type: str
      sample: nfsvers=4.1,proto=tcp,port=32150,hard
    mount_command:
      description: A complete command that mounts it, empty while it has no port.
      type: str
    fsid:
      description: The file system id that clients see, null when the server does not answer.
      type: str
      sample: "1.1"
    read_only:
      description: Whether its first export refuses writes.
      type: bool
    storage:
      description: The type of its storage.
      type: str
      sample: empty_dir
    size_limit: {description: "The size that the topology gives its storage.", type: str, sample: 500Mi}
    at_size_limit: {description: "What happens there, V(no_space), V(evicted) with the pod, V(claim) or V(nothing).", type: str}
    sync_mode:
      description: What its sync agent propagates.
      type: str
      sample: windows_to_nas
    sync:
      description:
        - What its sync agent last said of itself, null where there is none. Of its keys C(watching) says for each source,
          C(windows) and C(nas), how changes are noticed there, V(inotify), or V(polling) and why.
      type: dict
    space:
      description: Free and all bytes, null where it is not known.
      type: dict
      contains:
        nas_free:
          description: What a client may still write, as C(df) shows it. Not known with NFSv3, or when the server does not answer.
          type: int
        nas_total:
          description: All that the file system below the export has.
          type: int
        windows_free:
          description: What is free on the drive of the Windows directory.
          type: int
        windows_total:
          description: All that the drive has.
          type: int
    warnings:
      description:
        - What deserves attention although the server runs. That sync is halted and why, that its agent is silent or lags behind,
          conflicts, refused paths and paths that fail (ten of each with the reason), and little free space.
      type: list
      elements: str
    faults: {description: "Faults that are on, as M(file_simulator.nas.nas_fault_info) has them.", type: list, elements: dict}
    containers:
      description: The state of each of its containers.
      type: dict
    cluster:
      description: Where it is in its cluster, null with another engine.
      type: dict
      contains:
        context:
          description: The kubeconfig's name for the cluster.
          type: str
        namespace:
          description: Its namespace.
          type: str
          sample: file-simulator
        dns_name:
          description: The name under which pods find it.
          type: str
          sample: nas-input-1.file-simulator.svc.cluster.local
        cluster_ip:
          description: The address under which pods and nodes reach it. The one to put into a PersistentVolume.
          type: str
        cluster_port:
          description: Its port at C(dns_name) and C(cluster_ip).
          type: int
          sample: 2049
        pod:
          description: Its pod, empty when it has none.
          type: str
        node: {description: The node that runs the pod., type: str}
        restarts: {description: How often its containers were started again., type: int}
        last_error: {description: "How a container ended that was started again since, empty when none was.", type: str}
table:
  description: The reports as lines of a table, for people.
  returned: always
  type: list
  elements: str
result:
  description: The result of O(query).
  returned: when O(query) is given
  type: raw
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.query import compiled_query, searched
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import status_result
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_table import table


def nas_server_info(module: AnsibleModule) -> dict[str, object]:
    query = compiled_query(module)
    engine, _topology, servers = open_engine(module)
    statuses = engine.statuses(servers)
    reports = [status_result(status) for status in statuses]
    result: dict[str, object] = {"changed": False, "servers": reports, "table": table(statuses)}
    if query is not None:
        result["result"] = searched(query, reports)
    return result


def main() -> None:
    module = AnsibleModule(
        argument_spec={**TOPOLOGY_SPEC, **ENGINE_SPEC, "query": {"type": "str"}},
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_server_info)


if __name__ == "__main__":
    main()
