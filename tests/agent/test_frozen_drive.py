# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows directory's drive freezes: whoever looks at it waits, and cannot be ended."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from agent_process import AgentProcess

_TOP = str(Path(__file__).resolve().parents[2])
if _TOP not in sys.path:
    sys.path.insert(0, _TOP)

from tests.harness.frozen_mount import can_freeze, frozen  # noqa: E402


@pytest.mark.skipif(not can_freeze(), reason="a mount that answers nothing needs root and /dev/fuse")
def test_status_says_that_the_drive_does_not_answer(agent: AgentProcess) -> None:
    agent.start("two_way", "--status-address", f"127.0.0.1:{agent.port}", "--quiet-period", "0.1")
    agent.wait_until_idle()
    (agent.windows / "from-windows").write_text("x")
    (agent.export / "from-nas").write_text("x")
    agent.wait_for(lambda: (agent.export / "from-windows").exists() and (agent.windows / "from-nas").exists())
    agent.wait_until_idle()
    with frozen(agent.windows):
        (agent.export / "meanwhile").write_text("x")
        # In the file, too, although the agent's own thread waits for the drive.
        agent.wait_for(lambda: agent.status()["state"] == "halted", timeout=60)
        assert "does not answer" in str(agent.status()["halted_reason"])
        code, said = agent.get("/healthz")
        assert code == 503 and "does not answer" in said
        assert set(os.listdir(agent.export)) == {"from-windows", "from-nas", "meanwhile"}
    agent.wait_for(lambda: (agent.windows / "meanwhile").exists(), timeout=60)
    agent.wait_until_idle()
    assert agent.get("/healthz") == (200, "ok\n")
    assert set(os.listdir(agent.export)) == {"from-windows", "from-nas", "meanwhile"}
