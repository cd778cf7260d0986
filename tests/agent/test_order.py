# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 11 with a running agent: whoever sees a marker finds all data that were closed before it."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from agent_process import AgentProcess

LARGE = 50 << 20
MARKERS = ("_READY", "_SUCCESS", "data.done", "0", "a/_SUCCESS", "z")


def put(source: Path, path: str, size: int) -> None:
    """A writer that takes its time for what is large, and none for what is small."""
    target = source / path
    target.parent.mkdir(parents=True, exist_ok=True)
    piece = os.urandom(min(size, 1 << 20))
    with target.open("wb") as file:
        for _piece in range(max(1, size >> 20)):
            file.write(piece)


def expect_no_marker_before_its_data(agent: AgentProcess, target: Path, marker: str, sizes: dict[str, int]) -> None:
    deadline = time.monotonic() + 120
    while not (target / marker).exists():
        assert time.monotonic() < deadline, agent.log.read_text()[-2000:]
    missing = [path for path, size in sizes.items() if not (target / path).exists() or _size(target / path) != size]
    assert not missing, f"{marker} is there before {missing}"


def _size(path: Path) -> int:
    return path.stat().st_size


@pytest.mark.parametrize(("size", "rounds", "files"), [(1000, 60, 12), (LARGE, 3, 2)])
@pytest.mark.parametrize("mode", ["windows_to_nas", "nas_to_windows"])
def test_marker_comes_last(agent: AgentProcess, mode: str, size: int, rounds: int, files: int) -> None:
    source, target = (agent.windows, agent.export) if mode == "windows_to_nas" else (agent.export, agent.windows)
    agent.once()
    agent.start(mode)
    agent.wait_until_idle()
    chance = random.Random(1)
    for number in range(rounds):
        top = f"{number:03}"
        paths = [f"{top}/{chance.choice(['', 'd/', 'x/y/'])}{chance.choice('AZaz')}{file}" for file in range(files)]
        for path in paths:
            put(source, path, size)
        marker = f"{top}/{MARKERS[number % len(MARKERS)]}"
        put(source, marker, 1)
        expect_no_marker_before_its_data(agent, target, marker, dict.fromkeys(paths, size))
