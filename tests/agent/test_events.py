# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's process hears of changes: events, writers that pause, and queues that overflow."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from agent_process import MARKER, AgentProcess


def test_events_arrive_fast_and_in_new_directories(agent: AgentProcess) -> None:
    agent.once()
    agent.start("nas_to_windows")
    agent.wait_until_idle()
    begin = time.monotonic()
    (agent.export / "a").write_text("a")
    agent.wait_for((agent.windows / "a").exists)
    assert time.monotonic() - begin < 1
    deep = agent.export / "x" / "y" / "z"
    deep.mkdir(parents=True)
    (deep / "b").write_text("b")
    agent.wait_for((agent.windows / "x/y/z/b").exists)
    (agent.export / "x").rename(agent.export / "moved")
    agent.wait_for((agent.windows / "moved/y/z/b").exists)
    agent.wait_for(lambda: not (agent.windows / "x").exists())
    (agent.export / "moved/y/z/c").write_text("c")
    agent.wait_for((agent.windows / "moved/y/z/c").exists)


def test_a_paused_writer(agent: AgentProcess) -> None:
    agent.once()
    agent.start("nas_to_windows", "--quiet-period", "0.2")
    agent.wait_until_idle()
    with (agent.export / "slow").open("w") as file:
        file.write("half")
        file.flush()
        time.sleep(1.5)
        (agent.export / "slow").chmod(0o600)
        (agent.export / "slow").rename(agent.export / "slower")
        time.sleep(1.5)
        assert os.listdir(agent.windows) == [MARKER]
        file.write(" and half")
    agent.wait_for((agent.windows / "slower").exists)
    assert (agent.windows / "slower").read_text() == "half and half"


def test_without_close_events_the_quiet_period_decides(agent: AgentProcess) -> None:
    agent.once()
    agent.start("nas_to_windows", "--close-events", "off", "--quiet-period", "0.5")
    agent.wait_until_idle()
    for part in range(6):
        with (agent.export / "a").open("a") as file:
            file.write(str(part))
        time.sleep(0.2)
        assert not (agent.windows / "a").exists()
    agent.wait_for((agent.windows / "a").exists)
    assert (agent.windows / "a").read_text() == "012345"


def test_overflow_of_the_event_queue_leads_to_a_scan(agent: AgentProcess) -> None:
    agent.once()
    agent.start("nas_to_windows", "--quiet-period", "0.2")
    agent.wait_until_idle()
    assert agent.process
    agent.process.send_signal(signal.SIGSTOP)
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    (agent.export / "first").write_text("x")
    for number in range(limit // 2 + 100):
        (agent.export / f"t{number % 50}").write_text("x")
        os.rename(agent.export / f"t{number % 50}", agent.export / f"f{number % 50}")
    (agent.export / "last").write_text("x")
    agent.process.send_signal(signal.SIGCONT)
    agent.wait_for((agent.windows / "last").exists)
    agent.wait_for(lambda: len(os.listdir(agent.windows)) == 53)
    assert "too many changes at once" in agent.log.read_text()


def test_file_whose_close_was_lost_is_not_held_for_open(agent: AgentProcess) -> None:
    """The queue of events is full, and the watch begins anew: waiting for the close would take until the next rescan."""
    agent.once()
    agent.start("nas_to_windows", "--quiet-period", "0.2")
    agent.wait_until_idle()
    assert agent.process
    with (agent.export / "open").open("w") as file:
        file.write("x")
        file.flush()
        agent.wait_for(lambda: agent.status().get("pending") == 1)
        agent.process.send_signal(signal.SIGSTOP)
        limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        for number in range(limit // 2 + 100):
            (agent.export / f"t{number % 50}").write_text("x")
    agent.process.send_signal(signal.SIGCONT)
    agent.wait_for((agent.windows / "open").exists)
    assert (agent.windows / "open").read_text() == "x"
