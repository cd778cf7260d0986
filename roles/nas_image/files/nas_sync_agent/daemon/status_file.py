# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status in a file, for who reads it from outside and for the time after the agent."""

from __future__ import annotations

import json
import logging
import os
from posixpath import join
from typing import Any

_log = logging.getLogger("nas_sync_agent")


def write_status(state: str, seen: dict[str, Any]) -> None:
    """Replace the status file in one step. Failing to is no error: the agent's work comes first."""
    path = join(state, "status.json")
    try:
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            json.dump(seen, file, indent=1)
            file.write("\n")
        os.replace(path + ".tmp", path)
    except OSError as error:
        _log.debug("cannot write the status file: %s", error.strerror)
