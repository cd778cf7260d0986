# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renders the reports on the controller, where Jinja is, and has the module write them on the managed node."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import encodable
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.files import FILES
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.console import console_table
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.digest import read_given_run
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.formats import rendered

_SPEC: dict[str, t.Any] = {
    "run": {"type": "dict", "required": True},
    # A path of the node: as a path it would be expanded on the controller.
    "directory": {"type": "str"},
    "formats": {"type": "list", "elements": "str", "choices": list(FILES), "default": list(FILES)},
}


class ActionModule(ActionBase):
    """Refuses what is no run before the managed node is contacted."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _checked, given = self.validate_argument_spec(argument_spec=_SPEC)
        try:
            run = read_given_run(given["run"])
        except SimulatorError as error:
            return {**result, "failed": True, "msg": encodable(error.message)}
        result.update(changed=False, files={})
        if given["directory"] and given["formats"]:
            result.update(self._write(given["directory"], rendered(run, given["formats"]), task_vars))
        return {**result, "table": console_table(run)}

    def _write(self, directory: str, reports: dict[str, str], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        """Have the module write the reports; return its result."""
        # The node needs the reports alone, and not what they are made from.
        arguments = {"run": {}, "directory": directory, "formats": list(reports), "reports": reports}
        written: dict[str, t.Any] = self._execute_module(module_args=arguments, task_vars=task_vars)
        # It would repeat the reports.
        written.pop("invocation", None)
        return written
