# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Building the NAS image's archive. Private to file_simulator.nas. Talks to the outside: mmdebstrap and the disk."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import tarfile
import tempfile

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import Runner
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import measured
from ansible_collections.file_simulator.nas.plugins.module_utils._image.recipe import (
    Recipe,
    image_config,
    image_manifest,
    mmdebstrap_command,
    wrong_versions,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._image.supervision import (
    interruptible,
    run_alone,
    temporary_directory,
)

_DPKG_STATUS = "./var/lib/dpkg/status"
# A file's time is part of the layer; one that never changes keeps layers of one recipe alike.
_EPOCH = 0
# What directories of a build are called, beside the archives and in the system's directory for temporary files.
_WORKPLACE = ".building-"
_SCRATCH = "file-simulator-image-"
# Archives of older recipes that stay in the cache, for going back and forth between two.
_KEPT_ARCHIVES = 2


def build_archive(recipe: Recipe, target: str, run_command: Runner, mmdebstrap: str) -> None:
    """Build the image's archive at ``target``: whole, or not at all. Raises SimulatorError.

    The root file system, which takes most of the time, is kept beside the archive and used again
    by the next recipe with the same packages. Interrupted, it raises SystemExit and leaves nothing else behind.
    """
    directory = os.path.dirname(target)
    base = _base(recipe, target)
    with interruptible(), contextlib.ExitStack() as stack:
        try:
            os.makedirs(directory, exist_ok=True)
            workplace = stack.enter_context(temporary_directory(_WORKPLACE, directory, run_command))
        except OSError as error:
            raise SimulatorError(f"{directory}: the image cannot be built there: {error.strerror}") from None
        _build_in(workplace, recipe, base, target, run_command, mmdebstrap)


def _build_in(workplace: str, recipe: Recipe, base: str, target: str, run_command: Runner, mmdebstrap: str) -> None:
    directory = os.path.dirname(target)
    try:
        if not os.path.exists(base):
            fresh = os.path.join(workplace, "base.tar")
            _debootstrap(recipe, fresh, run_command, mmdebstrap)
            _check_versions(recipe, fresh)
            os.replace(fresh, base)
        archive = os.path.join(workplace, "archive.tar")
        _pack(recipe, base, os.path.join(workplace, "files.tar"), archive)
        os.replace(archive, target)
        _prune(directory, recipe.archive_prefix)
        _prune(directory, "base-")
    except (OSError, tarfile.TarError) as error:
        raise SimulatorError(f"image {recipe.reference}: cannot be built in {directory}: {error}") from None


def is_cached(recipe: Recipe, archive: str) -> bool:
    """Tell whether the archive, or what it is made from, was built before."""
    return os.path.exists(archive) or os.path.exists(_base(recipe, archive))


def discard(recipe: Recipe, archive: str) -> None:
    """Remove an archive that turned out to be damaged, and the root file system that it was made from."""
    for path in (archive, _base(recipe, archive)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _base(recipe: Recipe, archive: str) -> str:
    return os.path.join(os.path.dirname(archive), f"base-{recipe.base_tag}.tar")


def _debootstrap(recipe: Recipe, layer: str, run_command: Runner, mmdebstrap: str) -> None:
    command = mmdebstrap_command(recipe, mmdebstrap, layer)
    with temporary_directory(_SCRATCH, tempfile.gettempdir(), run_command) as scratch:
        os.chmod(scratch, 0o755)  # apt loads packages as a user of its own
        status, out, err = run_alone(run_command, command, scratch)
    if status:
        reasons = (
            [line for line in err.splitlines() if line.startswith("E:")] or err.splitlines() or ["no reason given"]
        )
        raise SimulatorError(
            f"image {recipe.reference}: mmdebstrap: {reasons[0]}", cmd=command, rc=status, stdout=out, stderr=err
        )


def _check_versions(recipe: Recipe, base: str) -> None:
    with tarfile.open(base, "r:") as packed:
        try:
            status = packed.extractfile(_DPKG_STATUS)
        except KeyError:
            status = None
        if status is None:
            raise SimulatorError(f"image {recipe.reference}: mmdebstrap made a root file system without packages")
        database = status.read().decode()
    wrong = wrong_versions(database, recipe.pinned)
    if wrong:
        raise SimulatorError(
            f"image {recipe.reference}: {'; '.join(wrong)}; choose a suite that has it, the collection is verified with no other"
        )


def _pack(recipe: Recipe, base: str, files: str, archive: str) -> None:
    with tarfile.open(files, "w:", format=tarfile.PAX_FORMAT) as packed:
        for path, text in sorted(recipe.files.items()):
            _add(packed, path.lstrip("/"), text.encode())
    layers = {"base.tar": base, "files.tar": files}
    config = json.dumps(image_config(recipe, [_sha256(layer) for layer in layers.values()]), sort_keys=True).encode()
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = json.dumps(image_manifest(recipe, config_name, list(layers))).encode()
    with tarfile.open(archive, "w:") as packed:
        for name, layer in layers.items():
            packed.add(layer, name)
        _add(packed, config_name, config)
        _add(packed, "manifest.json", manifest)


def _prune(directory: str, prefix: str) -> None:
    """Remove all but the newest of our archives whose name begins with ``prefix``."""
    ours = re.compile(re.escape(prefix) + r"[0-9a-f]{12}\.tar\Z")
    paths = [os.path.join(directory, name) for name in os.listdir(directory) if ours.match(name)]
    for path in sorted(paths, key=os.path.getmtime)[:-_KEPT_ARCHIVES]:
        os.unlink(path)


def _add(packed: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o644, _EPOCH
    packed.addfile(entry, io.BytesIO(content))


def _sha256(path: str) -> str:
    with open(path, "rb") as stream:
        return measured(stream)[1]
