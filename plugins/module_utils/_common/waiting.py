# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a server to answer. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer, ProbeError, probe

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
_PROBE_SECONDS = 2.0


def wait_until(condition: t.Callable[[], bool], timeout: float) -> bool:
    """Wait until ``condition`` holds; tell whether it did within ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    pause = _FIRST_PAUSE
    while not condition():
        if time.monotonic() + pause > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    return True


def wait_for_nfs(host: str, port: int, timeout: float, version: int) -> Answer:
    """Ask the server until it answers as an NFS server; raise the last ProbeError after ``timeout`` seconds."""
    answers: list[Answer] = []
    problems: list[ProbeError] = []

    def answered() -> bool:
        try:
            answers.append(probe(host, port, timeout=_PROBE_SECONDS, version=version))
        except ProbeError as error:
            problems.append(error)
        return bool(answers)

    if not wait_until(answered, timeout):
        raise problems[-1]
    return answers[-1]
