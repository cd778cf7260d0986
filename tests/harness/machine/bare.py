# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The root file system of a machine where nobody has done anything yet, made of a distribution's packages; cached."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..cache import cached

# What docs/windows.md has a user install, and what a machine needs that others look into.
_PACKAGES = (
    "systemd-sysv", "udev", "dbus", "libpam-systemd", "systemd-resolved", "kmod", "initramfs-tools", "e2fsprogs",
    "iproute2", "openssh-server", "sudo", "ca-certificates", "linux-image-amd64", "apparmor",
    "git", "make", "python3", "python3-venv", "nfs-common",
)  # fmt: skip
# The kernel finds its disk with these; all else is a module on that disk.
_INITRD_MODULES = ("virtio_pci", "virtio_blk", "ext4")


def bare_root(suite: str) -> Path:
    """Return the archive of a Debian suite's root file system; made when the cache has none."""
    name = "root.tar"
    return cached(f"{suite}.bare", [Path(__file__)], lambda draft: _bootstrap(suite, draft / name)) / name


def _bootstrap(suite: str, archive: Path) -> None:
    # Before the kernel is installed, so that there is one initrd, and that of few modules.
    modules = " ".join(_INITRD_MODULES)
    hook = (
        'mkdir --parents "$1/etc/initramfs-tools/conf.d"; '
        'echo MODULES=list > "$1/etc/initramfs-tools/conf.d/modules"; '
        f'printf "%s\\n" {modules} > "$1/etc/initramfs-tools/modules"'
    )
    packages = ",".join(_PACKAGES)
    command: list[str | Path] = [
        "mmdebstrap", "--quiet", "--variant=apt", f"--include={packages}", f"--setup-hook={hook}",
        "--dpkgopt=force-confold", suite, archive,
    ]  # fmt: skip
    subprocess.run(command, check=True)
