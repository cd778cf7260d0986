# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is built: one Go module per upstream, so that none moves another's dependencies."""

from __future__ import annotations

import hashlib
import platform
import re
from dataclasses import dataclass, field
from pathlib import Path

from testcluster.settings import TOOLS_DIR, cache_home

BUILD_FLAGS = ("-trimpath", "-buildvcs=false", "-mod=readonly")


@dataclass(frozen=True)
class Recipe:
    """The programs of one Go module under tools/, and how to build them."""

    name: str
    """The directory under tools/."""
    programs: dict[str, str]
    """Program name -> package to build."""
    version_of: str = ""
    """The upstream module whose version is this recipe's; empty for a program of our own."""
    stamps: dict[str, str] = field(default_factory=dict)
    """Linker variable -> value; {version}, {major} and {minor} are filled in."""

    @property
    def source(self) -> Path:
        """Return the directory of the recipe's go.mod."""
        return TOOLS_DIR / self.name

    @property
    def version(self) -> str:
        """Return the pinned upstream version, such as v1.36.3."""
        if not self.version_of:
            return "v1.0.0"
        return required_version((self.source / "go.mod").read_text(), self.version_of)

    @property
    def go_version(self) -> str:
        """Return the oldest Go that can build the programs."""
        return go_directive((self.source / "go.mod").read_text())

    @property
    def linker_flags(self) -> str:
        """Return the value of -ldflags: no symbols, and the version where upstream stamps it."""
        major, minor, _ = self.version.removeprefix("v").split(".", 2)
        words = ["-s", "-w"]
        for variable, value in self.stamps.items():
            words += ["-X", f"{variable}={value.format(version=self.version, major=major, minor=minor)}"]
        return " ".join(words)

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that decides what the programs are."""
        parts = [platform.machine().encode(), " ".join(BUILD_FLAGS).encode(), self.linker_flags.encode()]
        parts += [f"{program}={package}".encode() for program, package in sorted(self.programs.items())]
        for file in sorted(self.source.iterdir()):
            parts += [file.name.encode(), file.read_bytes()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]

    @property
    def directory(self) -> Path:
        """Return the cache directory that holds the finished programs."""
        return binaries_home() / f"{self.name}-{self.fingerprint}"

    @property
    def is_built(self) -> bool:
        """Return whether all programs are in the cache."""
        return all((self.directory / program).is_file() for program in self.programs)


def binaries_home() -> Path:
    """Return the directory of all recipes' programs."""
    return cache_home() / "cluster"


def required_version(go_mod: str, module: str) -> str:
    """Return the version that the text of a go.mod file requires of a module."""
    match = re.search(rf"^(?:require)?\s*{re.escape(module)} (v\S+)", go_mod, re.MULTILINE)
    if match is None:
        raise ValueError(f"go.mod does not require {module}")
    return match[1]


def go_directive(go_mod: str) -> str:
    """Return the Go version that the text of a go.mod file asks for."""
    match = re.search(r"^go (\S+)$", go_mod, re.MULTILINE)
    if match is None:
        raise ValueError("go.mod has no go line")
    return match[1]


def _kubernetes(*programs: str) -> dict[str, str]:
    return {program: f"k8s.io/kubernetes/cmd/{program}" for program in programs}


_CONTAINERD = "github.com/containerd/containerd/v2"
_CNI = "github.com/containernetworking/plugins"

KUBERNETES = Recipe(
    "kubernetes",
    _kubernetes(
        "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet"
    ),
    version_of="k8s.io/kubernetes",
    stamps={
        "k8s.io/component-base/version.gitVersion": "{version}",
        "k8s.io/component-base/version.gitMajor": "{major}",
        "k8s.io/component-base/version.gitMinor": "{minor}",
        "k8s.io/component-base/version.gitTreeState": "clean",
    },
)
ETCD = Recipe("etcd", {"etcd": "go.etcd.io/etcd/server/v3"}, version_of="go.etcd.io/etcd/server/v3")
CONTAINERD = Recipe(
    "containerd",
    {program: f"{_CONTAINERD}/cmd/{program}" for program in ("containerd", "containerd-shim-runc-v2", "ctr")},
    version_of=_CONTAINERD,
    stamps={f"{_CONTAINERD}/version.Version": "{version}"},
)
COREDNS = Recipe("coredns", {"coredns": "."}, version_of="github.com/coredns/coredns")
CNI = Recipe(
    "cni",
    {
        "bridge": f"{_CNI}/plugins/main/bridge",
        "host-local": f"{_CNI}/plugins/ipam/host-local",
        "portmap": f"{_CNI}/plugins/meta/portmap",
    },
    version_of=_CNI,
    stamps={f"{_CNI}/pkg/utils/buildversion.BuildVersion": "{version}"},
)
PAUSE = Recipe("pause", {"pause": "."})

# The smallest first: what is wrong with the machine shows early.
ALL = (PAUSE, CNI, ETCD, COREDNS, CONTAINERD, KUBERNETES)


def program(name: str) -> Path:
    """Return where a built program lies."""
    for recipe in ALL:
        if name in recipe.programs:
            return recipe.directory / name
    raise KeyError(name)
