# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role nas_servers refuses before a server is touched, in check mode as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from ...harness.playing import Played, play


def run(home: Path, tasks: str, *words: str, **variables: object) -> Played:
    """Run tasks of the role on a machine without podman and without systemd."""
    role = {"ansible.builtin.include_role": {"name": "file_simulator.nas.nas_servers", "tasks_from": tasks}}
    variables = {"__nas_servers_systemd_directory": str(home / "none"), **variables}
    return play(home, [role], *words, *(f"--extra-vars={name}={value}" for name, value in variables.items()))


@pytest.mark.parametrize("words", [[], ["--check"]], ids=["run", "check mode"])
class TestRefusals:
    def test_no_image(self, tmp_path: Path, words: list[str]) -> None:
        played = run(tmp_path, "main", *words)
        assert not played.well
        assert played.message.startswith("nas_servers_image: no image is named; run the role nas_image before this one")
        assert "Ensure the state" not in played.out

    @pytest.mark.parametrize("tasks", ["main", "preflight"])
    def test_start_at_boot_without_systemd(self, tmp_path: Path, words: list[str], tasks: str) -> None:
        played = run(tmp_path, tasks, *words, nas_servers_start_at_boot="true", nas_servers_image="an/image:1")
        assert not played.well
        assert played.message.startswith("nas_servers_start_at_boot: systemd does not run this machine")
        assert "Ensure the state" not in played.out and "Check that the servers can run here" not in played.out
