# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which nas_client_config makes objects and files for clients. Private to file_simulator.nas."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  server_address:
    description:
      - How volumes name their server. V(cluster_ip) is the address of its Service, which stays as long as that does.
        V(node) is the address and port at which the managed machine reaches it, for other clusters and other engines.
      - The DNS name of a Service does not do, since it is the node that mounts, and it does not ask the cluster's DNS.
      - By default V(cluster_ip) for servers in a cluster, and V(node) for others.
    type: str
    choices:
      - cluster_ip
      - node
  actimeo:
    description:
      - For how many seconds clients may believe what they remember of files and directories. More is faster, and shows new
        files later.
      - V(-1) leaves it to the client, which then looks for new files every 30 to 60 seconds.
    type: int
    default: 1
  namespaces:
    description:
      - The namespaces whose pods mount the servers. Each has volumes and claims of its own.
      - By default the namespace in which the servers run.
    type: list
    elements: str
    default: []
  prefix:
    description:
      - Comes before the name of each object.
    type: str
    default: ""
  labels:
    description:
      - More labels for each object.
    type: dict
    default: {}
"""

    FILES = r"""
options:
  formats:
    description:
      - What is made. V(manifests) is the objects, and a kustomization of them.
      - V(env), V(json), V(yaml) and V(appsettings) (for .NET) have addresses as the managed machine reaches the servers,
        V(fstab) has lines for C(/etc/fstab), and V(mount) is a shell script with C(mount) commands.
    type: list
    elements: str
    choices:
      - manifests
      - env
      - json
      - yaml
      - appsettings
      - fstab
      - mount
    default:
      - manifests
      - env
      - json
      - yaml
      - appsettings
      - fstab
      - mount
  directory:
    description:
      - Where the files are written, a relative path below O(drive_root). Without it, they are returned only.
      - Instances must not share one. The files of another instance are an error.
      - Files of formats that are not asked for are removed there.
    type: path
  mount_root:
    description:
      - The directory below which V(fstab) and V(mount) mount the servers.
    type: path
    default: /mnt
"""

    PRODUCTION = r"""
options:
  volumes:
    description:
      - Production's own volumes and claims, as module C(file_simulator.nas.nas_topology_info) returns them. They are written,
        with the format V(manifests), as C(production/volumes.yaml), for C(kubectl apply -f), and are not applied.
      - Everything in them is as in production but the address of the server, and ports in mount options where clients would
        not find them. What a cluster has written by itself, such as C(status) and C(uid), is left out.
    type: list
    elements: dict
    default: []
  keep_names:
    description:
      - Whether the nodes that mount O(volumes) know production's names, as the servers' C(aliases) say them. Then the
        address stays as well.
    type: bool
    default: false
"""

    EXAMPLE = r"""
options:
  example:
    description:
      - The example workload, a Deployment C(nas-example) in the first of O(namespaces). It reads its inputs, writes its
        outputs, and is ready as long as all its mounts work.
      - Its manifests are among those of the format V(manifests).
    type: dict
    suboptions:
      image:
        description:
          - An image that the nodes have, with Python 3.
        type: str
        required: true
      program:
        description:
          - What it runs. The role C(nas_clients) has it as C(files/nas_example.py).
        type: str
        required: true
      servers:
        description:
          - The servers that it mounts. By default all.
        type: list
        elements: str
        default: []
      apply:
        description:
          - Whether it is applied with everything else, or only written.
        type: bool
        default: true
"""
