# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: fault_schedule
short_description: Check a schedule of faults before anything is broken
version_added: 1.1.0
description:
  - Puts the faults of a schedule into their order, and tells which of them cannot be, or not at the same time as another one.
  - The role P(file_simulator.nas.nas_faults#role) breaks nothing where there is a problem.
author:
  - file_simulator.nas contributors (@file-simulator)
positional: _input
options:
  _input:
    description: The schedule, as the role takes it in C(nas_faults_schedule).
    type: list
    elements: dict
    required: true
  servers:
    description: The servers of entries that name none. Empty for all of the topology.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Fail where a schedule cannot be
  ansible.builtin.assert:
    that: read.problems | length == 0
    fail_msg: "{{ read.problems }}"
  vars:
    read: "{{ [{'fault': 'slow', 'for': 60}] | file_simulator.nas.fault_schedule }}"
"""

RETURN = r"""
_value:
  description:
    - The C(entries) in their order, each with C(at), C(servers) and the C(options) of M(file_simulator.nas.nas_fault), the C(end)
      of the last one in seconds, and the C(problems), one line each.
  type: dict
"""

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.fault_schedule import read_schedule


def fault_schedule(schedule: t.Sequence[t.Mapping[str, t.Any]], servers: t.Sequence[str] = ()) -> dict[str, t.Any]:
    """Return a schedule in its order, with what is wrong with it."""
    return read_schedule(schedule, servers)


class FilterModule:
    """What Ansible asks for the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"fault_schedule": fault_schedule}
