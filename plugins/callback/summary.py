# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: summary
type: aggregate
short_description: Print what was found of the NAS servers at the end of a play
version_added: 1.0.0
description:
  - Prints the tables of the last M(file_simulator.nas.nas_validation_report), the last M(file_simulator.nas.nas_server_info)
    and the last M(file_simulator.nas.nas_topology_info) task, after everything else.
  - Prints the lines that the playbook file_simulator.nas.teardown sets as the fact C(file_simulator_left), what stays and how
    it is removed.
author:
  - file_simulator.nas contributors (@file-simulator)
requirements:
  - enabled in the configuration, C(callbacks_enabled = file_simulator.nas.summary)
"""

from ansible.plugins.callback import CallbackBase

# In this order: what failed stands last, nearest to the prompt.
_MODULES = ("nas_topology_info", "nas_server_info", "nas_validation_report", "set_fact")
_FACT = "file_simulator_left"


class CallbackModule(CallbackBase):
    """Keeps the last table of each module by host, and prints them when the playbook has ended."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "file_simulator.nas.summary"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._tables: dict[str, dict[str, list[str]]] = {}

    def v2_runner_on_ok(self, result) -> None:
        task, data = result._task, result._result
        module = task.action.rpartition(".")[2]
        lines = data.get("ansible_facts", {}).get(_FACT) if module == "set_fact" else data.get("table", [])
        if module in _MODULES and lines is not None and not data.get("_ansible_no_log"):
            tables = self._tables.setdefault(result._host.get_name(), {})
            tables[module] = [str(line) for line in lines]

    def v2_playbook_on_stats(self, stats) -> None:
        for host, tables in self._tables.items():
            if len(self._tables) > 1:
                self._display.display(host)
            for index, module in enumerate(module for module in _MODULES if module in tables):
                for line in [*([""] if index else []), *tables[module]]:
                    self._display.display(line)
