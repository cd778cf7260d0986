# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter as a playbook has it; what it finds is tested with the model."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.filter.fault_schedule import FilterModule


def test_it_is_found_by_its_name() -> None:
    read = FilterModule().filters()["fault_schedule"]
    assert read([{"fault": "full", "for": 60}], ["nas-output-1"]) == {
        "entries": [{"at": 0, "servers": ["nas-output-1"], "options": {"fault": "full", "duration": 60}}],
        "end": 60,
        "problems": [],
    }
