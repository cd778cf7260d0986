# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NAS images, of which all instances on a machine have the same. Private to file_simulator.nas."""

from __future__ import annotations

import os
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import verbatim
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked
from ansible_collections.file_simulator.nas.plugins.module_utils._common.progress import elapsed
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._image.archive import build_archive, discard, is_cached
from ansible_collections.file_simulator.nas.plugins.module_utils._image.recipe import Recipe

# How long a run waits for another one that builds the same image: an emulated machine takes minutes for it.
_BUILD_SECONDS = 1800.0


class Images(t.NamedTuple):
    """Images by their names with tags: those that there are, and those of them that a container uses."""

    there: set[str]
    in_use: set[str]


def images_of(podman: Podman, name: str) -> Images:
    """Return podman's images that are called ``name``, with whatever tag."""
    shown = ["--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={name}"]
    found = podman.call(["images", *shown], "list images").split()
    # Podman shows all names of an image of which one matches: those that other instances gave it, too.
    there = {image for image in found if image.rpartition(":")[0] == name}
    in_use = set(podman.call(["ps", "--all", "--format", "{{.Image}}"], "list containers").split())
    return Images(there, there & in_use)


def is_there(module: AnsibleModule, podman: Podman | None, recipe: Recipe, archive: str) -> bool:
    """Tell whether podman has the image, or where it is not to be loaded, whether there is an archive of it."""
    if not module.params["load"]:
        return os.path.exists(archive)
    return podman is not None and podman.succeeds(["image", "exists", recipe.reference])


def make_image(module: AnsibleModule, podman: Podman | None, recipe: Recipe, archive: str) -> None:
    """Build the archive of an image that is not there, and load it; without podman, build it alone.

    Of several runs that want the same image at once, one makes it. Raises SimulatorError.
    """
    with locked(f"{archive}.lock", f"image {recipe.reference}", "a build", _BUILD_SECONDS, transient=True):
        if not is_there(module, podman, recipe, archive):
            _make(module, podman, recipe, archive)


def _make(module: AnsibleModule, podman: Podman | None, recipe: Recipe, archive: str) -> None:
    cached = is_cached(recipe, archive)
    if not os.path.exists(archive):
        _build(module, recipe, archive)
    if podman is None:
        return
    try:
        _load(podman, recipe.reference, archive)
    except SimulatorError:
        if not cached:
            raise
        # What lay in the cache may have been damaged; a fresh one says whether the fault is elsewhere.
        discard(recipe, archive)
        _build(module, recipe, archive)
        _load(podman, recipe.reference, archive)


def _load(podman: Podman, reference: str, archive: str) -> None:
    try:
        podman.call(["load", "--quiet", "--input", archive], f"image {reference}: load {archive}")
    except SimulatorError as error:
        # Podman tries one format after the other and tells of each; this is ours.
        told = re.search(r"docker-archive: (.*)", str(error.details.get("stderr", "")))
        message = f"image {reference}: load {archive}: podman: {told.group(1)}" if told else error.message
        raise SimulatorError(message, **error.details) from None


def _build(module: AnsibleModule, recipe: Recipe, archive: str) -> None:
    mmdebstrap = module.get_bin_path("mmdebstrap")
    if mmdebstrap is None:
        raise SimulatorError(
            f"{archive}: cannot be built, for there is no mmdebstrap; install it with debian-archive-keyring, where the "
            "distribution has them, or copy this file from a machine of the same architecture that has built it"
        )
    with elapsed("the image is built from Debian's packages"):
        build_archive(recipe, archive, verbatim(module.run_command), mmdebstrap)
