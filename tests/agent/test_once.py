# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's one pass at the start of a server: what it fills, removes, spares and leaves out."""

from __future__ import annotations

import json
import os

from agent_process import MARKER, AgentProcess
from small_disk import MIB, small_disk


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
