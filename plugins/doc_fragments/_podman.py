# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which modules call podman. Private to file_simulator.nas."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  podman_executable:
    description:
      - Name or path of podman.
    type: str
    default: podman
  state_directory:
    description:
      - Where the managed machine keeps the servers' configuration, and podman's where the machine needs one.
    type: path
    default: /var/lib/file-simulator
"""
