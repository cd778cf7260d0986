# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which instance is for which image: what one instance gives up, another may be about to run.

Private to file_simulator.nas. A claim is a file beside those of the instances, which says the image's name.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular, write_if_other
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked

# No instance is called so: its name is a DNS label.
_LOCK = "nas_image.lock"
_SUFFIX = ".image"
_INSTANCE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
# Seconds; who holds the lock asks podman for its images, and removes some.
_PATIENCE = 120.0


class Claims:
    """Claims of images in ``directory``, as ``instance`` sees them; empty where none is meant."""

    def __init__(self, directory: str, instance: str) -> None:
        if instance and not _INSTANCE.match(instance):
            raise SimulatorError(f"instance: '{instance}' is no DNS label; use lower-case letters, digits and hyphens")
        self._directory = directory
        self._instance = instance

    def locked(self, command: str) -> t.ContextManager[None]:
        """Keep others from claiming and removing images in between; they wait their turn."""
        path = os.path.join(self._directory, _LOCK)
        return locked(path, "the images", command, _PATIENCE, transient=True)

    def make(self, image: str) -> None:
        """Claim an image, instead of the one that this instance has claimed before."""
        if self._instance:
            path = self._path(self._instance)
            try:
                write_if_other(path, f"{image}\n".encode())
            except OSError as error:
                raise SimulatorError(f"{path}: cannot be written: {error.strerror}") from None

    def give_up(self) -> None:
        """Give this instance's claim up, if there is one."""
        if self._instance and os.path.lexists(self._path(self._instance)):
            os.unlink(self._path(self._instance))

    def of_others(self) -> set[str]:
        """Return the images that other instances claim."""
        try:
            names = os.listdir(self._directory)
        except FileNotFoundError:
            return set()
        others = [name for name in names if name.endswith(_SUFFIX) and name != self._instance + _SUFFIX]
        return {read_regular(os.path.join(self._directory, name)).decode("utf-8").strip() for name in others}

    def _path(self, instance: str) -> str:
        return os.path.join(self._directory, instance + _SUFFIX)
