# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine with another distribution: its root file system, in namespaces of its own.

Files, processes, mounts, addresses and firewall rules are the machine's alone and go with it; kernel and cgroups are
those of the machine that the test runs on. It reaches the outside through slirp4netns, and nothing reaches it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ..harness.cache import CACHES

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
CACHE = CACHES / "machines"
# What a checkout takes before its first command: README's "make up" installs the rest.
_PACKAGES = ("ca-certificates", "make", "sudo")
PROGRAMS = {"mmdebstrap": "mmdebstrap", "slirp4netns": "slirp4netns", "ip": "iproute2", "nsenter": "util-linux"}
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_BOOT_SECONDS = 20


@dataclass(frozen=True)
class User:
    """Who gives the commands. ``before`` is what this person's shell does at its start."""

    name: str = "root"
    home: str = "/root"
    before: str = ":"
    environment: t.Mapping[str, str] = field(default_factory=dict)


class Machine:
    """One machine of a Debian ``suite`` below ``directory``, with this checkout in ``nas`` in the ``user``'s home.

    A root file system in ``directory/root`` is used as it is; where there is none, the smallest is put there.
    """

    def __init__(self, suite: str, directory: Path, user: User) -> None:
        self.suite = suite
        self.user = user
        self._root = directory / "root"
        self._processes: list[subprocess.Popen[str]] = []
        self._first = 0

    def start(self) -> None:
        """Make the root file system where it is missing, and switch the machine on."""
        if not self._root.exists():
            self._root.mkdir(parents=True)
            subprocess.run(["tar", "--extract", "--file", _base(self.suite), "--directory", self._root], check=True)
            self._make_user()
        self._furnish()
        namespaces = ["--mount", "--pid", "--ipc", "--uts", "--net", "--fork", "--kill-child", "--propagation=private"]
        boot = ["unshare", *namespaces, "bash", str(HERE / "boot.sh"), str(self._root), self.suite]
        unshare = self._spawn(boot, stdout=subprocess.PIPE)
        assert unshare.stdout and unshare.stdout.readline() == "booted\n", f"{self.suite} does not boot"
        self._first = int(Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children").read_text().split()[0])
        self._spawn(["slirp4netns", "--configure", "--disable-host-loopback", str(self._first), "tap0"])
        deadline = time.monotonic() + _BOOT_SECONDS
        while "tap0" not in Path(f"/proc/{self._first}/net/route").read_text():
            assert time.monotonic() < deadline, "slirp4netns gives no network"
            time.sleep(0.1)

    def run(self, command: str, seconds: float = 600, terminal: int = subprocess.DEVNULL) -> str:
        """Run a shell command as the user in the checkout and return what it prints; AssertionError when it fails.

        ``terminal`` is the descriptor of one that the command may ask at.
        """
        become = ["runuser", "--user", self.user.name, "--"]
        return self._run(
            [*become, "bash", "-c", f'cd "$HOME/nas" && {self.user.before} && {command}'], seconds, terminal
        )

    def as_root(self, command: str) -> str:
        """Run a shell command as root and return what it prints; AssertionError when it fails."""
        return self._run(["bash", "-c", command], 600, subprocess.DEVNULL)

    def may_become_root(self, *, with_password: bool) -> None:
        """Let sudo ask the user for a password, or not."""
        rule = f"{self.user.name} ALL=(ALL:ALL) {'' if with_password else 'NOPASSWD: '}ALL\n"
        (self._root / "etc/sudoers.d/user").write_text(rule)

    def unplug(self) -> None:
        """Cut the machine off from the outside."""
        subprocess.run(["nsenter", f"--target={self._first}", "--net", "ip", "link", "set", "tap0", "down"], check=True)

    def _run(self, command: list[str], seconds: float, terminal: int) -> str:
        # Namespaces first: in that of mounts the machine's root is an ordinary directory.
        inside = ["nsenter", f"--target={self._first}", "--all", "chroot", str(self._root)]
        if terminal != subprocess.DEVNULL:
            inside = ["setsid", "--ctty", "--wait", *inside]
        done = subprocess.run(
            [*inside, *command],
            env=_environment(self.user), stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=seconds,
        )  # fmt: skip
        assert done.returncode == 0, f"{command[-1]}: exit status {done.returncode}\n{done.stdout[-6000:]}"
        return done.stdout

    def stop(self) -> None:
        """Switch the machine off: with its first process go all others, mounts, addresses and rules. Its files stay."""
        if self._first:
            os.kill(self._first, signal.SIGKILL)
        for process in reversed(self._processes):
            process.terminate()
            process.wait(timeout=_BOOT_SECONDS)

    def _spawn(self, command: list[str], stdout: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL, text=True
        )
        self._processes.append(process)
        return process

    def _furnish(self) -> None:
        """Put in what a machine has of its surroundings: name service, trusted authorities, the checkout."""
        shutil.copy("/etc/resolv.conf", self._root / "etc/resolv.conf")
        (self._root / "etc/hosts").write_text(f"127.0.0.1 localhost {self.suite}\n")
        if _AUTHORITIES.exists():
            shutil.copy(_AUTHORITIES, self._root / "etc/ssl/certs/ca-certificates.crt")
        checkout = self._root / self.user.home.lstrip("/") / "nas"
        checkout.mkdir()
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.run(listed, cwd=CHECKOUT, check=True, capture_output=True).stdout
        pack = ["tar", "--create", "--null", "--files-from=-", "--ignore-failed-read"]
        packed = subprocess.run(pack, cwd=CHECKOUT, check=True, input=files, capture_output=True).stdout
        subprocess.run(["tar", "--extract", "--no-same-owner", "--directory", checkout], check=True, input=packed)
        subprocess.run(["chroot", self._root, "chown", "-R", f"{self.user.name}:", f"{self.user.home}/nas"], check=True)

    def _make_user(self) -> None:
        if self.user.name != "root":
            make = ["useradd", "--create-home", "--home-dir", self.user.home, "--shell", "/bin/bash", self.user.name]
            subprocess.run(["chroot", self._root, *make], check=True)
            self.may_become_root(with_password=False)


def _environment(user: User) -> dict[str, str]:
    """What a login gives, and how the machine that the test runs on reaches packages."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {**kept, "PATH": path, "HOME": user.home, "TERM": "dumb", **user.environment}


def _base(suite: str) -> Path:
    """The archive of a suite's smallest root file system; made when the cache has none."""
    archive = CACHE / f"{'-'.join((suite, *_PACKAGES))}.tar"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        draft = CACHE / f"draft-{os.getpid()}.tar"
        try:
            command = [
                "mmdebstrap",
                "--quiet",
                "--variant=minbase",
                f"--include={','.join(_PACKAGES)}",
                suite,
                str(draft),
            ]
            subprocess.run(command, check=True)
            draft.replace(archive)
        finally:
            draft.unlink(missing_ok=True)
    return archive
