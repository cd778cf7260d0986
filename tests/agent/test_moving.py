# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that is renamed is renamed on the other side, at once and whole, whatever becomes of the agent meanwhile."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_process import AgentProcess

FILES = 1000
LONG = 60.0
"""Seconds. No test waits for that long, but on a machine that is as slow as none."""
Sides = tuple[AgentProcess, str, Path, Path]


@pytest.fixture(params=["nas_to_windows", "windows_to_nas"])
def sides(agent: AgentProcess, request: pytest.FixtureRequest) -> Iterator[Sides]:
    """An agent, a mode, its source and its target, which both have a directory with files."""
    source = agent.export if request.param == "nas_to_windows" else agent.windows
    target = agent.windows if source is agent.export else agent.export
    agent.once()
    (source / "d" / "e").mkdir(parents=True)
    for number in range(FILES):
        (source / "d" / ("e" if number % 2 else ".") / f"{number}").write_text(f"content {number}")
    agent.start(request.param)
    agent.wait_for(lambda: count(target / "d") == FILES, LONG)
    agent.wait_until_idle()
    yield agent, request.param, source, target


def count(directory: Path) -> int:
    """How many files are in a directory and below."""
    return sum(len(names) for _where, _directories, names in os.walk(directory))


def inodes(directory: Path) -> set[int]:
    return {path.stat().st_ino for path in directory.rglob("*")}


def delivered(agent: AgentProcess) -> dict[str, int]:
    found = agent.status().get("delivered")
    assert isinstance(found, dict)
    return found


def test_one_step_and_no_copy(sides: Sides) -> None:
    """Both names are looked for all the time: each is whole, or not there."""
    agent, _mode, source, target = sides
    before, files = inodes(target / "d"), delivered(agent)["files"]
    for old, new in (("d", "f"), ("f", "g"), ("g", "d")):
        (source / old).rename(source / new)
        deadline = time.monotonic() + LONG
        while not (target / new).exists():
            assert (target / old).exists() or (target / new).exists()
            assert time.monotonic() < deadline, agent.log.read_text()[-2000:]
        assert count(target / new) == FILES and not (target / old).exists()
    assert inodes(target / "d") == before
    agent.wait_for(lambda: delivered(agent).get("moved") == 3, LONG)
    assert delivered(agent)["files"] == files and delivered(agent)["deleted"] == 0


def test_while_the_agent_was_stopped(sides: Sides) -> None:
    """Inode numbers tell where everything has gone."""
    agent, mode, source, target = sides
    before = inodes(target / "d")
    agent.stop()
    (source / "n").mkdir()
    (source / "d").rename(source / "n" / "d")
    agent.start(mode)
    agent.wait_for(lambda: count(target / "n" / "d") == FILES, LONG)
    assert inodes(target / "n" / "d") == before and not (target / "d").exists()


def test_a_file_that_somebody_has_open(sides: Sides) -> None:
    """It goes along as it was, and what is written into it comes when it is closed."""
    agent, _mode, source, target = sides
    with (source / "d" / "0").open("r+") as file:
        file.write("half")
        file.flush()
        (source / "d").rename(source / "f")
        agent.wait_for((target / "f").exists, LONG)
        assert (target / "f" / "0").read_text() == "content 0"
        file.write(" and half")
    agent.wait_for(lambda: (target / "f" / "0").read_text() == (source / "f" / "0").read_text(), LONG)


def test_killed_at_random_moments(sides: Sides) -> None:
    agent, mode, source, target = sides
    moments, name = random.Random(mode), "d"
    for number in range(20):
        (source / name).rename(source / f"d{number}")
        name = f"d{number}"
        time.sleep(moments.uniform(0.0, 0.3))
        agent.stop(signal.SIGKILL)
        found = sorted(path.name for path in target.iterdir() if not path.name.startswith("."))
        for other in found:
            for path in (target / other).rglob("[0-9]*"):
                assert path.read_text() == f"content {path.name}"
        agent.start(mode)
    agent.wait_for(lambda: [p.name for p in target.iterdir() if not p.name.startswith(".")] == [name], LONG)
    agent.wait_for(lambda: count(target / name) == FILES, LONG)
    agent.wait_until_idle()
    (source / name / "e").rename(source / "e")
    agent.wait_for(lambda: count(target / "e") == FILES // 2 == count(target / name), LONG)
    agent.wait_until_idle()
    status = agent.status()
    assert status["conflict_count"] == 0 and status["error_count"] == 0 and status["found_by_rescan"] == 0
