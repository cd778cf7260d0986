# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that says to an agent that what it withholds is meant. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import json

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import STATE_DIRECTORY

ARGUMENTS = ("accept", "--state", STATE_DIRECTORY)


def withheld(server: str, answer: str) -> str:
    """Return what the agent withheld, empty when that was nothing. Raises SimulatorError."""
    try:
        return str(json.loads(answer)["withheld"])
    except (ValueError, KeyError, TypeError):
        raise SimulatorError(
            f"server {server}: its sync agent is of an older version, which knows no answer to accept; "
            f"{remedies.START} brings a new one"
        ) from None
