# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of the node's components, and the files that they read."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Iterable

from testcluster import recipes, render, settings
from testcluster.processes import Service
from testcluster.recipes import program
from testcluster.settings import Layout

# Users of the API server; the administrator's kubeconfig is the one that callers get.
USERS = ("kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "coredns")


def write_configuration(layout: Layout) -> None:
    """Write every component's configuration; a file that is right already stays as it is.

    kube-proxy and containerd watch their files, and kube-proxy ends when its own is written.
    """
    for directory in (layout.config, layout.cni_config, layout.state / "scratch"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    documents = {
        layout.kubeconfig: render.kubeconfig(layout, "admin"),
        layout.config / "kubelet.json": render.kubelet(layout),
        layout.config / "kube-proxy.json": render.kube_proxy(layout),
        layout.config / "dns.json": render.dns_objects(),
        layout.cni_config / "10-file-simulator.conflist": render.cni(layout),
    }
    documents |= {layout.kubeconfig_of(user): render.kubeconfig(layout, user) for user in USERS}
    texts = {file: json.dumps(document, indent=2) + "\n" for file, document in documents.items()}
    texts[layout.config / "containerd.toml"] = render.containerd(layout, recipes.CNI.directory)
    texts[layout.config / "Corefile"] = render.corefile(layout)
    for file, text in texts.items():
        if not file.exists() or file.read_text() != text:
            file.touch(mode=0o600)
            file.write_text(text)


def _service(name: str, *arguments: str) -> Service:
    return Service(name, (str(program(name)), *arguments))


def etcd(layout: Layout) -> Service:
    """Return the store: on loopback, for holders of a certificate, and without waiting for the disk."""
    client = f"https://127.0.0.1:{settings.ETCD_CLIENT_PORT}"
    peer = f"https://127.0.0.1:{settings.ETCD_PEER_PORT}"
    certificate, key, authority = (str(layout.pki / file) for file in ("etcd.crt", "etcd.key", "ca.crt"))
    return _service(
        "etcd",
        f"--data-dir={layout.state / 'etcd'}",
        "--name=node",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=node={peer}",
        "--client-cert-auth",
        f"--cert-file={certificate}",
        f"--key-file={key}",
        f"--trusted-ca-file={authority}",
        "--peer-client-cert-auth",
        f"--peer-cert-file={certificate}",
        f"--peer-key-file={key}",
        f"--peer-trusted-ca-file={authority}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    )


def containerd(layout: Layout) -> Service:
    """Return the container runtime."""
    return _service("containerd", f"--config={layout.config / 'containerd.toml'}", "--log-level=warn")


def kube_apiserver(layout: Layout) -> Service:
    """Return the API server: on the bridge's address, so that pods reach it too."""
    pki = layout.pki
    return _service(
        "kube-apiserver",
        f"--bind-address={settings.NODE_ADDRESS}",
        f"--advertise-address={settings.NODE_ADDRESS}",
        f"--secure-port={settings.API_PORT}",
        f"--tls-cert-file={pki / 'kube-apiserver.crt'}",
        f"--tls-private-key-file={pki / 'kube-apiserver.key'}",
        f"--client-ca-file={pki / 'ca.crt'}",
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        f"--etcd-servers=https://127.0.0.1:{settings.ETCD_CLIENT_PORT}",
        f"--etcd-cafile={pki / 'ca.crt'}",
        f"--etcd-certfile={pki / 'etcd.crt'}",
        f"--etcd-keyfile={pki / 'etcd.key'}",
        f"--kubelet-certificate-authority={pki / 'ca.crt'}",
        f"--kubelet-client-certificate={pki / 'kube-apiserver-kubelet-client.crt'}",
        f"--kubelet-client-key={pki / 'kube-apiserver-kubelet-client.key'}",
        "--kubelet-preferred-address-types=InternalIP",
        f"--service-account-issuer=https://kubernetes.default.svc.{settings.CLUSTER_DOMAIN}",
        f"--service-account-key-file={pki / 'service-account.key'}",
        f"--service-account-signing-key-file={pki / 'service-account.key'}",
        f"--service-cluster-ip-range={settings.SERVICE_NETWORK}",
    )


def kube_controller_manager(layout: Layout) -> Service:
    """Return the controllers."""
    return _service(
        "kube-controller-manager",
        f"--kubeconfig={layout.kubeconfig_of('kube-controller-manager')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={settings.CONTROLLER_MANAGER_PORT}",
        "--leader-elect=false",
        # The only node, when it is busy, is not a lost one: its pods would be taken out of their Services.
        "--node-monitor-grace-period=10m",
        "--use-service-account-credentials=true",
        f"--service-account-private-key-file={layout.pki / 'service-account.key'}",
        f"--root-ca-file={layout.pki / 'ca.crt'}",
        f"--flex-volume-plugin-dir={layout.state / 'volume-plugins'}",
    )


def kube_scheduler(layout: Layout) -> Service:
    """Return the scheduler."""
    return _service(
        "kube-scheduler",
        f"--kubeconfig={layout.kubeconfig_of('kube-scheduler')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={settings.SCHEDULER_PORT}",
        "--leader-elect=false",
    )


def kube_proxy(layout: Layout) -> Service:
    """Return the keeper of the Services' iptables rules."""
    return _service("kube-proxy", f"--config={layout.config / 'kube-proxy.json'}")


def kubelet(layout: Layout) -> Service:
    """Return the node's agent."""
    return _service(
        "kubelet",
        f"--config={layout.config / 'kubelet.json'}",
        f"--kubeconfig={layout.kubeconfig_of('kubelet')}",
        f"--root-dir={layout.kubelet}",
        f"--cert-dir={layout.pki}",
        f"--hostname-override={settings.NODE_NAME}",
        f"--node-ip={settings.NODE_ADDRESS}",
    )


def coredns(layout: Layout) -> Service:
    """Return the name server: a process of the host, so that it needs no image."""
    return _service("coredns", "-conf", str(layout.config / "Corefile"))


Maker = Callable[[Layout], Service]
# In the order of starting: each group needs those before it.
GROUPS: tuple[tuple[Maker, ...], ...] = (
    (etcd, containerd),
    (kube_apiserver,),
    (kube_controller_manager, kube_scheduler, kube_proxy, coredns, kubelet),
)
# The others are the node's: they run where its pods do.
CONTROL_PLANE = frozenset((etcd, kube_apiserver, kube_controller_manager, kube_scheduler))


def names(makers: Iterable[Maker]) -> tuple[str, ...]:
    """Return the names of components: those of the programs."""
    return tuple(maker.__name__.replace("_", "-") for maker in makers)


NAMES = names(maker for group in GROUPS for maker in group)


class Part(enum.StrEnum):
    """What runs on one machine: a whole cluster, or half of one whose other half runs on another machine."""

    WHOLE = "whole"
    CONTROL_PLANE = "control-plane"
    NODE = "node"

    def of(self, makers: Iterable[Maker]) -> tuple[Maker, ...]:
        """Return those components that run on this machine."""
        return tuple(
            maker
            for maker in makers
            if self is Part.WHOLE or (maker in CONTROL_PLANE) == (self is Part.CONTROL_PLANE)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its components."""
        return names(maker for group in GROUPS for maker in self.of(group))

    @property
    def has_node(self) -> bool:
        """Whether pods run here."""
        return self is not Part.CONTROL_PLANE
