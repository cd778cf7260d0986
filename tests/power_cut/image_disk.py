# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk with the NAS image's files, from which the machine runs the agent and the NFS server."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
AGENT = CHECKOUT / "roles" / "nas_image" / "files" / "nas_sync_agent"
_INSTALLED = "usr/lib/python3/dist-packages/nas_sync_agent"
# Where the volumes of a pod are mounted; the root file system itself is read-only.
_PLACES = ("windows", "export", "etc/nas", "run", "tmp", "proc", "dev", "mnt")
_SIZE = 512 << 20


def prepare(image: str, agent: Path = AGENT, cache: Path | None = None) -> Path:
    """Return the disk, made first where the cache has none of this image with this ``agent``.

    The image's name has the hash of what it is made of.
    """
    cache = cache or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "file-simulator" / "power-cut"
    files = [path.read_bytes() for path in sorted(agent.rglob("*.py"))]
    disk = cache / f"{_name(image.encode(), Path(__file__).read_bytes(), *files)}.ext4"
    if not disk.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="building-", dir=cache) as scratch:
            archive = _archive(image, cache, Path(scratch))
            _build(archive, agent, Path(scratch) / "root", Path(scratch) / "disk")
            os.rename(Path(scratch) / "disk", disk)
    return disk


def _name(*content: bytes) -> str:
    return hashlib.sha256(b"".join(content)).hexdigest()[:16]


def _archive(image: str, cache: Path, scratch: Path) -> Path:
    """Return the image's files: podman may not have it any more when a test runs again."""
    archive = cache / f"{_name(image.encode())}.tar"
    if not archive.exists():
        name = f"power-cut-{os.getpid()}"
        _run("podman", "create", "--name", name, "--pull", "never", "--network", "none", image, "true")
        try:
            _run("podman", "export", "--output", str(scratch / "root.tar"), name)
        finally:
            _run("podman", "rm", name)
        os.rename(scratch / "root.tar", archive)
    return archive


def _build(archive: Path, agent: Path, root: Path, disk: Path) -> None:
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
