# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a node is made of: programs built as the test cluster's are, Debian's packages, and images without a registry."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "cluster"))

from testcluster import build, images, lock, recipes  # noqa: E402
from testcluster.settings import cache_home  # noqa: E402

_SUITE = "bookworm"
_PACKAGES = (
    "systemd systemd-sysv dbus openssh-server sudo curl ca-certificates iptables iproute2 conntrack socat ethtool "
    "ebtables kmod procps runc mount hostname passwd util-linux findutils netbase login"
)
_NEEDED = ("go", "mmdebstrap", "podman", "runc", "ssh-keygen", "ip")


@dataclass(frozen=True)
class Recipe(recipes.Recipe):
    """A program that only minikube's node has."""

    @property
    def source(self) -> Path:
        return HERE / "tools" / self.name


_STAMPS = recipes.KUBERNETES.stamps
_KUBERNETES = "k8s.io/kubernetes"
KUBEADM = Recipe("kubeadm", {"kubeadm": f"{_KUBERNETES}/cmd/kubeadm"}, version_of=_KUBERNETES, stamps=_STAMPS)
_CRI_TOOLS = "sigs.k8s.io/cri-tools"
CRICTL = Recipe("crictl", {"crictl": f"{_CRI_TOOLS}/cmd/crictl"}, version_of=_CRI_TOOLS)
_FIREWALL = "github.com/containernetworking/plugins/plugins/meta/firewall"
FIREWALL = Recipe("cni-firewall", {"firewall": _FIREWALL})
COREDNS = Recipe("coredns-kubeadm", {"coredns": "."})

VERSION = recipes.KUBERNETES.version


def problems() -> list[str]:
    """Return what keeps a node from running on this machine."""
    found = [f"there is no {program}" for program in _NEEDED if shutil.which(program) is None]
    if os.geteuid():
        found.append("a privileged container with an address of its own needs root")
    return found


def ensure_built() -> None:
    """Build what the cache does not hold: minutes once, nothing later."""
    build.ensure_built()
    todo = [recipe for recipe in (KUBEADM, CRICTL, FIREWALL, COREDNS) if not recipe.is_built]
    if not todo:
        return
    build.require_go(todo)
    with lock.exclusive():
        caches = build.GoCaches()
        for recipe in todo:
            build.build(recipe, caches.environment)
        caches.discard()


def root_file_system(target: Path) -> None:
    """Unpack Debian with systemd and sshd into a new directory."""
    fingerprint = hashlib.sha256(f"{_SUITE} {_PACKAGES}".encode()).hexdigest()[:12]
    archive = cache_home() / "minikube" / f"node-{fingerprint}.tar"
    if not archive.is_file():
        draft = archive.with_name(f"draft-{os.getpid()}.tar")
        include = f"--include={_PACKAGES.replace(' ', ',')}"
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", include, _SUITE, draft], check=True)
        draft.replace(archive)
    target.mkdir()
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", target], check=True)


def image_archives(target: Path, root: Path) -> list[Path]:
    """Write the images that kubeadm asks for, of our own programs; kube-proxy's has iptables of ``root``."""
    target.mkdir()
    asked = subprocess.run(
        [KUBEADM.directory / "kubeadm", "config", "images", "list", f"--kubernetes-version={VERSION}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for reference in asked:
        name = reference.rpartition(":")[0].rpartition("/")[2]
        links: dict[str, str] = {}
        if name == "pause":
            programs = {"/pause": recipes.program("pause")}
        elif name == "coredns":
            programs = {"/coredns": COREDNS.directory / "coredns"}
        elif name == "kube-proxy":
            programs = {"/usr/local/bin/kube-proxy": recipes.program(name), **_iptables(root)}
            links = {f"/bin/{tool}": "/usr/sbin/xtables-nft-multi" for tool in _iptables_names()}
        else:
            programs = {f"/bin/{name}": recipes.program(name)}
        images.write_archive(target / f"{name}.tar", reference, programs, [next(iter(programs))], links)
    return sorted(target.iterdir())


def pause_reference(archives: Path) -> str:
    """Return the name of the sandboxes' image among the archives."""
    with tarfile.open(archives / "pause.tar") as tar:
        index = json.load(tar.extractfile("index.json"))  # type: ignore[arg-type]
    return str(index["manifests"][0]["annotations"]["io.containerd.image.name"])


def _iptables_names() -> list[str]:
    return [f"{family}{verb}" for family in ("iptables", "ip6tables") for verb in ("", "-save", "-restore")]


def _iptables(root: Path) -> dict[str, Path]:
    """Return iptables, its modules, and the libraries of both."""
    extensions = [f"/{path.relative_to(root)}" for path in root.glob("usr/lib/*/xtables/*.so")]
    programs = ["/usr/sbin/xtables-nft-multi", *extensions]
    told = subprocess.run(["chroot", root, "ldd", *programs], capture_output=True, text=True, check=True).stdout
    libraries = {word for word in told.split() if word.startswith("/lib")}
    return {name: root / os.path.relpath(_inside(root, name), "/") for name in [*programs, *libraries]}


def _inside(root: Path, name: str) -> str:
    """Return where a path of the root file system leads within it."""
    done = subprocess.run(["chroot", root, "readlink", "-f", name], capture_output=True, text=True, check=True)
    return done.stdout.strip()
