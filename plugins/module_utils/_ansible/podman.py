# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The podman that a module's parameters name, told what this machine needs. Private to file_simulator.nas."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import Caller, until_end
from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import verbatim
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import (
    make_for_everybody,
    write_if_other,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import kept
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.host import adaptation, read_machine
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.version import check_version
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drive_root import STATE_DIRECTORY

PODMAN_SPEC: dict[str, t.Any] = {
    "podman_executable": {"type": "str", "default": "podman"},
    "state_directory": {"type": "path", "default": STATE_DIRECTORY},
}
# How long a run waits while the last instance's end removes the settings.
_REMOVAL_SECONDS = 60.0


def open_podman(module: Caller, *, changes: bool = False) -> Podman | None:
    """Return podman, told what this machine needs; None in check mode when it is not installed yet.

    Only a module that ``changes`` something writes these settings down: what it made is read with them later.
    """
    executable = module.get_bin_path(module.params["podman_executable"])
    if executable is None:
        if module.check_mode:
            return None
        raise SimulatorError(
            f"{module.params['podman_executable']} is not installed; {remedies.BUILD_IMAGE} installs the package podman"
        )
    if os.geteuid() != 0:
        # NFS-Ganesha opens files by handle, which the kernel allows to the real root alone.
        raise SimulatorError("the podman engine needs root: NFS file handles do not work rootless; set become: true")
    text = adaptation(read_machine(lambda name: module.get_bin_path(name) is not None))
    podman = Podman(verbatim(module.run_command), executable, _settings(module, text, changes=changes))
    check_version(podman.call(["--version"], "ask for the version"))
    return podman


def _settings(module: Caller, text: str, *, changes: bool) -> dict[str, str]:
    """Return what podman finds its settings by, which are written down where that is wanted."""
    if changes:
        make_for_everybody()
    if changes and not module.check_mode:
        # The end of the last instance removes what they all share; this one may be the next.
        until_end.enter_context(kept(module.params["state_directory"], _REMOVAL_SECONDS))
    if not text:
        return {}
    path = os.path.join(module.params["state_directory"], "containers.conf")
    if changes and not module.check_mode:
        try:
            write_if_other(path, text.encode("utf-8"))
        except OSError as error:
            raise SimulatorError(f"{path}: cannot be written: {error.strerror}") from None
    return {"CONTAINERS_CONF": path} if os.path.exists(path) else {}
