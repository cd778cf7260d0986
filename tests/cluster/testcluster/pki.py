# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One certificate authority, and one key and certificate for each component."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from testcluster.console import run
from testcluster.settings import API_SERVICE_ADDRESS, CLUSTER_DOMAIN, NODE_ADDRESS, NODE_NAME

DAYS = "365"

OPENSSL_CONFIG = """\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[component]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True)
class Identity:
    """Who a component is, to the others."""

    name: str
    """The file name, and the user name unless that is given."""
    user: str = ""
    group: str = ""
    addresses: tuple[str, ...] = ()
    """What it is called as a server, in openssl's words."""

    @property
    def subject(self) -> str:
        """Return the certificate's subject: Kubernetes reads O as group and CN as user."""
        group = f"/O={self.group}" if self.group else ""
        return f"{group}/CN={self.user or self.name}"


IDENTITIES = (
    Identity(
        "kube-apiserver",
        addresses=(
            f"IP:{NODE_ADDRESS}",
            f"IP:{API_SERVICE_ADDRESS}",
            "IP:127.0.0.1",
            "DNS:kubernetes",
            "DNS:kubernetes.default",
            "DNS:kubernetes.default.svc",
            f"DNS:kubernetes.default.svc.{CLUSTER_DOMAIN}",
        ),
    ),
    Identity("kube-apiserver-kubelet-client", group="system:masters"),
    Identity("etcd", addresses=("IP:127.0.0.1",)),
    Identity("admin", user="file-simulator-admin", group="system:masters"),
    Identity("kube-controller-manager", user="system:kube-controller-manager"),
    Identity("kube-scheduler", user="system:kube-scheduler"),
    Identity("kube-proxy", user="system:kube-proxy"),
    Identity("coredns", user="system:coredns"),
    Identity(
        "kubelet",
        user=f"system:node:{NODE_NAME}",
        group="system:nodes",
        addresses=(f"IP:{NODE_ADDRESS}", f"DNS:{NODE_NAME}"),
    ),
)


def ensure_pki(directory: Path) -> None:
    """Make the keys and certificates that are missing."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = directory / "openssl.cnf"
    config.write_text(OPENSSL_CONFIG)
    authority, authority_key = directory / "ca.crt", directory / "ca.key"
    if not authority.exists():
        command = [*new_certificate(config, "/CN=file-simulator-test-ca"), "-extensions", "authority"]
        run([*command, "-keyout", str(authority_key), "-out", str(authority)])
    signing_key = directory / "service-account.key"
    if not signing_key.exists():
        # In SEC 1 form: the API server reads the public half from it as well.
        run(["openssl", "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", str(signing_key)])
    for identity in IDENTITIES:
        certificate = directory / f"{identity.name}.crt"
        if certificate.exists():
            continue
        command = [*new_certificate(config, identity.subject), "-extensions", "component"]
        command += ["-CA", str(authority), "-CAkey", str(authority_key)]
        if identity.addresses:
            command += ["-addext", f"subjectAltName={','.join(identity.addresses)}"]
        run([*command, "-keyout", str(directory / f"{identity.name}.key"), "-out", str(certificate)])


def new_certificate(config: Path, subject: str) -> list[str]:
    """Return the openssl command for a key and its certificate, without what differs between them."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    return ["openssl", "req", "-x509", *curve, "-config", str(config), "-days", DAYS, "-subj", subject]
