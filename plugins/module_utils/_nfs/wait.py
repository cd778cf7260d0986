# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a server to answer. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer, ProbeError, probe

# Seconds, of one of the questions.
_PROBE_SECONDS = 2.0


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
