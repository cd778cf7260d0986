# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk with the NAS image's files, from which the machine runs the agent and the NFS server."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ..harness.cache import cached

CHECKOUT = Path(__file__).resolve().parents[2]
AGENT = CHECKOUT / "roles" / "nas_image" / "files" / "nas_sync_agent"
_INSTALLED = "usr/lib/python3/dist-packages/nas_sync_agent"
# Where the volumes of a pod are mounted; the root file system itself is read-only.
_PLACES = ("windows", "export", "etc/nas", "run", "tmp", "proc", "dev", "mnt")
_SIZE = 512 << 20


def prepare(image: str, agent: Path = AGENT) -> Path:
    """Return the disk, made first where the cache has none of this image with this ``agent``.

    The image's name has the hash of what it is made of.
    """
    name = "disk.ext4"
    sources = [image, Path(__file__), *sorted(agent.rglob("*.py"))]
    return cached("nas-disk", sources, lambda draft: _build(_archive(image), agent, draft / name)) / name


def _archive(image: str) -> Path:
    """Return the image's files: podman may not have it any more when a test runs again."""
    name = "root.tar"
    return cached("nas-files", [image], lambda draft: _export(image, draft / name)) / name


def _export(image: str, archive: Path) -> None:
    container = f"power-cut-{os.getpid()}"
    _run("podman", "create", "--name", container, "--pull", "never", "--network", "none", image, "true")
    try:
        _run("podman", "export", "--output", str(archive), container)
    finally:
        _run("podman", "rm", container)


def _build(archive: Path, agent: Path, disk: Path) -> None:
    root = disk.parent.with_name("root")
    root.mkdir()
    _run("tar", "--extract", "--file", str(archive), "--directory", str(root))
    shutil.rmtree(root / _INSTALLED)
    shutil.copytree(agent, root / _INSTALLED, ignore=shutil.ignore_patterns("__pycache__"))
    for place in _PLACES:
        (root / place).mkdir(parents=True, exist_ok=True)
    # Emulated, compiling takes seconds.
    _run("chroot", str(root), "python3", "-m", "compileall", "-q", f"/{_INSTALLED}", "/usr/lib/python3.11")
    with open(disk, "wb") as stream:
        stream.truncate(_SIZE)
    _run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-d", str(root), str(disk))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
