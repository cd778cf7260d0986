# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which modules choose what runs the servers. Private to file_simulator.nas."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  engine:
    description:
      - What runs the servers. V(podman) runs them on the managed machine itself, as root. V(kubernetes) runs them in a
        cluster, such as that of a Minikube profile.
    type: str
    choices:
      - podman
      - kubernetes
    default: podman
  kubeconfig:
    description:
      - The file that says how clusters are reached.
      - Required with O(engine=kubernetes). The environment variable E(KUBECONFIG) is not looked at.
    type: path
  context:
    description:
      - Which of the clusters in O(kubeconfig) is meant. No other one is contacted, whichever is the current one there.
      - Required with O(engine=kubernetes).
    type: str
  node_data_root:
    description:
      - The directory of the cluster's nodes at which the topology's data root is mounted.
    type: str
    default: /mnt/simulator-data
  node_address:
    description:
      - The address at which the managed machine reaches NodePorts. By default that of a server's node, which is not to be
        reached where Minikube runs in a container; its ports are published on V(127.0.0.1) then.
    type: str
  storage_class:
    description:
      - The class of persistent storage, V("") for volumes that were made beforehand. By default the cluster's own choice.
    type: str
  network_policy:
    description:
      - Whether each server gets a NetworkPolicy that lets in NFS from its C(clients), and lets nothing out.
      - Has an effect only where the cluster's network enforces policies.
    type: bool
    default: false
  manage_namespace:
    description:
      - Whether the namespace is created, and labelled with the Pod Security level V(privileged) that the servers need.
        They are not privileged, but hostPath volumes and the capability C(DAC_READ_SEARCH) are allowed in no other.
      - The namespace is never deleted.
    type: bool
    default: true
"""
