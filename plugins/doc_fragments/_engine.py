# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which modules choose what runs the servers. Private to file_simulator.nas."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  engine:
    description:
      - What runs the servers. V(podman) runs them on the managed machine itself, as root.
    type: str
    choices:
      - podman
    default: podman
  podman_executable:
    description:
      - Name or path of podman.
    type: str
    default: podman
  state_directory:
    description:
      - Where the servers' configuration is kept on the managed machine.
    type: path
    default: /var/lib/file-simulator
"""
