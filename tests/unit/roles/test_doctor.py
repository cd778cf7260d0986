# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What make doctor writes tells no name of a file, wherever a report has one."""

from __future__ import annotations

from pathlib import Path

from ...harness.playing import play
from ...module_runner import CHECKOUT

TEMPLATES = CHECKOUT / "playbooks" / "templates"
REFUSED = {"path": "salary-of-jane", "side": "windows", "reason": "it is a fifo"}
SERVER = {
    "name": "nas-input-1",
    "path": "/data",
    "sync": {"refused": [REFUSED], "refused_count": 1},
    "warnings": ["1 path is refused and stays where it is: salary-of-jane: it is a fifo"],
}
LOGS = [{"name": "nas-input-1", "merged": ["sync-agent  refused 'salary-of-jane' on windows: it is a fifo"]}]


def test_no_name_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "templates").symlink_to(TEMPLATES)
    show = {"ansible.builtin.debug": {"msg": "{{ lookup('ansible.builtin.template', 'doctor.yml.j2') }}"}}
    facts = {
        "nas_engine_chosen": {"choice": "kubernetes"},
        "nas_connection_engine": "kubernetes",
        "file_simulator_doctor_podman": {},
        "file_simulator_doctor_status": {"servers": [SERVER]},
        "file_simulator_doctor_logs": {"servers": LOGS},
    }
    played = play(tmp_path, [show], **facts)
    assert played.well, played.out
    assert "refused_count: 1" in played.message and "it is a fifo" in played.message
    assert "salary" not in played.message
    assert "path: /data" in played.message
