# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The distribution's packages, unpacked into a directory: nothing of this machine changes, and root is not needed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

from ..programs import Unavailable

# Debian's and Ubuntu's names for a kernel without drivers for real hardware.
KERNELS = ("linux-image-cloud-amd64", "linux-image-virtual")
# With all drivers; only Ubuntu's smaller kernel has 9p.
KERNELS_WITH_9P = ("linux-image-amd64", "linux-image-virtual")
PROGRAMS = ("busybox-static", "mount", "nfs-common", "rpcbind", "python3-minimal", "libpython3-stdlib")
# Of what these packages depend on, a machine without users and services needs no more than this.
_NEEDED = re.compile(
    r"linux-(image|modules)-\d.*|busybox-static|mount|nfs-common|rpcbind|python3\.\d+(-minimal)?|lib.*|zlib1g|usr-is-merged"
)
_UNNEEDED = re.compile(r"libperl.*|libpam.*|lib.*-perl|libklibc|libnettle.*|libldap.*")


def extract(directory: Path, kernels: t.Sequence[str], more: t.Sequence[str] = ()) -> None:
    """Download one of ``kernels``, the packages, and ``more``, and unpack them into ``directory``."""
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not here: the virtual machine is made of Debian's or Ubuntu's packages")
    downloads = directory.with_name(f"{directory.name}.debs")
    downloads.mkdir(parents=True)
    try:
        # As root, apt would hand over to a user of its own, who cannot write there.
        sandbox = ("-o", "APT::Sandbox::User=root") if os.geteuid() == 0 else ()
        _run("apt-get", *sandbox, "download", *_resolve(downloads, kernels, more), cwd=downloads)
        for package in sorted(downloads.glob("*.deb")):
            _run("dpkg-deb", "--extract", str(package), str(directory), cwd=downloads)
    finally:
        shutil.rmtree(downloads)


def install_qemu() -> None:
    """Install the emulator where it is missing."""
    if shutil.which("qemu-system-x86_64") is not None:
        return
    command = "apt-get install --no-install-recommends qemu-system-x86"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Unavailable(f"qemu-system-x86_64 is not here; install it, as root: {command}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(*command.split(), "--yes", cwd=Path("/"), env=environment)


def _resolve(scratch: Path, kernels: t.Sequence[str], more: t.Sequence[str]) -> list[str]:
    """Return the packages to download: what apt would install on a machine that has nothing yet."""
    nothing = scratch / "status"
    nothing.touch()
    options = ("-o", f"Dir::State::status={nothing}", "-o", "APT::Install-Recommends=false")
    problem: subprocess.CalledProcessError | None = None
    for kernel in kernels:
        try:
            shown = _run("apt-get", "--simulate", *options, "install", kernel, *PROGRAMS, *more, cwd=scratch)
        except subprocess.CalledProcessError as error:
            problem = problem or error
        else:
            found = re.findall(r"^Inst (\S+) \((\S+)", shown, re.MULTILINE)
            needed = [(n, v) for n, v in found if n in more or (_NEEDED.fullmatch(n) and not _UNNEEDED.fullmatch(n))]
            return [f"{name}={version}" for name, version in needed]
    assert problem
    raise Unavailable(f"apt-get knows no kernel package of {kernels}, try apt-get update: {problem.stderr.strip()}")


def _run(*command: str, cwd: Path, **options: t.Any) -> str:
    return str(subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, **options).stdout)
