# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's process: halting, status, exit codes, limits of memory, room and descriptors."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
import typing as t
from pathlib import Path

import pytest
from agent_process import AgentProcess
from small_disk import MIB, small_disk


def test_wrong_option(agent: AgentProcess) -> None:
    wrong = ["--max-deletions=many", "--interval=0", "--status-address=x", "--quiet-period=nan", "--bogus"]
    for argument in wrong:
        done = agent.once("windows_to_nas", argument)
        assert done.returncode == 2 and "usage:" in done.stderr


def test_status_over_http_and_a_lost_windows_directory(agent: AgentProcess) -> None:
    agent.once()
    agent.start("nas_to_windows", "--status-address", f"127.0.0.1:{agent.port}")
    agent.wait_until_idle()
    (agent.export / "con").write_text("x")
    agent.wait_for(lambda: '"con"' in agent.get("/status")[1])
    status = json.loads(agent.get("/status")[1])
    assert {
        "format",
        "server",
        "mode",
        "state",
        "halted_reason",
        "pid",
        "started",
        "last_cycle",
    } <= status.keys()
    assert {
        "lag_seconds",
        "pending",
        "delivered",
        "conflicts",
        "refused",
        "errors",
        "version",
    } <= status.keys()
    assert agent.get("/healthz") == (200, "ok\n")
    assert 'nas_sync_refused{server="server"} 1' in agent.get("/metrics")[1]
    assert agent.get("/etc/passwd")[0] == 404
    agent.windows.rename(agent.windows.with_name("hidden"))
    agent.windows.mkdir()
    (agent.export / "meanwhile").write_text("x")
    agent.wait_for(lambda: agent.get("/healthz")[0] == 503)
    assert "marker" in agent.get("/healthz")[1] and os.listdir(agent.windows) == []
    agent.windows.rmdir()
    agent.windows.with_name("hidden").rename(agent.windows)
    agent.wait_for((agent.windows / "meanwhile").exists)
    agent.wait_for(lambda: agent.get("/healthz")[0] == 200)


def test_mode_none_only_shows_its_status(agent: AgentProcess) -> None:
    agent.start("none", "--status-address", f"127.0.0.1:{agent.port}")
    agent.wait_until_idle()
    (agent.windows / "a").write_text("a")
    time.sleep(1)
    assert os.listdir(agent.export) == [] and agent.get("/healthz")[0] == 200
    assert agent.stop() == 0


@pytest.mark.parametrize("mode", ["nas_to_windows", "windows_to_nas"])
def test_full_disk(agent: AgentProcess, mode: str) -> None:
    full = agent.windows if mode == "nas_to_windows" else agent.volume
    source = agent.export if mode == "nas_to_windows" else agent.windows
    target = agent.windows if mode == "nas_to_windows" else agent.export
    with small_disk(full, 3 * MIB):
        agent.mark()
        agent.once()
        agent.start(mode, "--quiet-period", "0.1", "--status-address", f"127.0.0.1:{agent.port}")
        agent.wait_until_idle()
        (source / "small").write_bytes(b"x" * 1000)
        agent.wait_for((target / "small").exists)
        ballast = full / "ballast" if mode == "nas_to_windows" else agent.volume / "ballast"
        ballast.write_bytes(b"x" * int(1.5 * MIB))
        (source / "big").write_bytes(b"x" * 2 * MIB)
        agent.wait_for(lambda: "does not fit: needs 2097152 bytes" in agent.get("/status")[1])
        assert agent.get("/healthz")[0] == 200 and not (target / "big").exists()
        (source / "beside").write_bytes(b"x" * 1000)
        agent.wait_for((target / "beside").exists)
        ballast.unlink()
        agent.wait_for((target / "big").exists)
        agent.wait_for(lambda: "does not fit" not in agent.get("/status")[1])
        assert agent.stop() == 0


def test_read_only_windows_directory(agent: AgentProcess) -> None:
    with small_disk(agent.windows, 3 * MIB):
        agent.mark()
        (agent.windows / "a").write_text("a")
        subprocess.run(["mount", "-o", "remount,ro", agent.windows], check=True)
        assert agent.once().returncode == 0
        agent.start("windows_to_nas")
        agent.wait_until_idle()
        assert (agent.export / "a").read_text() == "a"
        agent.stop()


@pytest.mark.parametrize("mode", ["nas_to_windows", "windows_to_nas"])
def test_memory_with_100000_files(agent: AgentProcess, mode: str) -> None:
    """A tree of 100,000 files, all of them new to the running agent: under 64 MiB."""
    agent.once()
    source = agent.export if mode == "nas_to_windows" else agent.windows
    for number in range(100_000):
        if number % 1000 == 0:
            directory = source / f"d{number // 1000}"
            directory.mkdir()
        (directory / f"file-{number:06}").touch()
    agent.start(mode, "--quiet-period", "0.5")
    agent.wait_until_idle(timeout=120)
    assert agent.process
    status = Path(f"/proc/{agent.process.pid}/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    assert peak < 64 * 1024, f"{peak} KiB"
    assert sum(len(names) for _where, _directories, names in os.walk(agent.windows)) == 100_001


def test_the_last_status_counts_what_waits_after_the_last_flush(agent: AgentProcess) -> None:
    agent.start("nas_to_windows")
    agent.wait_until_idle()
    for number in range(2000):
        (agent.export / f"f{number}").write_text("x")
    agent.wait_for(lambda: any(agent.windows.glob("f*")))
    assert agent.stop() == 0
    assert len(list(agent.windows.glob("f*"))) == 2000
    status = agent.status()
    assert (status["state"], status["pending"], status["lag_seconds"]) == ("stopped", 0, 0)


def test_descriptors_beyond_a_thousand(agent: AgentProcess) -> None:
    """select() takes none above 1,023."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1500:
        pytest.skip(f"this machine allows a process {hard} descriptors only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1500), hard))
    held = [os.dup(0) for _number in range(1100)]
    try:
        with agent.log.open("ab") as log:
            command = agent.command("nas_to_windows")
            agent.process = subprocess.Popen(command, env=agent.environment(), stderr=log, pass_fds=held)
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    agent.wait_until_idle()
    (agent.export / "a").write_text("1")
    agent.wait_for((agent.windows / "a").exists)
    assert agent.stop() == 0


def test_an_initial_copy_tells_how_far_it_is(agent: AgentProcess) -> None:
    count = 12_000
    for number in range(count):
        (agent.windows / f"{number}.txt").write_text("x")
    agent.start("windows_to_nas", "--once")
    seen: set[int] = set()

    def ended() -> bool:
        status = agent.status()
        if status.get("state") == "starting":
            seen.add(t.cast(dict[str, int], status["delivered"])["files"])
        return status.get("state") == "stopped"

    agent.wait_for(ended, timeout=240)
    assert [files for files in seen if 0 < files < count], seen
    assert agent.process is not None and agent.process.wait(timeout=30) == 0
    agent.process = None
