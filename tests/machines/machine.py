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
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "file-simulator" / "machines"
# What a checkout takes before its first command: README's "make up" installs the rest.
_PACKAGES = "ca-certificates,make"
_PROGRAMS = {"mmdebstrap": "mmdebstrap", "slirp4netns": "slirp4netns", "ip": "iproute2", "nsenter": "util-linux"}
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_BOOT_SECONDS = 20


class Unavailable(Exception):
    """A machine cannot be made here; the text says what is missing."""


def require_programs() -> None:
    """Install what makes machines where it is missing. Raises Unavailable."""
    if os.geteuid() != 0:
        raise Unavailable("namespaces and a root file system of its own need root")
    missing = sorted({package for program, package in _PROGRAMS.items() if shutil.which(program) is None})
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise Unavailable(f"install {', '.join(missing)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        subprocess.run(["apt-get", "-qq", *command], check=True, env=environment, stdout=subprocess.DEVNULL)


class Machine:
    """One machine of a Debian ``suite`` below ``home``, with this checkout in ``nas`` in its user's home.

    A root file system in ``home/root`` is used as it is; where there is none, the smallest is put there.
    """

    def __init__(self, suite: str, home: Path, user: str = "root") -> None:
        self.suite = suite
        self._root = home / "root"
        self._user = user
        self._user_home = "/root" if user == "root" else f"/home/{user}"
        self._processes: list[subprocess.Popen[str]] = []
        self._first = 0

    def start(self) -> None:
        """Make the root file system where it is missing, and switch the machine on."""
        if not self._root.exists():
            self._root.mkdir(parents=True)
            subprocess.run(["tar", "--extract", "--file", _base(self.suite), "--directory", self._root], check=True)
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

    def run(self, command: str, seconds: float = 600) -> str:
        """Run a shell command as the user in the checkout and return what it prints; AssertionError when it fails."""
        shell = ["runuser", "--user", self._user, "--", "bash", "-c", f"cd {self._user_home}/nas && {command}"]
        done = subprocess.run(
            # Namespaces first: in that of mounts the machine's root is an ordinary directory.
            ["nsenter", f"--target={self._first}", "--all", "chroot", self._root, *shell],
            env=self._environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=seconds,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: exit status {done.returncode}\n{done.stdout[-6000:]}"
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
        checkout = self._root / self._user_home.lstrip("/") / "nas"
        checkout.mkdir()
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.run(listed, cwd=CHECKOUT, check=True, capture_output=True).stdout
        pack = ["tar", "--create", "--null", "--files-from=-", "--ignore-failed-read"]
        packed = subprocess.run(pack, cwd=CHECKOUT, check=True, input=files, capture_output=True).stdout
        subprocess.run(["tar", "--extract", "--no-same-owner", "--directory", checkout], check=True, input=packed)
        subprocess.run(
            ["chroot", self._root, "chown", "--recursive", f"{self._user}:", f"{self._user_home}/nas"], check=True
        )

    def _environment(self) -> dict[str, str]:
        """What a login gives, and how the machine that the test runs on reaches packages."""
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {**kept, "PATH": path, "HOME": self._user_home, "TERM": "dumb"}


def _base(suite: str) -> Path:
    """The archive of a suite's smallest root file system; made when the cache has none."""
    archive = CACHE / f"{suite}-minbase.tar"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        draft = CACHE / f"draft-{os.getpid()}.tar"
        try:
            command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={_PACKAGES}", suite, str(draft)]
            subprocess.run(command, check=True)
            draft.replace(archive)
        finally:
            draft.unlink(missing_ok=True)
    return archive
