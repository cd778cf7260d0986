# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do about a problem, in the words of both who read a message. Private to file_simulator.nas. Pure.

A module cannot know whether make or somebody's own playbook called it, so a message names both: what to type in the
checkout, and what to write in a playbook. This is the only file of the modules that knows of make; a test holds that,
and that every command, variable, role and option in here exists.
"""

from __future__ import annotations

import typing as t


class Remedy(t.NamedTuple):
    """One thing to do: ``command`` is typed in the checkout, ``playbook`` is its name for those who write playbooks.

    As text it is a noun, which stands wherever a message needs one.
    """

    command: str
    playbook: str

    def __str__(self) -> str:
        return f"{self.command} (in a playbook: {self.playbook})"


LAY_OUT = Remedy("make up", "the role windows_layout")
BUILD_IMAGE = Remedy("make up", "the role nas_image")
START = Remedy("make up", "nas_server with state: started")
PUBLISH = Remedy("make up", "the role nas_clients")
INSTALL_MINIKUBE = Remedy("make up", "the role minikube")
TAKE_DOWN = Remedy("make down", "the playbook file_simulator.nas.teardown")
BUILD_UNFS3_IMAGE = Remedy("make up ARGS='-e nas_image_unfs3_build=true'", "nas_image_unfs3_build: true")
TAKE_OVER = Remedy("make up ARGS='-e windows_layout_take_over=true'", "take_over: true")
MOVE_DATA_ROOT = Remedy("make up ARGS='-e nas_servers_move_data_root=true'", "move_data_root: true")
RECREATE_CLIENTS = Remedy("make up ARGS='-e nas_clients_recreate=true'", "recreate: true")
RECREATE_PROFILE = Remedy("make up ARGS='-e minikube_recreate=true'", "recreate: true")
DELETE_PROFILE = Remedy("make down ARGS='-e minikube_state=absent'", "minikube_profile with state: absent")
FORCE_DRIVER = Remedy("make up ARGS='-e minikube_force=true'", "force: true")
DELETE_STORAGE = Remedy(
    "make down ARGS='-e nas_servers_delete_storage=true', for all servers",
    "nas_server with state: absent and delete_storage: true",
)
TAKE_OUT_OF_SERVICE = Remedy("make validate ARGS='-e validation_disruptive=true'", "disruptive: true")
EMPTY = Remedy("make reset", "nas_data with state: empty")
FORCE_DATA = Remedy("ARGS='-e file_simulator_data_force=true'", "force: true")
SHOW_ALL = Remedy("make -s status FORMAT=json", "nas_server_info")
COLLECT = Remedy("make doctor", "the playbook file_simulator.nas.doctor")


def rescue(server: str) -> Remedy:
    """Return how files are copied that only the volume of ``server`` has."""
    return Remedy(f"make rescue SERVER={server} TO=DIRECTORY", "nas_rescue")


def logs(server: str) -> Remedy:
    """Return what shows all that the containers of ``server`` have logged."""
    return Remedy(f"make logs SERVER={server}", "nas_log_info")
