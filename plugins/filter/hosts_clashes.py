# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: hosts_clashes
short_description: Tell which names of servers lead elsewhere in a hosts file
version_added: 1.1.0
description:
  - Looks for the names that production has for NAS servers in the text of a hosts file. One that has another address there,
    be it somebody's own line or the block of another instance, would lead to the wrong server.
  - The role P(file_simulator.nas.hosts_file#role) writes nothing where there is one.
author:
  - file_simulator.nas contributors (@file-simulator)
positional: _input
options:
  _input:
    description: The text of the hosts file.
    type: str
    required: true
  servers:
    description: The servers, as M(file_simulator.nas.nas_server_info) returns them; C(host) and C(aliases) are looked at.
    type: list
    elements: dict
    required: true
  instance:
    description: The instance whose block may have the names.
    type: str
    required: true
  own:
    description: First names of lines that are the instance's where no block is marked.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Fail where a name of production leads elsewhere
  ansible.builtin.assert:
    that: clashes | length == 0
    fail_msg: "/etc/hosts: {{ clashes | first | default('') }}"
  vars:
    clashes: >-
      {{ lookup('ansible.builtin.file', '/etc/hosts') | file_simulator.nas.hosts_clashes(nas.servers, 'file-simulator') }}
"""

RETURN = r"""
_value:
  description: One line for each such name, with both addresses and where it was found.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.hosts_file import Entry, clashes


def hosts_clashes(
    text: str, servers: t.Sequence[t.Mapping[str, t.Any]], instance: str, own: t.Sequence[str] = ()
) -> list[str]:
    """Return what is wrong with a hosts file, one line for each name."""
    entries = [Entry(server["host"], server.get("aliases") or []) for server in servers]
    return clashes(text, instance, entries, own)


class FilterModule:
    """What Ansible asks for the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"hosts_clashes": hosts_clashes}
