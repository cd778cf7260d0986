# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration files, as pure functions of the settings. JSON wherever YAML is expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from testcluster import settings
from testcluster.settings import CONTEXT, Layout

Document = dict[str, Any]


def kubeconfig(layout: Layout, user: str, context: str = CONTEXT) -> Document:
    """Return a kubeconfig that names the files of the user's certificate."""
    credentials = {
        "client-certificate": str(layout.pki / f"{user}.crt"),
        "client-key": str(layout.pki / f"{user}.key"),
    }
    cluster = {"server": settings.API_URL, "certificate-authority": str(layout.pki / "ca.crt")}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": cluster}],
        "users": [{"name": context, "user": credentials}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
        "current-context": context,
    }


def kubelet(layout: Layout) -> Document:
    """Return the kubelet's configuration."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": settings.NODE_ADDRESS,
        "port": settings.KUBELET_PORT,
        "healthzBindAddress": "127.0.0.1",
        "healthzPort": settings.KUBELET_HEALTH_PORT,
        "tlsCertFile": str(layout.pki / "kubelet.crt"),
        "tlsPrivateKeyFile": str(layout.pki / "kubelet.key"),
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(layout.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "containerRuntimeEndpoint": f"unix://{layout.containerd_socket}",
        "podLogsDir": str(layout.state / "pod-logs"),
        "volumePluginDir": str(layout.state / "volume-plugins"),
        "clusterDomain": settings.CLUSTER_DOMAIN,
        "clusterDNS": [settings.DNS_SERVICE_ADDRESS],
        # No search domains or name servers of the host: the tests mean the same everywhere.
        "resolvConf": "",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{settings.CGROUP}",
        # Machines without cgroup v2, with swap, without the right to lower an OOM score.
        "failCgroupV1": False,
        "failSwapOn": False,
        "oomScoreAdj": 0,
        "featureGates": {"KubeletInUserNamespace": True},
        # How soon an emptyDir over its limit is seen: the default is a minute.
        "volumeStatsAggPeriod": "5s",
        # Images cannot be pulled again, and a full disk is the host's own business.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "0%", "imagefs.available": "0%"},
    }


def kube_proxy(layout: Layout) -> Document:
    """Return kube-proxy's configuration: iptables mode, in which 127.0.0.1 answers on NodePorts."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "hostnameOverride": settings.NODE_NAME,
        "bindAddress": settings.NODE_ADDRESS,
        "healthzBindAddress": f"127.0.0.1:{settings.PROXY_HEALTH_PORT}",
        "metricsBindAddress": f"127.0.0.1:{settings.PROXY_METRICS_PORT}",
        "clientConnection": {"kubeconfig": str(layout.kubeconfig_of("kube-proxy"))},
        "clusterCIDR": settings.POD_NETWORK,
        "nodePortAddresses": ["127.0.0.0/8", f"{settings.NODE_ADDRESS}/32"],
        "iptables": {"localhostNodePorts": True},
        "oomScoreAdj": 0,
        # Zero leaves the host's connection tracking limits as they are.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpCloseWaitTimeout": "0s", "tcpEstablishedTimeout": "0s"},
    }


def cni(layout: Layout) -> Document:
    """Return the pod network: one bridge, no way out of it."""
    # isGateway stays off: the plugin would switch on forwarding for every interface of the host.
    # The bridge has its address already, and forwards for itself.
    return {
        "cniVersion": "1.0.0",
        "name": "file-simulator",
        "plugins": [
            {
                "type": "bridge",
                "bridge": settings.BRIDGE,
                "isGateway": False,
                "ipMasq": False,
                "hairpinMode": True,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(layout.run / "ipam"),
                    "ranges": [[{"subnet": settings.POD_NETWORK, "gateway": settings.NODE_ADDRESS}]],
                    "routes": [{"dst": "0.0.0.0/0", "gw": settings.NODE_ADDRESS}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }


def containerd(layout: Layout, cni_plugins: Path) -> str:
    """Return containerd's configuration."""
    return f'''\
version = 4
# Not what the host's own containerd, if any, is configured to do.
imports = []
root = "{layout.state}/containerd"
state = "{layout.run}/containerd"
temp = "{layout.state}/scratch"
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.image-verifier.v1.bindir",
  "io.containerd.nri.v1.nri",
  "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing",
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.zfs",
]

[plugins."io.containerd.server.v1.grpc"]
address = "{layout.containerd_socket}"

[plugins."io.containerd.server.v1.ttrpc"]
address = "{layout.containerd_socket}.ttrpc"

[plugins."io.containerd.shim.v1.manager"]
socket_dir = "{layout.run}/s"

[plugins."io.containerd.grpc.v1.cri"]
stream_server_address = "127.0.0.1"
stream_server_port = "0"

[plugins."io.containerd.cri.v1.images"]
snapshotter = "overlayfs"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{settings.PAUSE_IMAGE}"

[plugins."io.containerd.cri.v1.runtime"]
disable_apparmor = true
disable_hugetlb_controller = true
tolerate_missing_hugetlb_controller = true
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true

[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
Root = "{layout.run}/runc"
SystemdCgroup = false

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["{cni_plugins}"]
conf_dir = "{layout.cni_config}"
use_internal_loopback = true
'''


def corefile(layout: Layout) -> str:
    """Return CoreDNS's configuration: the cluster's own names, and nothing to ask about others."""
    return f"""\
.:{settings.DNS_PORT} {{
    bind {settings.NODE_ADDRESS}
    errors
    ready 127.0.0.1:{settings.DNS_READY_PORT}
    kubernetes {settings.CLUSTER_DOMAIN} in-addr.arpa ip6.arpa {{
        kubeconfig {layout.kubeconfig_of("coredns")} {CONTEXT}
        ttl 5
    }}
    cache 5
}}
"""


def dns_objects() -> Document:
    """Return the Service that pods ask for names, its endpoint on the host, and CoreDNS's rights."""
    labels = {"k8s-app": "kube-dns", "kubernetes.io/name": "CoreDNS"}
    metadata = {"name": "kube-dns", "namespace": "kube-system", "labels": labels}
    names = {"dns": "UDP", "dns-tcp": "TCP"}
    ports = [{"name": name, "port": 53, "protocol": protocol} for name, protocol in names.items()]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"clusterIP": settings.DNS_SERVICE_ADDRESS, "ports": ports},
    }
    slice_labels = {
        "kubernetes.io/service-name": "kube-dns",
        "endpointslice.kubernetes.io/managed-by": CONTEXT,
    }
    endpoint_slice = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "kube-dns", "namespace": "kube-system", "labels": slice_labels},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [settings.NODE_ADDRESS], "conditions": {"ready": True}}],
        "ports": [{**port, "port": settings.DNS_PORT} for port in ports],
    }
    watched = ["endpoints", "namespaces", "pods", "services"]
    rules = [
        {"apiGroups": [""], "resources": watched, "verbs": ["list", "watch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
    ]
    role = {"name": "system:coredns"}
    rbac = "rbac.authorization.k8s.io"
    cluster_role = {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": role, "rules": rules}
    binding = {
        "apiVersion": f"{rbac}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": role,
        "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", **role},
        "subjects": [{"apiGroup": rbac, "kind": "User", **role}],
    }
    return {"apiVersion": "v1", "kind": "List", "items": [service, endpoint_slice, cluster_role, binding]}
