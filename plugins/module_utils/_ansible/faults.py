# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which nas_fault is told of a fault. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import KINDS, OPERATIONS

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
