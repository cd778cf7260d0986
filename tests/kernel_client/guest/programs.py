# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: a program as a pod runs it, not as root."""

from __future__ import annotations

import os
import subprocess
import typing as t

USER = 10001
_PROGRAM = "/tmp/program.py"
_LOG = "/tmp/program.log"
_running: list[subprocess.Popen[bytes]] = []


def start_program(text: str, environment: dict[str, str], state: str) -> None:
    """Start a Python program; ``state`` is a directory for it."""
    with open(_PROGRAM, "w") as stream:
        stream.write(text)
    os.makedirs(state, exist_ok=True)
    os.chown(state, USER, USER)
    with open(_LOG, "wb") as log:
        _running.append(_start("run", environment, stdout=log, stderr=log))


def ask_program(question: str, environment: dict[str, str]) -> dict[str, t.Any]:
    """Ask the program as a probe does; return how that ended, and what it said."""
    process = _start(question, environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.communicate(timeout=20)[0].decode()
    return {"status": process.returncode, "said": said.strip()}


def program_log() -> list[str]:
    with open(_LOG) as stream:
        return stream.read().splitlines()


def end_program(limit: float) -> int:
    """Ask the program to end, as a kubelet does; return its exit status."""
    process = _running.pop()
    process.terminate()
    return process.wait(timeout=limit)


def _start(question: str, environment: dict[str, str], **streams: t.Any) -> subprocess.Popen[bytes]:
    command = ["/usr/bin/python3", "-S", "-B", _PROGRAM, question]
    return subprocess.Popen(command, env=environment, user=USER, group=USER, extra_groups=[], **streams)
