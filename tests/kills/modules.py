# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What make up and make down come down to, as one process without Ansible's own: many more kills in the same time.

Usage: python -m tests.kills.modules up|down ARGUMENTS-AS-JSON
"""

from __future__ import annotations

import json
import sys

from ..module_runner import run_module

from ansible_collections.file_simulator.nas.plugins.modules import nas_server, windows_directory  # isort: skip


def main() -> None:
    direction, arguments = sys.argv[1], json.loads(sys.argv[2])
    place = {key: arguments[key] for key in ("drive_root", "topology")}
    if direction == "up":
        run_module(windows_directory, registry=arguments["registry"], **place)
        run_module(nas_server, state=arguments.get("state", "started"), image=arguments["image"], **place)
    else:
        more = {"delete_storage": arguments.get("delete_storage", False)}
        run_module(nas_server, state="absent", purge=True, image=arguments["image"], **place, **more)


if __name__ == "__main__":
    main()
