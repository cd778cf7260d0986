# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume that clients have really filled: what it has still reaches Windows, and the status tells the truth."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from agent_process import AgentProcess
from small_disk import MIB, small_disk

FILES = 400


@contextmanager
def ext4(where: Path, size: int) -> Iterator[None]:
    """A small ext4 in a file."""
    image = where.with_name("image")
    with image.open("wb") as file:
        file.truncate(size)
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("mounting a small ext4 needs root and mkfs.ext4")
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, where], check=False).returncode:
        pytest.skip("this machine does not let root mount a loop file")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", where], check=True)


@pytest.fixture(params=[small_disk, ext4])
def full(request: pytest.FixtureRequest, agent: AgentProcess) -> Iterator[AgentProcess]:
    """A server whose volume has 64 MiB."""
    with request.param(agent.volume, 64 * MIB):
        assert agent.once("windows_to_nas", "--deletions", "keep").returncode == 0
        yield agent
        if agent.process is not None:
            agent.stop(signal.SIGKILL)


def start(agent: AgentProcess) -> None:
    agent.start("nas_to_windows", "--quiet-period", "0.2", "--status-address", f"127.0.0.1:{agent.port}")


def fill(path: Path) -> None:
    """A client writes until there is no room for one byte more, and tries again and again."""
    with path.open("ab", buffering=0) as file:
        for size in (MIB, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    status = os.statvfs(path)
    assert status.f_bavail == 0


def small_files(agent: AgentProcess, name: str) -> None:
    """Files that need no block of data, as far as the file system has names for them."""
    (agent.export / name).mkdir()
    for number in range(FILES):
        (agent.export / name / str(number)).touch()


def arrived(agent: AgentProcess, name: str) -> bool:
    directory = agent.windows / name
    return directory.is_dir() and len(list(directory.iterdir())) == FILES


def expect_truth(agent: AgentProcess) -> None:
    """File and answer both come to say that all is done."""
    assert agent.process is not None
    expected = (agent.process.pid, "idle", None, 0, 0.0)

    def done() -> bool:
        try:
            said = json.loads(agent.get("/status")[1]), agent.status()
        except OSError:
            return False  # it has only just been started
        words = ("pid", "state", "halted_reason", "pending", "lag_seconds")
        return all(tuple(map(seen.get, words)) == expected for seen in said)

    agent.wait_for(done, 60)


def test_what_is_on_a_full_volume_reaches_windows(full: AgentProcess) -> None:
    start(full)
    full.wait_until_idle()
    small_files(full, "before")
    fill(full.export / "big")
    (full.export / "before" / "0").rename(full.export / "renamed")
    full.wait_for(lambda: (full.windows / "renamed").exists() and (full.windows / "big").exists())
    size = (full.export / "big").stat().st_size
    full.wait_for(lambda: (full.windows / "big").stat().st_size == size)
    expect_truth(full)
    (full.export / "before" / "1").unlink()
    full.wait_for(lambda: not (full.windows / "before" / "1").exists())
    expect_truth(full)
    assert "cannot be used" not in full.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_is_filled_while_no_agent_runs(full: AgentProcess, number: int) -> None:
    """The next agent starts, and all arrives that came meanwhile."""
    start(full)
    full.wait_until_idle()
    full.stop(number)
    small_files(full, "meanwhile")
    fill(full.export / "big")
    start(full)
    full.wait_for(lambda: arrived(full, "meanwhile") and (full.windows / "big").exists())
    expect_truth(full)
    full.stop()
    fill(full.export / "big")
    assert full.once("windows_to_nas", "--deletions", "keep").returncode == 0
    start(full)
    expect_truth(full)
    assert "cannot be used" not in full.log.read_text()


def test_what_does_not_fit_is_told_in_the_file(full: AgentProcess) -> None:
    fill(full.export / "big")
    (full.windows / "tester").write_bytes(bytes(2 * MIB))
    full.start("two_way", "--quiet-period", "0.2", "--status-address", f"127.0.0.1:{full.port}")
    full.wait_for(lambda: "does not fit" in str(full.status().get("errors")) and (full.windows / "big").exists())


def test_room_that_comes_back_fills_the_reserve_again(full: AgentProcess) -> None:
    """Round by round the ledger gets more entries than one reserve holds."""
    start(full)
    for name in ("one", "two", "three"):
        small_files(full, name)
        fill(full.export / "big")
        full.wait_for(lambda name=name: arrived(full, name))
        (full.export / "big").unlink()
        full.wait_for(lambda: not (full.windows / "big").exists())
    expect_truth(full)
