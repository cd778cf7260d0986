# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two agents on one volume, as a killed podman leaves them: the second waits, and the first one's ledger stays whole."""

from __future__ import annotations

import sqlite3

from agent_process import AgentProcess

from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_OCCUPIED


def running(agent: AgentProcess) -> None:
    agent.start("nas_to_windows", "--quiet-period", "0.2")
    agent.wait_until_idle()


def test_initial_copy_beside_a_running_agent_changes_nothing(agent: AgentProcess) -> None:
    running(agent)
    for number in range(50):
        (agent.export / f"{number}.csv").write_text("1")
    agent.wait_for((agent.windows / "49.csv").exists)
    done = agent.once("nas_to_windows")
    assert done.returncode == AGENT_OCCUPIED
    assert "another agent works on this volume" in done.stderr
    (agent.export / "later.csv").write_text("1")
    agent.wait_for((agent.windows / "later.csv").exists)
    agent.stop()
    assert agent.once("nas_to_windows").returncode == 0


def test_ledger_is_whole_when_somebody_reads_it_at_the_end(agent: AgentProcess) -> None:
    running(agent)
    (agent.export / "a.csv").write_text("1")
    agent.wait_for((agent.windows / "a.csv").exists)
    reader = sqlite3.connect(agent.state / "ledger.sqlite")
    # The record comes after the file.
    agent.wait_for(lambda: bool(reader.execute("SELECT count(*) FROM entries").fetchone() == (1,)))
    agent.stop()
    reader.close()
    with sqlite3.connect(agent.state / "ledger.sqlite") as after:
        assert after.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert after.execute("SELECT count(*) FROM entries").fetchone() == (1,)
