# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deletion of thousands of files does to the process: nothing, unless nothing is left and nobody saw it."""

from __future__ import annotations

import json
import shutil
import subprocess

from agent_process import AgentProcess

FILES = 1500


def fill(agent: AgentProcess, *directories: str) -> None:
    for directory in directories:
        (agent.windows / directory).mkdir()
        for number in range(FILES):
            (agent.windows / directory / str(number)).write_text("x")


def accept(agent: AgentProcess) -> dict:
    command = [*agent.command("none")[:3], "accept", "--state", str(agent.state)]
    done = subprocess.run(command, env=agent.environment(), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_a_folder_renamed_and_deleted(agent: AgentProcess) -> None:
    fill(agent, "d", "other")
    agent.start("windows_to_nas", "--quiet-period", "0.2", "--interval", "2")
    agent.wait_for((agent.export / "other" / str(FILES - 1)).exists, 60)
    agent.wait_until_idle()
    (agent.windows / "d").rename(agent.windows / "e")
    agent.wait_for(lambda: (agent.export / "e" / "0").exists() and not (agent.export / "d").exists(), 60)
    agent.wait_until_idle()
    agent.stop()
    shutil.rmtree(agent.windows / "e")
    agent.start("windows_to_nas", "--quiet-period", "0.2", "--interval", "2")
    agent.wait_for(lambda: not (agent.export / "e").exists(), 60)
    assert "halted" not in agent.log.read_text() and len(list((agent.export / "other").iterdir())) == FILES


def test_everything_is_gone_until_somebody_says_that_it_is_meant(agent: AgentProcess) -> None:
    fill(agent, "d")
    assert agent.once().returncode == 0
    shutil.rmtree(agent.windows / "d")
    done = agent.once()
    assert done.returncode == 0, "a server starts with what it has"
    assert f"{FILES} files in 'd'" in done.stderr and len(list((agent.export / "d").iterdir())) == FILES
    address = f"127.0.0.1:{agent.port}"
    agent.start("windows_to_nas", "--quiet-period", "0.2", "--interval", "2", "--status-address", address)
    agent.wait_for(lambda: agent.status().get("state") == "halted")
    code, reason = agent.get("/healthz")
    assert code == 503 and "make accept SERVER=server" in reason
    assert accept(agent)["accepted"]
    agent.wait_for(lambda: not (agent.export / "d").exists())
    agent.wait_until_idle()
    log = agent.log.read_text()
    assert agent.get("/healthz") == (200, "ok\n") and accept(agent) == {"accepted": False, "withheld": ""}
    assert log.count("halted: ") == log.count("resumed: ") == 1, "the halt was told once"
