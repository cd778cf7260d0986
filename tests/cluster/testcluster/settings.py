# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, addresses, ports and places: everything that more than one part must agree on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CONTEXT = "file-simulator-test"
NODE_NAME = "file-simulator-node"
CLUSTER_DOMAIN = "cluster.local"

# One private /16. The node's address is the bridge's own: it exists without any other device.
BRIDGE = "fsim0"
CLUSTER_NETWORK = "10.213.0.0/16"
POD_NETWORK = "10.213.0.0/24"
NODE_ADDRESS = "10.213.0.1"
NODE_PREFIX_LENGTH = 24
SERVICE_NETWORK = "10.213.128.0/20"
API_SERVICE_ADDRESS = "10.213.128.1"
DNS_SERVICE_ADDRESS = "10.213.128.10"

# On the node's address.
API_PORT = 6443
KUBELET_PORT = 10250
DNS_PORT = 10053
# On 127.0.0.1.
ETCD_CLIENT_PORT = 12379
ETCD_PEER_PORT = 12380
DNS_READY_PORT = 18181
KUBELET_HEALTH_PORT = 10248
PROXY_METRICS_PORT = 10249
PROXY_HEALTH_PORT = 10256
CONTROLLER_MANAGER_PORT = 10257
SCHEDULER_PORT = 10259
LOOPBACK_PORTS = (
    ETCD_CLIENT_PORT,
    ETCD_PEER_PORT,
    DNS_READY_PORT,
    KUBELET_HEALTH_PORT,
    PROXY_METRICS_PORT,
    PROXY_HEALTH_PORT,
    CONTROLLER_MANAGER_PORT,
    SCHEDULER_PORT,
)
NODE_PORTS = range(30000, 32768)

API_URL = f"https://{NODE_ADDRESS}:{API_PORT}"
PAUSE_IMAGE = "localhost/file-simulator-pause:1"
CGROUP = "file-simulator-test"

# Sockets and mounts of the container runtime: a short path, because a socket's path has 107 bytes.
RUN_DIR = Path("/run/file-simulator-cluster")

TOOLS_DIR = Path(__file__).resolve().parent.parent / "tools"
# Root's PATH on Debian, whatever the caller's is: iptables and runc live in sbin.
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ClusterError(Exception):
    """Something the caller can act on; printed as one line, without a traceback."""


class UnavailableError(ClusterError):
    """The cluster cannot be built on this machine: the caller should skip what needs it."""


def cache_home() -> Path:
    """Return the directory that holds both the binaries and the default state."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "file-simulator"


@dataclass(frozen=True)
class Layout:
    """Where a running cluster keeps its things, all of which `down` removes."""

    state: Path
    run: Path = RUN_DIR

    @property
    def journal(self) -> Path:
        """Return the record of how the host was before: gone after a reboot, like what it undoes."""
        return self.run / "journal.json"

    @property
    def marker(self) -> Path:
        """Return the file that tells a state directory from anybody else's directory."""
        return self.state / "file-simulator-cluster"

    @property
    def kubeconfig(self) -> Path:
        """Return the administrator's kubeconfig."""
        return self.state / "kubeconfig"

    @property
    def pki(self) -> Path:
        """Return the directory of keys and certificates."""
        return self.state / "pki"

    @property
    def config(self) -> Path:
        """Return the directory of rendered configuration files."""
        return self.state / "config"

    @property
    def cni_config(self) -> Path:
        """Return the directory of the pod network's configuration."""
        return self.state / "cni"

    @property
    def logs(self) -> Path:
        """Return the directory of the components' logs."""
        return self.state / "logs"

    @property
    def pids(self) -> Path:
        """Return the directory of the components' pid files."""
        return self.state / "pids"

    @property
    def kubelet(self) -> Path:
        """Return the kubelet's root directory, where volumes are mounted."""
        return self.state / "kubelet"

    @property
    def containerd_socket(self) -> Path:
        """Return the socket on which the container runtime listens."""
        return self.run / "containerd.sock"

    def kubeconfig_of(self, user: str) -> Path:
        """Return the kubeconfig of one component."""
        return self.config / f"{user}.kubeconfig"
