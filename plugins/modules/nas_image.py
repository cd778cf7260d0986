#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_image
short_description: Build the NAS image from Debian packages, without an image registry
version_added: 1.0.0
description:
  - Builds an image from Debian packages and a few files, and loads it into podman.
  - The image's tag is a digest of its recipe, so that it is built once, and anew only when the recipe changes.
  - The archive is kept in O(cache_directory). It can be loaded into other engines too.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._attributes.full
  - file_simulator.nas._podman
requirements:
  - mmdebstrap
  - podman, with O(load=true)
options:
  state:
    description:
      - V(present) builds what is missing and loads it. V(absent) removes all images of O(name) from podman
        that no container uses. Archives stay in the cache.
    type: str
    choices:
      - present
      - absent
    default: present
  load:
    description:
      - Whether the image is to be in podman. V(false) makes the archive alone, for a cluster, and podman is not called.
    type: bool
    default: true
  name:
    description:
      - The image's name without a tag.
    type: str
    default: localhost/file-simulator/nas
  suite:
    description:
      - The Debian release that the packages come from.
    type: str
    default: bookworm
  mirror:
    description:
      - Where the packages come from, as mmdebstrap takes it. Without it, Debian's own mirror.
    type: str
    default: ""
  packages:
    description:
      - Names of the packages, beside those that Debian cannot do without.
    type: list
    elements: str
    default: []
  pinned:
    description:
      - What the versions of some packages must begin with. Another version is refused.
    type: dict
    default: {}
  files:
    description:
      - Files to add. Keys are absolute paths in the image, values the files' text.
    type: dict
    default: {}
  cache_directory:
    description:
      - Where archives are kept.
    type: path
    default: ~/.cache/file-simulator/images
seealso:
  - module: file_simulator.nas.nas_server
"""

EXAMPLES = r"""
- name: Build an image with an NFS server
  file_simulator.nas.nas_image:
    packages:
      - nfs-ganesha
      - nfs-ganesha-vfs
    pinned:
      nfs-ganesha: "4.3"
  register: nas_image

- name: Remove the images
  file_simulator.nas.nas_image:
    state: absent
"""

RETURN = r"""
image:
  description: The image's name with its tag.
  returned: when O(state=present)
  type: str
  sample: localhost/file-simulator/nas:0f3b6c1d2e4a
archive:
  description:
    - The file that other engines can load the image from. Empty when podman has the image and the cache has no
      file of it any more; O(load=false) makes one.
  returned: when O(state=present)
  type: str
kept:
  description: Images that were not removed since a container uses them.
  returned: when O(state=absent)
  type: list
  elements: str
"""

import os
import platform
import re

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.podman import PODMAN_SPEC, open_podman
from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import verbatim
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import make_for_everybody
from ansible_collections.file_simulator.nas.plugins.module_utils._common.progress import elapsed
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._image.archive import build_archive, discard, is_cached
from ansible_collections.file_simulator.nas.plugins.module_utils._image.recipe import Recipe, check_recipe


def nas_image(module: AnsibleModule) -> dict[str, object]:
    make_for_everybody()
    podman = open_podman(module, changes=True) if module.params["load"] else None
    if module.params["state"] == "absent":
        return _absent(module, podman)
    return _present(module, podman, _recipe(module))


def _recipe(module: AnsibleModule) -> Recipe:
    params = module.params
    check_recipe(params["packages"], params["files"], params["pinned"])
    return Recipe(
        name=params["name"],
        suite=params["suite"],
        packages=tuple(params["packages"]),
        machine=platform.machine(),
        mirror=params["mirror"],
        pinned=params["pinned"],
        files=params["files"],
    )


def _present(module: AnsibleModule, podman: Podman | None, recipe: Recipe) -> dict[str, object]:
    archive = os.path.join(module.params["cache_directory"], recipe.archive_name)
    if module.params["load"]:
        there = podman is not None and podman.succeeds(["image", "exists", recipe.reference])
    else:
        there = os.path.exists(archive)
    result = {
        "changed": not there,
        "image": recipe.reference,
        "archive": archive if os.path.exists(archive) or not there else "",
        "diff": {"before": {"image": recipe.reference if there else None}, "after": {"image": recipe.reference}},
    }
    if there or module.check_mode:
        return result
    cached = is_cached(recipe, archive)
    if not os.path.exists(archive):
        _build(module, recipe, archive)
    if podman is None:
        return result
    try:
        _load(podman, recipe, archive)
    except SimulatorError:
        if not cached:
            raise
        # What lay in the cache may have been damaged; a fresh one says whether the fault is elsewhere.
        discard(recipe, archive)
        _build(module, recipe, archive)
        _load(podman, recipe, archive)
    return result


def _load(podman: Podman, recipe: Recipe, archive: str) -> None:
    try:
        podman.call(["load", "--quiet", "--input", archive], f"image {recipe.reference}: load {archive}")
    except SimulatorError as error:
        # Podman tries one format after the other and tells of each; this is ours.
        told = re.search(r"docker-archive: (.*)", str(error.details.get("stderr", "")))
        message = f"image {recipe.reference}: load {archive}: podman: {told.group(1)}" if told else error.message
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


def _absent(module: AnsibleModule, podman: Podman | None) -> dict[str, object]:
    name = module.params["name"]
    there: set[str] = set()
    in_use: set[str] = set()
    if podman is not None:
        shown = ["--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={name}"]
        found = podman.call(["images", *shown], "list images").split()
        # Podman shows all names of an image of which one matches: those that other instances gave it, too.
        there = {image for image in found if image.rpartition(":")[0] == name}
        in_use = set(podman.call(["ps", "--all", "--format", "{{.Image}}"], "list containers").split())
    surplus = sorted(there - in_use)
    if surplus and podman is not None and not module.check_mode:
        podman.call(["rmi", *surplus], f"remove the images of {name}")
    return {
        "changed": bool(surplus),
        "kept": sorted(there & in_use),
        "diff": {"before": {"images": sorted(there)}, "after": {"images": sorted(there & in_use)}},
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **PODMAN_SPEC,
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "load": {"type": "bool", "default": True},
            "name": {"type": "str", "default": "localhost/file-simulator/nas"},
            "suite": {"type": "str", "default": "bookworm"},
            "mirror": {"type": "str", "default": ""},
            "packages": {"type": "list", "elements": "str", "default": []},
            "pinned": {"type": "dict", "default": {}},
            "files": {"type": "dict", "default": {}},
            "cache_directory": {"type": "path", "default": "~/.cache/file-simulator/images"},
        },
        supports_check_mode=True,
    )
    run(module, nas_image)


if __name__ == "__main__":
    main()
