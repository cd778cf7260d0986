# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Agents that sync another directory than testers see: what their two looks at it tell."""

from __future__ import annotations

import errno

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Current
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import covered as module
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Run
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.answering import Answer

PLACE = "/mnt/c/simulator-data/nas-1"
ONE, OTHER = Answer(1, 10, 0, 0, 0), Answer(2, 10, 0, 0, 0)
DEAD, MISSING = Answer(0, 0, 0, 0, errno.EIO), Answer(0, 0, 0, 0, errno.ENOENT)


@pytest.mark.parametrize(
    ("there", "agents", "problem"),
    [
        (ONE, ONE, ""),
        (OTHER, ONE, f"{PLACE} is another directory than its agent syncs, mounted over it or anew"),
        (OTHER, DEAD, f"its agent's {PLACE}, which was mounted anew since, is dead: Input/output error"),
        (OTHER, None, f"its agent's {PLACE}, which was mounted anew since, does not answer"),
        # Nothing to mend it with: what is wrong with the drive is told of elsewhere.
        (DEAD, DEAD, ""),
        (MISSING, ONE, ""),
        (None, None, ""),
    ],
)
def test_two_looks(monkeypatch: pytest.MonkeyPatch, there: Answer | None, agents: Answer | None, problem: str) -> None:
    looks = {PLACE: there, "/proc/77/root/windows": agents}
    monkeypatch.setattr(module, "each_answer", lambda paths, _seconds: [looks[path] for path in paths])
    current = Current("nas-1", {"local_directory": PLACE}, running=True, stopped=False)
    found = [Found("desk", current, {"sync-agent": "running"})]
    runs = {"desk.nas-1.sync-agent": Run(process=77, started=0, restarts=0, status=0)}
    assert module.covered(found, runs) == ({"nas-1": problem} if problem else {})
