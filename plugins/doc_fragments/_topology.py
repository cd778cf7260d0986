# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which modules take the topology. Private to file_simulator.nas."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  topology:
    description:
      - The NAS servers and what they have in common. Without it, the seven servers of production.
      - Keys are C(data_root), C(namespace), C(instance), C(listen_address), C(defaults), C(servers) and C(changes).
        C(servers) is the whole list, C(changes) changes or adds servers by name.
      - Every key is described in C(docs/topology.md) of the collection. Unknown keys and values that cannot work are refused
        before anything is touched.
    type: dict
    default: {}
  servers:
    description:
      - Names of the servers of O(topology) that the task is about. Without it, all of them.
    type: list
    elements: str
  drive_root:
    description:
      - The directory that stands for Windows drives on a machine that has none. Drive C(C:) is its directory C(c).
      - Without it, what the instance runs on already, whoever asks; where it does not run yet, C(~/file-simulator).
        C(~) is the home directory of the person who calls, also by way of sudo, doas or pkexec, and as the user database
        has it; E(HOME) plays no part. With another become method, name it.
      - Not used under WSL, where drives are mounted below the automount root of C(/etc/wsl.conf).
    type: path
"""
