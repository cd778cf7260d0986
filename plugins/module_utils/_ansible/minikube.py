# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The minikube that a module's parameters name. Private to file_simulator.nas."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import verbatim
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.cli import Minikube
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.defaults import NODE_DATA_ROOT
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.drives import Drives

# Where the role minikube puts the program, beside PATH.
_INSTALLED = os.path.expanduser("~/.local/bin")

MINIKUBE_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "default": "file-simulator"},
    "executable": {"type": "str", "default": "minikube"},
    "kubeconfig": {"type": "path", "default": "~/.kube/config"},
    "minikube_home": {"type": "path"},
}
DATA_ROOT_SPEC: dict[str, t.Any] = {
    "topology": {"type": "dict", "default": {}},
    "drive_root": {"type": "path"},
    "node_data_root": {"type": "str", "default": NODE_DATA_ROOT},
}


def find_minikube(module: AnsibleModule, drives: Drives) -> Minikube | None:
    """Return minikube as the module's parameters name it; None when it is not installed.

    Under WSL, ``minikube`` stands for ``minikube.exe`` where there is no other.
    """
    desired = module.params["executable"]
    names = [desired, "minikube.exe"] if desired == "minikube" and drives.kind == "wsl" else [desired]
    found = next(filter(None, (module.get_bin_path(name, opt_dirs=[_INSTALLED]) for name in names)), None)
    if found is None:
        return None
    environment = {"KUBECONFIG": module.params["kubeconfig"]}
    if module.params["minikube_home"]:
        environment["MINIKUBE_HOME"] = module.params["minikube_home"]
    return Minikube(verbatim(module.run_command), found, environment)


def open_minikube(module: AnsibleModule, drives: Drives) -> Minikube:
    """Return minikube; raise SimulatorError when it is not installed."""
    minikube = find_minikube(module, drives)
    if minikube is None:
        raise SimulatorError(
            f"{module.params['executable']} is not installed; {remedies.INSTALL_MINIKUBE} installs it; one "
            "that is elsewhere is named with executable"
        )
    return minikube
