# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the collection's modules and action plugins in this process, from the checkout."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import types
import typing as t
from pathlib import Path
from unittest import mock

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / ".ansible" / "collections"))

from ansible.errors import AnsibleError  # noqa: E402
from ansible.module_utils import _internal  # noqa: E402
from ansible.module_utils.common.warnings import _global_warnings  # noqa: E402
from ansible.module_utils.testing import patch_module_args  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.playbook.task import Task  # noqa: E402
from ansible.template import Templar  # noqa: E402


class ModuleFailed(Exception):
    """The module ended with fail_json; ``result`` is what it returned."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        super().__init__(result["msg"])
        self.result = result


def run_module(module: t.Any, *, check: bool = False, **arguments: t.Any) -> dict[str, t.Any]:
    """Run a module's main() with arguments and return its result; raise ModuleFailed as it fails."""
    said = io.StringIO()
    _global_warnings.clear()
    given = {**arguments, "_ansible_check_mode": check, "_ansible_diff": True}
    # A process that has loaded the controller's code shows a module's warnings instead of returning them.
    on_a_node = mock.patch.object(_internal, "is_controller", False)
    with on_a_node, patch_module_args(given), contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        module.main()
    result: dict[str, t.Any] = json.loads(said.getvalue())
    if result.get("failed"):
        raise ModuleFailed(result)
    return result


def run_action(action: t.Any, module: t.Any, *, check: bool = False, **arguments: t.Any) -> dict[str, t.Any]:
    """Run an action plugin with arguments, and in this process the module that it runs on the node.

    Returns its result; raises ModuleFailed as it fails, be it by itself or by its module.
    """
    task = Task()
    task.action, task.args, task.check_mode = module.__name__.rpartition(".")[2], arguments, check
    connection = types.SimpleNamespace(_shell=types.SimpleNamespace(_IS_WINDOWS=False, tmpdir=None))
    loader = DataLoader()
    plugin = action.ActionModule(task, connection, types.SimpleNamespace(), loader, Templar(loader), None)

    def execute(module_args: dict[str, t.Any], task_vars: t.Any) -> dict[str, t.Any]:
        try:
            return run_module(module, check=check, **module_args)
        except ModuleFailed as failed:
            return failed.result

    with mock.patch.object(plugin, "_execute_module", execute):
        try:
            result: dict[str, t.Any] = plugin.run(task_vars={})
        except AnsibleError as error:
            raise ModuleFailed({"msg": str(error)}) from error
    if result.get("failed"):
        raise ModuleFailed(result)
    return result
