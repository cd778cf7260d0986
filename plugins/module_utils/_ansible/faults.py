# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which nas_fault is told of a fault. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import (
    KINDS,
    OPERATIONS,
    Fault,
    read_fault,
)

FAULT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "fault": {"type": "str", "choices": list(KINDS)},
    "delay": {"type": "int"},
    "jitter": {"type": "int"},
    "operations": {"type": "list", "elements": "str", "choices": list(OPERATIONS)},
    "every": {"type": "int"},
    "duration": {"type": "int"},
}
FAULT_REQUIRED_IF = [("state", "present", ["fault"])]


def asked_fault(given: t.Mapping[str, t.Any]) -> Fault | None:
    """Return the fault that is to be on, None where one is to end. Raises SimulatorError where options do not fit."""
    if given["state"] == "present":
        return read_fault(given)
    for option in ("delay", "jitter", "operations", "every", "duration"):
        if given[option] is not None:
            raise SimulatorError(f"{option}: means nothing with state 'absent'; leave it out")
    return None
