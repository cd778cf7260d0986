# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the collection's modules in this process, from the checkout."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import typing as t
from pathlib import Path
from unittest import mock

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / ".ansible" / "collections"))

from ansible.module_utils import _internal  # noqa: E402
from ansible.module_utils.common.warnings import _global_warnings  # noqa: E402
from ansible.module_utils.testing import patch_module_args  # noqa: E402


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
