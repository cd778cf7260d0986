# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images without a registry: written by hand as OCI archives, imported into the container runtime."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import platform
import re
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from testcluster.console import attempt, last_words
from testcluster.recipes import program
from testcluster.settings import PAUSE_IMAGE, ClusterError, Layout

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def write_archive(
    archive: Path,
    reference: str,
    programs: Mapping[str, Path],
    command: Sequence[str],
    links: Mapping[str, str] | None = None,
) -> None:
    """Write an image of one layer that holds some programs and symbolic links to an OCI archive."""
    layer = _layer(programs, links or {})
    architecture = ARCHITECTURES.get(platform.machine(), platform.machine())
    blobs: dict[str, bytes] = {}

    def add(media_type: str, content: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Entrypoint": list(command), "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": add(CONFIG, _json(config)),
        "layers": [add(LAYER, gzip.compress(layer, mtime=0))],
    }
    entry = add(MANIFEST, _json(manifest))
    entry["annotations"] = {"io.containerd.image.name": reference}
    index = {"schemaVersion": 2, "manifests": [entry]}
    with tarfile.open(archive, "w") as tar:
        _add_file(tar, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
        _add_file(tar, "index.json", _json(index))
        for name, content in blobs.items():
            _add_file(tar, name, content)


def _layer(programs: Mapping[str, Path], links: Mapping[str, str]) -> bytes:
    """Return the image's only layer: the same bytes for the same content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, file in programs.items():
            _add_file(tar, name.lstrip("/"), file.read_bytes(), mode=0o755)
        for name, target in links.items():
            link = tarfile.TarInfo(name.lstrip("/"))
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
    return buffer.getvalue()


def _add_file(tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    tar.addfile(info, io.BytesIO(content))


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True).encode()


def load(layout: Layout, archive: Path) -> list[str]:
    """Import an archive into the namespace that Kubernetes sees; return the names of its images."""
    if not archive.is_file():
        raise ClusterError(f"{archive}: no such file")
    if not layout.containerd_socket.exists():
        raise ClusterError("the cluster is not up: no container runtime to load the image into")
    done = attempt(_ctr(layout, "import", "--local", str(archive)), timeout=600)
    if done.returncode:
        raise ClusterError(f"cannot load {archive} as a docker or OCI archive: {last_words(done.stderr)}")
    return imported_names(done.stdout)


def imported_names(output: str) -> list[str]:
    """Return the images that the output of an import tells of."""
    return re.findall(r"^unpacking (\S+) ", output, re.MULTILINE)


def load_pause(layout: Layout) -> None:
    """Import the image of every pod's sandbox, unless it is there."""
    if PAUSE_IMAGE in _names(layout):
        return
    archive = layout.state / "pause.tar"
    write_archive(archive, PAUSE_IMAGE, {"/pause": program("pause")}, ["/pause"])
    load(layout, archive)
    archive.unlink()


def runtime_answers(layout: Layout) -> bool:
    """Return whether the container runtime serves; the socket alone may be that of one that died."""
    return layout.containerd_socket.exists() and attempt(_ctr(layout, "list", "--quiet")).returncode == 0


def _names(layout: Layout) -> set[str]:
    done = attempt(_ctr(layout, "list", "--quiet"))
    if done.returncode:
        raise ClusterError(f"the container runtime does not answer: {last_words(done.stderr)}")
    # The runtime lists every image by its digest too.
    return {name for name in done.stdout.split() if not name.startswith("sha256:")}


def _ctr(layout: Layout, *arguments: str) -> list[str]:
    address = ["--address", str(layout.containerd_socket), "--namespace", "k8s.io"]
    return [str(program("ctr")), *address, "images", *arguments]
