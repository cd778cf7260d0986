# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module of the collection on whatever machine this is, and prints what it returns as JSON.

Usage: python -m tests.broken_states.run_module MODULE ARGUMENTS-AS-JSON
"""

from __future__ import annotations

import importlib
import json
import sys

from ..module_runner import ModuleFailed, run_module


def main() -> None:
    name, arguments = sys.argv[1:]
    module = importlib.import_module(f"ansible_collections.file_simulator.nas.plugins.modules.{name}")
    try:
        result = run_module(module, **json.loads(arguments))
    except ModuleFailed as failure:
        result = failure.result
    print(json.dumps(result))


if __name__ == "__main__":
    main()
