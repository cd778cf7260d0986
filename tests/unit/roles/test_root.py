# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a user from becoming root is said in one line, whatever sudo says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ...harness.playing import play

BEGINNING = "root is needed for packages, the image and podman, and this user cannot become it: "
TASK = {"ansible.builtin.include_role": {"name": "file_simulator.nas.nas_engine", "tasks_from": "root"}}
# As sudo 1.9 says it; Ansible hides the password's prompt behind a key.
NO_ENTRY = "echo 'tester is not in the sudoers file.' >&2; exit 1"
NO_TERMINAL = "echo 'sudo: a password is required' >&2; exit 1"
PROMPT = "prompt=$(sed 's/.*-p \\(\\[sudo[^]]*\\] password:\\).*/\\1/' <<<\"$*\"); "
WRONG = PROMPT + 'for i in 1 2 3; do echo -n "$prompt" >&2; read -r _; echo "Sorry, try again." >&2; done; exit 1'


@pytest.mark.parametrize(
    ("sudo", "password", "means"),
    [
        (None, "", "there is no sudo; install it, or run this as root"),
        (NO_ENTRY, "", "sudo does not let this user; have an administrator add it to the group sudo"),
        (NO_TERMINAL, "", "sudo wants a password; run make, which asks for it"),
        (WRONG, "guessed", "the password is wrong; run this again, and give the one of this user"),
        ("echo 'sudo: unable to fork' >&2; exit 1", "", "what sudo says stands above"),
    ],
    ids=["no sudo", "no entry", "no terminal", "wrong password", "anything else"],
)
def test_no_root(tmp_path: Path, sudo: str | None, password: str, means: str) -> None:
    program = tmp_path / "sudo"
    if sudo:
        program.write_text(f"#!/bin/bash\n{sudo}\n")
        program.chmod(0o755)
    played = play(tmp_path, [TASK], ansible_become_exe=str(program), ansible_become_password=password)
    assert not played.well
    assert played.message.startswith(BEGINNING + means)


def test_root(tmp_path: Path) -> None:
    program = tmp_path / "sudo"
    program.write_text('#!/bin/bash\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n')
    program.chmod(0o755)
    assert play(tmp_path, [TASK], ansible_become_exe=str(program)).well
