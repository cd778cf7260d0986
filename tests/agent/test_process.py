# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's process: watching, halting, status, exit codes, limits of memory, room and watches."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from agent_process import MARKER, AgentProcess

MIB = 1 << 20


@contextmanager
def small_disk(where: Path, size: int) -> Iterator[None]:
    """A file system of some bytes in memory."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small file system needs root")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", where], check=False)
    if made.returncode:
        pytest.skip("this machine does not let root mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", where], check=True)


def test_wrong_option(agent: AgentProcess) -> None:
    wrong = ["--max-deletions=many", "--interval=0", "--status-address=x", "--quiet-period=nan", "--bogus"]
    for argument in wrong:
        done = agent.once("windows_to_nas", argument)
        assert done.returncode == 2 and "usage:" in done.stderr


def test_once_with_unknown_windows_side(agent: AgentProcess) -> None:
    (agent.windows / MARKER).unlink()
    done = agent.once()
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1 and "marker" in done.stderr


def test_once_fills_a_new_volume(agent: AgentProcess) -> None:
    (agent.windows / "d").mkdir()
    for number in range(300):
        (agent.windows / "d" / f"f{number}").write_text(str(number))
        os.utime(agent.windows / "d" / f"f{number}", (1e9, 1e9))
    done = agent.once()
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) < 30, "the log is not flooded"
    assert (agent.export / "d" / "f7").read_text() == "7"
    assert (agent.export / "d" / "f7").stat().st_mtime == 1e9
    assert agent.export.stat().st_mode & 0o777 == 0o777
    assert (agent.export / "d" / "f7").stat().st_mode & 0o666 == 0o666


def test_once_removes_orphans_and_spares_consumers_files(agent: AgentProcess) -> None:
    for name in "ab":
        (agent.windows / name).write_text(name)
    agent.once()
    (agent.windows / "a").unlink()
    (agent.export / "consumers").write_text("c")
    agent.once("windows_to_nas", "--deletions", "keep")
    assert sorted(os.listdir(agent.export)) == ["a", "b", "consumers"]
    agent.once()
    assert sorted(os.listdir(agent.export)) == ["b", "consumers"]


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


def test_a_server_starts_without_a_file_that_does_not_fit(agent: AgentProcess) -> None:
    """And its agent tells of it, though it will never carry it itself."""
    with small_disk(agent.volume, 8 * MIB):
        (agent.windows / "big").write_bytes(bytes(9 * MIB))
        (agent.windows / "small").write_text("1")
        for name in ("big", "small"):
            os.utime(agent.windows / name, (1e9, 1e9))
        done = agent.once("windows_to_nas", "--deletions", "keep")
        assert done.returncode == 0 and (agent.export / "small").read_text() == "1"
        agent.start("nas_to_windows", "--status-address", f"127.0.0.1:{agent.port}")
        agent.wait_until_idle()
        (error,) = json.loads(agent.get("/status")[1])["errors"]
        assert error["path"] == "big" and error["reason"].startswith(
            "left out at the start: does not fit: needs 9437184"
        )
        agent.stop()
        (agent.windows / "big").unlink()
        assert agent.once("windows_to_nas", "--deletions", "keep").returncode == 0
        agent.start("nas_to_windows", "--status-address", f"127.0.0.1:{agent.port}")
        agent.wait_until_idle()
        assert json.loads(agent.get("/status")[1])["errors"] == []
        agent.stop()
