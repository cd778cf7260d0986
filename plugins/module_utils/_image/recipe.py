# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipe of the NAS image, and the shape of an image archive. Private to file_simulator.nas. Pure.

An archive is what "docker save" writes ("Docker Image Specification v1.2", section "Combined Image
JSON + Filesystem Changeset Format"): podman, containerd and Minikube all load it.
"""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from dataclasses import asdict, dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# Raised when the same recipe is built into another image than before.
_FORMAT = 3
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# The tag tells recipes apart, not attackers.
_TAG_LENGTH = 12
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]+\Z")


@dataclass(frozen=True)
class Recipe:
    """What an image is made of. ``files`` maps paths in the image to their text."""

    name: str
    suite: str
    packages: tuple[str, ...]
    machine: str
    mirror: str = ""
    pinned: t.Mapping[str, str] = field(default_factory=dict)
    files: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The image's tag: the same for the same recipe, and for it alone."""
        # Where the packages come from does not change what they are.
        return _digest({**asdict(self), "mirror": "", "format": _FORMAT})

    @property
    def base_tag(self) -> str:
        """A digest of what the root file system is made of, without ``files``."""
        return _digest({**asdict(self), "name": "", "mirror": "", "files": {}, "format": _FORMAT})

    @property
    def reference(self) -> str:
        """The image's full name."""
        return f"{self.name}:{self.tag}"

    @property
    def archive_name(self) -> str:
        """The name of the archive's file."""
        return f"{self.archive_prefix}{self.tag}.tar"

    @property
    def archive_prefix(self) -> str:
        """What the archives of all recipes of this name begin with."""
        return f"{self.name.rsplit('/', maxsplit=1)[-1]}-"


def check_recipe(packages: t.Sequence[str], files: t.Mapping[str, t.Any], pinned: t.Mapping[str, t.Any]) -> None:
    """Raise SimulatorError for a name, a path or a text that none can be, with the option and what to write."""
    for option, given in (("files", files), ("pinned", pinned)):
        for key, value in given.items():
            if not isinstance(value, str):
                raise SimulatorError(f"{option}: the value of '{key}' is no text; put it into quotes")
    for path in files:
        if not path.startswith("/") or ".." in path.split("/"):
            raise SimulatorError(f"files: '{path}' is no absolute path; write for example /usr/lib/example.conf")
    for package in packages:
        if not _PACKAGE.match(package):
            raise SimulatorError(f"packages: '{package}' is no name of a Debian package")


def _digest(parts: t.Mapping[str, t.Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_TAG_LENGTH]


def mmdebstrap_command(recipe: Recipe, executable: str, target: str) -> list[str]:
    """Return the command that makes the root file system from Debian packages alone."""
    return [
        executable, "--variant=minbase", "--quiet",
        f"--include={','.join(recipe.packages)}",
        # Nobody reads manuals or translations in a container.
        *[f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "info", "locale", "lintian")],
        recipe.suite, target,
        *([recipe.mirror] if recipe.mirror else []),
    ]  # fmt: skip


def image_config(recipe: Recipe, layer_digests: t.Sequence[str]) -> dict[str, t.Any]:
    """Return the image's configuration; ``layer_digests`` are the SHA-256 of its layers, in hexadecimal."""
    return {
        "architecture": _ARCHITECTURES.get(recipe.machine, recipe.machine),
        "os": "linux",
        "config": {
            "Env": [f"PATH={_PATH}", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1"],
            "WorkingDir": "/",
            "Labels": {"org.opencontainers.image.title": "file-simulator NAS", "file-simulator.recipe": recipe.tag},
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in layer_digests]},
        "history": [{"created_by": "file_simulator.nas.nas_image"} for _layer in layer_digests],
    }


def image_manifest(recipe: Recipe, config_name: str, layer_names: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """Return the archive's manifest.json."""
    return [{"Config": config_name, "RepoTags": [recipe.reference], "Layers": list(layer_names)}]


def wrong_versions(dpkg_status: str, pinned: t.Mapping[str, str]) -> list[str]:
    """Tell which packages are not at the versions that they are pinned to.

    ``dpkg_status`` is the text of /var/lib/dpkg/status, ``pinned`` maps a package's name to what its
    version must begin with.
    """
    found = {}
    for paragraph in dpkg_status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        if "Package" in fields:
            found[fields["Package"]] = fields.get("Version", "")
    return [
        f"{name} is {found.get(name) or 'missing'}, not {version}"
        for name, version in sorted(pinned.items())
        if not found.get(name, "").startswith(version)
    ]
