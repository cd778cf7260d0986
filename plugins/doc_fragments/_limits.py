# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold for a check to pass, as nas_validate takes it. Private to file_simulator.nas."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  limits:
    description:
      - What must hold for a check to pass. Times are in seconds.
    type: dict
    default: {}
    suboptions:
      to_nas:
        description: From a file's being put into a Windows directory until it is read over NFS.
        type: float
        default: 30
      to_windows:
        description: From a file's being written over NFS until it is in the Windows directory.
        type: float
        default: 60
      lag:
        description: How long a change may have been waiting for the sync agent.
        type: float
        default: 60
      restart:
        description: Until a restarted server answers again.
        type: float
        default: 120
      rest:
        description: How long files are watched that nobody changes.
        type: float
        default: 6
      free:
        description: What must be free in each export.
        type: str
        default: 16Mi
      cpu:
        description: What all servers may request of CPU together.
        type: str
        default: "4"
      memory:
        description: What all servers may request of memory together.
        type: str
        default: 8Gi
"""
