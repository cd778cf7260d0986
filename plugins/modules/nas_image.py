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
        that no container uses and no other instance claims. Archives stay in the cache.
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
  instance:
    description:
      - The instance that the image is for. Its claim keeps other instances from removing the image until it gives it up with
        O(state=absent), or its last server is removed.
    type: str
    default: ""
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
  description: Images that were not removed since a container uses them, or another instance is about to.
  returned: when O(state=absent)
  type: list
  elements: str
"""

import contextlib
import os
import platform

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.images import (
    Images,
    images_of,
    is_there,
    make_image,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.podman import PODMAN_SPEC, open_podman
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import make_for_everybody
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._image.claims import Claims
from ansible_collections.file_simulator.nas.plugins.module_utils._image.recipe import Recipe, check_recipe


def nas_image(module: AnsibleModule) -> dict[str, object]:
    make_for_everybody()
    podman = open_podman(module, changes=True) if module.params["load"] else None
    claims = Claims(module.params["state_directory"], module.params["instance"])
    if module.params["state"] == "absent":
        return _absent(module, podman, claims)
    return _present(module, podman, _recipe(module), claims)


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


def _present(module: AnsibleModule, podman: Podman | None, recipe: Recipe, claims: Claims) -> dict[str, object]:
    archive = os.path.join(module.params["cache_directory"], recipe.archive_name)
    if podman is not None and not module.check_mode:
        # From now on no other instance's end removes it, be it there or not.
        with claims.locked("a claim"):
            claims.make(recipe.reference)
    there = is_there(module, podman, recipe, archive)
    result = {
        "changed": not there,
        "image": recipe.reference,
        "archive": archive if os.path.exists(archive) or not there else "",
        "diff": {"before": {"image": recipe.reference if there else None}, "after": {"image": recipe.reference}},
    }
    if not there and not module.check_mode:
        make_image(module, podman, recipe, archive)
    return result


def _absent(module: AnsibleModule, podman: Podman | None, claims: Claims) -> dict[str, object]:
    images = Images(set(), set())
    kept: set[str] = set()
    if podman is not None:
        with contextlib.nullcontext() if module.check_mode else claims.locked("the removal of images"):
            images = images_of(podman, module.params["name"])
            kept = images.in_use | images.there & claims.of_others()
            surplus = sorted(images.there - kept)
            if not module.check_mode:
                claims.give_up()
                if surplus:
                    podman.call(["rmi", *surplus], f"remove the images of {module.params['name']}")
    return {
        "changed": images.there != kept,
        "kept": sorted(kept),
        "diff": {"before": {"images": sorted(images.there)}, "after": {"images": sorted(kept)}},
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
            "instance": {"type": "str", "default": ""},
            "cache_directory": {"type": "path", "default": "~/.cache/file-simulator/images"},
        },
        supports_check_mode=True,
    )
    run(module, nas_image)


if __name__ == "__main__":
    main()
