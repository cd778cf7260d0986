# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tester deletes in a watched directory is followed; a directory that is not the one that was watched is none.

While the agent is stopped it hears nothing, and all of it at once when it goes on: no test depends on who is quicker.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from agent_process import AgentProcess
from small_disk import MIB, small_disk

LONG = 60.0
FILES = 5
OPTIONS = ("--quiet-period", "3600", "--max-deletions", "2", "--rescan", "7200", "--interval")
SELDOM, OFTEN = "7200", "0.5"


def fill(agent: AgentProcess) -> None:
    (agent.windows / "d").mkdir()
    for number in range(FILES):
        (agent.windows / "d" / str(number)).write_text("x")
    agent.once("windows_to_nas", "--quiet-period", "0.1")
    assert count(agent.export) == FILES


def start(agent: AgentProcess, interval: str) -> None:
    agent.start("windows_to_nas", *OPTIONS, interval)
    agent.wait_until_idle()
    assert agent.status()["watching"] == {"windows": "inotify"}


def count(top: Path) -> int:
    return sum(path.is_file() for path in top.rglob("*")) if top.exists() else 0


@contextmanager
def stopped(agent: AgentProcess) -> Iterator[None]:
    """The agent does nothing for a while, and goes on then."""
    assert agent.process is not None
    agent.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        agent.process.send_signal(signal.SIGCONT)


def expect_halt(agent: AgentProcess) -> None:
    """It says that all is gone, has deleted nothing, and goes on when the files are there again."""
    agent.wait_for(lambda: "all is gone" in str(agent.status().get("halted_reason")), LONG)
    assert count(agent.export) == FILES


@pytest.mark.parametrize("pause", [0.0, 0.3])
@pytest.mark.parametrize("interval", [SELDOM, OFTEN])
def test_all_is_deleted_quickly_and_slowly(agent: AgentProcess, pause: float, interval: str) -> None:
    fill(agent)
    start(agent, interval)
    for number in range(FILES):
        (agent.windows / "d" / str(number)).unlink()
        time.sleep(pause)
    (agent.windows / "d").rmdir()
    agent.wait_for(lambda: not (agent.export / "d").exists(), LONG)
    assert "halted" not in agent.log.read_text()


def test_all_is_deleted_while_nobody_reads_the_events(agent: AgentProcess) -> None:
    fill(agent)
    start(agent, OFTEN)
    with stopped(agent):
        shutil.rmtree(agent.windows / "d")
        time.sleep(1)
    agent.wait_for(lambda: not (agent.export / "d").exists(), LONG)
    assert "halted" not in agent.log.read_text()


def test_all_is_deleted_before_the_first_watch(agent: AgentProcess) -> None:
    fill(agent)
    shutil.rmtree(agent.windows / "d")
    agent.start("windows_to_nas", *OPTIONS, OFTEN)
    expect_halt(agent)


def replace(agent: AgentProcess) -> Path:
    """Another directory in its place, with the same marker and nothing else; where the old one is now."""
    old = agent.windows.with_name("old")
    agent.windows.rename(old)
    agent.windows.mkdir()
    agent.mark()
    return old


def nothing_more(_agent: AgentProcess, _old: Path) -> None:
    """The old one stays as it was."""


def old_is_cleared(_agent: AgentProcess, old: Path) -> None:
    """Each file that goes there is told of, and is missing in the new one, too."""
    shutil.rmtree(old / "d")


def too_much_is_told(_agent: AgentProcess, old: Path) -> None:
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    for number in range(limit // 2 + 100):
        (old / f"t{number % 2}").write_bytes(b"x")
        os.rename(old / f"t{number % 2}", old / f"f{number % 2}")


@pytest.mark.parametrize("more", [nothing_more, old_is_cleared, too_much_is_told])
@pytest.mark.parametrize("interval", [SELDOM, OFTEN])
def test_another_directory_is_no_deletion(
    agent: AgentProcess, interval: str, more: Callable[[AgentProcess, Path], None]
) -> None:
    """Neither by what a scan misses in it, nor by what is heard of the one before."""
    fill(agent)
    start(agent, interval)
    with stopped(agent):
        old = replace(agent)
        more(agent, old)
        time.sleep(1)
    expect_halt(agent)
    for path in ("d/0", "back"):
        (agent.windows / path).parent.mkdir(exist_ok=True)
        (agent.windows / path).write_text("back")
    agent.wait_for((agent.export / "back").exists, LONG)


def test_a_directory_made_anew_is_watched(agent: AgentProcess) -> None:
    """It may have the inode number of the one that was removed."""
    fill(agent)
    start(agent, SELDOM)
    with stopped(agent):
        shutil.rmtree(agent.windows)
        agent.windows.mkdir()
        agent.mark()
    expect_halt(agent)
    (agent.windows / "a").write_text("x")
    agent.wait_for((agent.export / "a").exists, LONG)
    (agent.windows / "b").write_text("x")
    agent.wait_for((agent.export / "b").exists, LONG)


def test_another_directory_at_the_end_is_no_deletion(agent: AgentProcess) -> None:
    fill(agent)
    start(agent, SELDOM)
    assert agent.process is not None
    with stopped(agent):
        shutil.rmtree(replace(agent) / "d")
        agent.process.send_signal(signal.SIGTERM)
    assert agent.process.wait(LONG) == 0
    agent.process = None
    assert count(agent.export) == FILES


@pytest.fixture
def drive(agent: AgentProcess) -> Iterator[AgentProcess]:
    """An agent at rest whose Windows directory is a drive of its own; that is gone as soon as the agent is stopped."""
    shutil.rmtree(agent.windows)
    agent.windows.mkdir()
    with small_disk(agent.windows, 4 * MIB):
        agent.mark()
        fill(agent)
        start(agent, OFTEN)
        assert agent.process is not None
        agent.process.send_signal(signal.SIGSTOP)
    yield agent
    agent.stop(signal.SIGKILL)


def test_an_unmounted_drive_is_no_deletion(drive: AgentProcess) -> None:
    with stopped(drive):
        time.sleep(1)
    drive.wait_for(lambda: "marker" in str(drive.status().get("halted_reason")), LONG)
    assert count(drive.export) == FILES


def test_an_empty_drive_in_its_place_is_no_deletion(drive: AgentProcess) -> None:
    """With the same marker, before anybody has looked."""
    with small_disk(drive.windows, 4 * MIB):
        with stopped(drive):
            drive.mark()
            time.sleep(1)
        expect_halt(drive)
