# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine for minikube's driver ssh: a container with systemd, sshd and containerd, made without any download."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from . import parts

from testcluster import host, recipes  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.host import adaptation, read_machine  # isort: skip

DATA_ROOT = "/mnt/simulator-data"
# They would change the machine that the container runs on, or wait for devices that it does not have.
_MASKED = [
    "systemd-sysctl.service",
    "systemd-modules-load.service",
    "systemd-udevd.service",
    "systemd-udev-trigger.service",
    "systemd-udevd-kernel.socket",
    "systemd-udevd-control.socket",
    "getty.target",
    "console-getty.service",
    "systemd-remount-fs.service",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-kernel-config.mount",
    "sys-fs-fuse-connections.mount",
    "systemd-timesyncd.service",
    "systemd-logind.service",
    "proc-sys-fs-binfmt_misc.automount",
    "systemd-binfmt.service",
    "systemd-random-seed.service",
    "systemd-networkd.service",
    "systemd-journald-audit.socket",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
]
_UNIT = """\
[Service]
ExecStart=/usr/local/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
[Install]
WantedBy=multi-user.target
"""
# What matters of it is said in tests/cluster/testcluster/render.py; minikube edits some of these lines.
_CONTAINERD = """\
version = 3
disabled_plugins = ["io.containerd.nri.v1.nri"]
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{pause}"
[plugins."io.containerd.cri.v1.runtime"]
disable_apparmor = true
disable_hugetlb_controller = true
tolerate_missing_hugetlb_controller = true
restrict_oom_score_adj = true
enable_unprivileged_ports = true
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = false
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/opt/cni/bin"]
conf_dir = "/etc/cni/net.d"
use_internal_loopback = true
"""


@dataclass
class Node:
    """One container under ``home``, which holds all of it. ``data_root`` is bound to the node's ``DATA_ROOT``."""

    home: Path
    data_root: Path
    name: str = f"file-simulator-minikube-{os.getpid()}"
    # Its own network's, for minikube knows the machine by it, also after a restart.
    address: str = "10.214.7.2"
    _sysctls: dict[str, str | None] = field(default_factory=dict)

    @property
    def key(self) -> Path:
        return self.home / "key"

    @property
    def start_options(self) -> dict[str, t.Any]:
        """The options of minikube start that this node needs."""
        return {
            "ssh-ip-address": self.address,
            "ssh-user": "root",
            "ssh-key": str(self.key),
            "preload": False,
            "cache-images": False,
            "install-addons": False,
            "feature-gates": "KubeletInUserNamespace=true",
            "extra-config": [
                "kubeadm.ignore-preflight-errors=SystemVerification",
                "kubelet.fail-cgroupv1=false",
            ],
        }

    def start(self) -> None:
        """Make the machine and switch it on, with the images that kubeadm will ask for."""
        root = self.home / "root"
        parts.root_file_system(root)
        archives = parts.image_archives(self.home / "images", root)
        self._furnish(root, parts.pause_reference(self.home / "images"))
        self._sysctls = {name: host.read_sysctl(name) for name in host.SYSCTLS if name.startswith(("kernel", "vm"))}
        (self.home / "containers.conf").write_text(
            adaptation(read_machine(lambda program: bool(shutil.which(program))))
        )
        (self.home / "containerd").mkdir()
        self._podman("network", "create", f"--subnet={self.address.rpartition('.')[0]}.0/24", self.name)
        # minikube edits /etc/hosts by renaming, which podman's own could not bear.
        self._podman(
            "run", "--detach", f"--name={self.name}", f"--network={self.name}", f"--ip={self.address}",
            "--no-hosts", "--systemd=always", "--privileged",
            "--cgroupns=private", f"--volume={self.home / 'containerd'}:/var/lib/containerd",
            f"--volume={self.home / 'images'}:/opt/images:ro", f"--volume={self.data_root}:{DATA_ROOT}",
            "--rootfs", str(root), "/sbin/init",
        )  # fmt: skip
        self._await_systemd()
        for archive in archives:
            self.run("ctr", "--namespace=k8s.io", "images", "import", f"/opt/images/{archive.name}")

    def restart(self) -> None:
        """Switch the machine off and on."""
        self._podman("restart", "--time=20", self.name)
        self._await_systemd()

    def stop(self) -> None:
        """Remove the machine, and put back what the kubelet changed of the one it ran on."""
        remove = ("rm", "--force", "--time=20", "--ignore", self.name)
        try:
            self._podman(*remove)
        except AssertionError:
            # What runs inside dies with the machine's first process, but not always within podman's patience.
            time.sleep(10)
            self._podman(*remove)
        self._podman("network", "rm", "--force", self.name)
        for name, value in self._sysctls.items():
            if value is not None and host.read_sysctl(name) != value:
                host.write_sysctl(name, value)

    def run(self, *command: str) -> str:
        """Run a command in the node."""
        return self._podman("exec", self.name, *command)

    def _await_systemd(self) -> None:
        # "degraded" after a unit that failed, which others than ours may.
        up = "until systemctl is-system-running --wait | grep --quiet -e running -e degraded; do sleep 1; done"
        self._podman("exec", self.name, "timeout", "60", "sh", "-c", up)

    def _furnish(self, root: Path, pause: str) -> None:
        for recipe in (recipes.CONTAINERD, parts.CRICTL):
            shutil.copytree(recipe.directory, root / "usr/local/bin", dirs_exist_ok=True)
        for recipe in (recipes.CNI, parts.FIREWALL):
            shutil.copytree(recipe.directory, root / "opt/cni/bin", dirs_exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        units = root / "etc/systemd/system"
        for unit in _MASKED:
            (units / unit).unlink(missing_ok=True)
            (units / unit).symlink_to("/dev/null")
        _write(root / "root/.ssh/authorized_keys", self.key.with_suffix(".pub").read_text())
        _write(root / "etc/containerd/config.toml", _CONTAINERD.format(pause=pause))
        _write(units / "containerd.service", _UNIT)
        (units / "multi-user.target.wants/containerd.service").symlink_to("../containerd.service")
        _write(root / "etc/hosts", "127.0.0.1 localhost\n")
        # minikube provisions Ubuntu itself, and Debian with a library that waits for a docker engine.
        release = root / "usr/lib/os-release"
        release.write_text(release.read_text().replace("\nID=debian\n", "\nID=ubuntu\n"))
        # The driver takes the user into that group, whatever runs the containers.
        subprocess.run(["chroot", root, "groupadd", "--force", "docker"], check=True)

    def _podman(self, *arguments: str) -> str:
        environment = {
            **os.environ,
            "CONTAINERS_CONF_OVERRIDE": "",
            "CONTAINERS_CONF": str(self.home / "containers.conf"),
        }
        done = subprocess.run(
            ["podman", *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"podman {arguments[0]}: {done.stderr or done.stdout}"
        return done.stdout


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(text)
