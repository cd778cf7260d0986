# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disk of a virtual machine, made of a distribution's packages alone; kept in the cache.

It has what a freshly installed Debian has, a kernel with clients of NFS and 9p, ssh, and an ordinary user ``tester``
with sudo. What ``make up`` installs is on it, too (provision.py): emulated, that would take most of an hour.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..cache import cached
from ..programs import require_programs
from .bare import bare_root
from .provision import SOURCES, USER, provision

_DISK_BYTES = 16 * 1024**3
_NETWORK = "[Match]\nName=e*\n[Network]\nDHCP=ipv4\n"
# They would take the emulated processor in the middle of a test.
_MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "fstrim.timer", "man-db.timer")
_PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "slirp4netns": "slirp4netns",
    "ssh": "openssh-client",
    "mke2fs": "e2fsprogs",
}


@dataclass(frozen=True)
class Image:
    """A machine's files; ``disk`` is a backing file that nobody writes to."""

    suite: str
    kernel: Path
    initrd: Path
    disk: Path
    key: Path


def image_of(suite: str) -> Image:
    """Return the image of a Debian suite; made when the cache has none, which takes minutes. Raises Unavailable."""
    require_programs(_PROGRAMS, "a root file system with its owners needs root")
    directory = cached(suite, [Path(__file__), *SOURCES], lambda draft: _make(suite, draft))
    return Image(suite, directory / "vmlinuz", directory / "initrd", directory / "disk", directory / "key")


def _make(suite: str, image: Path) -> None:
    home = image.parent / "machine"
    root = home / "root"
    root.mkdir(parents=True)
    _run("tar", "--extract", "--numeric-owner", "--xattrs-include=*", "--file", bare_root(suite), "--directory", root)
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tests", "-f", image / "key")
    _add_users(root, (image / "key.pub").read_text())
    provision(suite, home)
    _furnish(root, suite)
    for source, name in (("vmlinuz", "vmlinuz"), ("initrd.img", "initrd")):
        shutil.copy(root / os.readlink(root / source), image / name)
    with open(image / "disk", "wb") as file:
        file.truncate(_DISK_BYTES)
    _run("mke2fs", "-q", "-t", "ext4", "-d", root, "-L", "root", image / "disk")


def _add_users(root: Path, key: str) -> None:
    _run("chroot", root, "useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", USER)
    _write(root / "etc/sudoers.d" / USER, f"{USER} ALL=(ALL) NOPASSWD: ALL\n", 0o440)
    for home, owner in ((root / "root", "root"), (root / "home" / USER, USER)):
        _write(home / ".ssh/authorized_keys", key, 0o600)
        _run("chroot", root, "chown", "--recursive", f"{owner}:", f"/{home.relative_to(root)}/.ssh")
        # Each command is a login; a user's own systemd would start and stop with every one of them.
        _write(root / "var/lib/systemd/linger" / owner, "")


def _furnish(root: Path, suite: str) -> None:
    _write(root / "etc/hostname", f"{suite}\n")
    _write(root / "etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {suite}\n")
    _write(root / "etc/fstab", "LABEL=root / ext4 rw,relatime 0 1\n")
    _write(root / "etc/systemd/network/80-dhcp.network", _NETWORK)
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    (root / "etc/resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
    # It would warn that nothing runs there.
    systemctl = ("chroot", root, "env", "SYSTEMD_LOG_LEVEL=err", "systemctl", "--quiet")
    _run(*systemctl, "enable", "systemd-networkd", "systemd-resolved", "ssh")
    _run(*systemctl, "mask", *_MASKED)


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)
