# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which modules find minikube and a profile. Private to file_simulator.nas."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  name:
    description:
      - The profile's name, which is its context's name in the kubeconfig, too.
    type: str
    default: file-simulator
  executable:
    description:
      - Name or path of minikube. C(~/.local/bin) is looked into, too.
      - Under WSL, V(minikube) stands for C(minikube.exe) where there is no Linux program of that name.
        A C(minikube.exe) is told Windows paths.
    type: str
    default: minikube
  kubeconfig:
    description:
      - The file that has, or gets, the profile's context. Its current context is left as it is.
    type: path
    default: ~/.kube/config
  minikube_home:
    description:
      - Where minikube keeps its profiles, as its variable E(MINIKUBE_HOME). Without it, where minikube does by itself.
    type: path
"""

    DRIVE_ROOT = r"""
options:
  drive_root:
    description:
      - The directory that stands for Windows drives on a machine that has none. Without it, what the instance runs on
        already, or C(~/file-simulator); see M(file_simulator.nas.windows_directory). Not used under WSL.
    type: path
"""

    DATA_ROOT = r"""
options:
  topology:
    description:
      - The NAS servers and what they have in common, as for M(file_simulator.nas.nas_server). Its C(data_root) is what is
        mounted into the node.
    type: dict
    default: {}
  node_data_root:
    description:
      - Where the node has the data root mounted.
    type: str
    default: /mnt/simulator-data
"""

    NODE = r"""
options:
  driver:
    description:
      - What the node is. With V(docker) and V(podman) it is a container, with V(none) this machine, with V(ssh) another
        one, and with the others a virtual machine.
    type: str
    choices:
      - docker
      - podman
      - hyperv
      - kvm2
      - qemu2
      - virtualbox
      - vmware
      - parallels
      - vfkit
      - krunkit
      - ssh
      - none
    default: docker
  memory:
    description:
      - The node's memory in MiB. No more than this machine has.
    type: int
    default: 8192
  force:
    description:
      - Whether minikube is to skip its own checks. The drivers V(docker), V(podman) and V(kvm2) want it from root.
    type: bool
    default: false
"""

    PROFILE = r"""
options:
  cpus:
    description:
      - The node's CPUs.
    type: int
    default: 4
  kubernetes_version:
    description:
      - The whole version, 1.29.0 or newer. A newer one than the profile's is an upgrade in place, an older one needs
        O(recreate).
    type: str
    default: v1.35.1
  container_runtime:
    description:
      - What runs the containers in the node.
    type: str
    choices:
      - containerd
      - docker
      - cri-o
    default: containerd
  mount:
    description:
      - Whether the data root is mounted into the node.
    type: bool
    default: true
  ports:
    description:
      - The ports that a container node publishes on O(listen_address). Without it, those of the servers of O(topology).
      - A running profile that publishes more is good enough. Publish some to spare when servers are to be added later.
      - Not used with other drivers, where NodePorts answer on the node's address.
    type: list
    elements: int
  listen_address:
    description:
      - The address of this machine on which a container node's ports are published.
    type: str
    default: 127.0.0.1
  extra_options:
    description:
      - More options of C(minikube start), without the hyphens before them. A list gives an option several times.
      - Those that RV(not_compared) names take effect when the profile is started, and a change of them is not noticed.
    type: dict
    default: {}
  wait_timeout:
    description:
      - How long minikube waits for Kubernetes, in seconds.
    type: int
    default: 360
"""
