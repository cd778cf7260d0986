# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""windows_directory where the managed node is a Windows machine; elsewhere it runs the module."""

from __future__ import annotations

import json
import typing as t

from ansible.plugins.action import ActionBase
from ansible.plugins.loader import module_loader

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import LAYOUT_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.plugin_utils._windows.node import lay_out

_POWERSHELL = "ansible.windows.win_powershell"
# Paths of the node mean nothing here: the module's type would expand them on the controller.
_SPEC = {
    name: {**option, "type": "str"} if option["type"] == "path" else option for name, option in LAYOUT_SPEC.items()
}


class ActionModule(ActionBase):
    """Runs the module, or on a Windows node, which has no Python, decides here and has PowerShell do it."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        windows = getattr(self._connection._shell, "_IS_WINDOWS", False)
        self._supports_async = not windows
        result = super().run(tmp, task_vars)
        if not windows:
            result.update(self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val))
            return result
        _checked, arguments = self.validate_argument_spec(argument_spec=_SPEC)
        try:
            _require_powershell()
            result.update(
                lay_out(
                    arguments,
                    lambda script, request: self._run_script(script, request, task_vars),
                    check_mode=self._task.check_mode,
                )
            )
        except SimulatorError as error:
            result.update(failed=True, msg=error.message, **error.details)
        return result

    def _run_script(self, script: str, request: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> t.Any:
        """Run a script on the node and return its result."""
        done = self._execute_module(
            module_name=_POWERSHELL,
            module_args={"script": script, "parameters": {"Request": json.dumps(request)}},
            task_vars=task_vars,
        )
        if done.get("failed") or done.get("unreachable"):
            raise SimulatorError(f"Windows node: {done.get('msg', 'no reason given')}", details=done)
        return done.get("result")


def _require_powershell() -> None:
    if not module_loader.find_plugin_with_context(_POWERSHELL, mod_type=".ps1").resolved:
        raise SimulatorError(
            "windows_directory: a Windows node needs the collection ansible.windows, which is not installed; "
            "run: ansible-galaxy collection install ansible.windows"
        )
