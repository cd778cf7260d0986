# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine with systemd that starts and shuts down in seconds: Debian 12 in systemd-nspawn, with podman and Ansible.

Processes, mounts, addresses and firewall rules are its own; kernel and cgroups are those of the machine that the test
runs on. It reaches nothing outside and nothing reaches it; ``command`` runs programs of this machine in its network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
import typing as t
from pathlib import Path

from ..module_runner import CHECKOUT
from .cache import cached
from .programs import require_programs

_PACKAGES = (
    "systemd-sysv", "dbus", "podman", "catatonit", "netavark", "aardvark-dns", "crun", "runc", "iptables", "nftables",
    "iproute2", "procps", "python3-venv", "ca-certificates",
)  # fmt: skip
_PROGRAMS = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container", "nsenter": "util-linux"}
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
# System calls that servers and runc need, and that a container does not get by default.
_CALLS = "@keyring bpf open_by_handle_at name_to_handle_at"
# On cgroups v1, the first process gets controllers that it cannot write to.
_WRITABLE = """\
[Unit]
DefaultDependencies=no
Before=sysinit.target
ConditionPathIsDirectory=/sys/fs/cgroup/memory
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'for each in /sys/fs/cgroup/*; do mount -o remount,rw,bind $each; done; exit 0'
[Install]
WantedBy=sysinit.target
"""
_START_SECONDS, _STOP_SECONDS = 180.0, 180.0


class SystemdMachine:
    """One machine below ``home``; ``files`` is its root directory, which a test may also change while it is off."""

    def __init__(self, home: Path) -> None:
        self.files = home / "root"
        self._process: subprocess.Popen[bytes] | None = None
        self._first = ""

    def make(self) -> None:
        """Make its root file system. Raises Unavailable."""
        require_programs(_PROGRAMS, "namespaces and a root file system of its own need root")
        self.files.mkdir(parents=True)
        subprocess.run(["tar", "--extract", "--file", _base(), "--directory", self.files], check=True)

    def start(self) -> None:
        """Switch it on, and wait until each unit has been started or has failed."""
        command = [
            "systemd-nspawn", "--quiet", "--boot", f"--directory={self.files}", f"--machine={self.files.parent.name}",
            "--register=no", "--keep-unit", "--private-network", "--link-journal=no", "--capability=all",
            f"--system-call-filter={_CALLS}", f"--bind-ro={CHECKOUT}:/checkout",
        ]  # fmt: skip
        with open(self.files.parent / "console", "ab") as console:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_up():
            assert self._process.poll() is None and time.monotonic() < deadline, "it does not start"
            time.sleep(0.5)

    def _is_up(self) -> bool:
        assert self._process is not None
        pid = self._process.pid
        self._first = Path(f"/proc/{pid}/task/{pid}/children").read_text().split(" ")[0]
        with contextlib.suppress(AssertionError):
            self.run("systemctl is-system-running | grep --quiet --extended-regexp 'running|degraded'", seconds=30)
            return True
        return False

    def shut_down(self) -> None:
        """Have it shut itself down, in the order that its units have."""
        assert self._process is not None
        self.run("systemctl poweroff")
        self._process.wait(_STOP_SECONDS)
        self._process = None

    def run(self, command: str, *, seconds: float = 300) -> str:
        """Run a shell command as its root and return what it prints; AssertionError when it fails."""
        shell = [
            "env",
            "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
            "LC_ALL=C.UTF-8",
            "bash",
            "-c",
            command,
        ]
        done = subprocess.run(
            ["nsenter", f"--target={self._first}", "--all", *shell],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=seconds, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: exit status {done.returncode}\n{done.stdout[-6000:]}"
        return done.stdout

    def command(self, *words: str) -> list[str]:
        """Return a command that runs a program of this machine with the other's network."""
        return ["nsenter", f"--target={self._first}", "--net", *words]

    def stop(self) -> None:
        """Switch it off at once, and remove it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.files.parent, ignore_errors=True)


def _base() -> Path:
    """The archive of the root file system; made when the cache has none of this recipe."""
    name = "root.tar"
    sources = (Path(__file__), CHECKOUT / "requirements.txt")
    return cached("bookworm.systemd", sources, lambda draft: _pack(draft / name)) / name


def _pack(archive: Path) -> None:
    root = archive.parent.with_name("root")
    _make(root)
    subprocess.run(["tar", "--create", "--file", archive, "--directory", root, "."], check=True)


def _make(root: Path) -> None:
    include = f"--include={','.join(_PACKAGES)}"
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", include, "bookworm", root], check=True)
    if _AUTHORITIES.exists():
        shutil.copy(_AUTHORITIES, root / _AUTHORITIES.relative_to("/"))
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    shutil.copy(CHECKOUT / "requirements.txt", root / "tmp")
    install = "python3 -m venv /opt/ansible && /opt/ansible/bin/pip --quiet install --requirement /tmp/requirements.txt"
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}
    kept.pop("PIP_FIND_LINKS", None)  # a directory of this machine
    environment: dict[str, t.Any] = {**kept, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    subprocess.run(["chroot", root, "sh", "-c", install], check=True, env=environment, stdout=subprocess.DEVNULL)
    (root / "etc/systemd/system/writable-cgroups.service").write_text(_WRITABLE)
    (root / "etc/systemd/journald.conf").write_text("[Journal]\nStorage=persistent\nSyncIntervalSec=1s\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    systemctl = ["chroot", root, "systemctl", "--quiet"]
    subprocess.run([*systemctl, "enable", "writable-cgroups.service"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*systemctl, "mask", "apt-daily.timer", "apt-daily-upgrade.timer"], check=True)
