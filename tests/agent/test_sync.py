# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The barrier of a running agent: it looks at once, waits, and says what is missing."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from agent_process import MARKER, AgentProcess


def paths(answer: dict, which: str) -> list[str]:
    return [each["path"] for each in answer[which]]


@pytest.mark.parametrize("mode", ["windows_to_nas", "nas_to_windows", "two_way"])
def test_what_was_there_is_across(agent: AgentProcess, mode: str) -> None:
    agent.serve(mode, "--quiet-period", "0.5", "--interval", "600")
    sources = {"windows_to_nas": [agent.windows], "nas_to_windows": [agent.export]}.get(
        mode, [agent.windows, agent.export]
    )
    for number in range(20):
        for source in sources:
            name = f"d{number}/{source.name}.csv"
            (source / name).parent.mkdir(exist_ok=True)
            (source / name).write_text(name)
        answer = agent.say("sync", "--timeout", "30")
        assert answer["done"] and answer["nonce"] == "7" and not answer["waiting_count"], answer
        for source in sources:
            name = f"d{number}/{source.name}.csv"
            target = agent.windows if source is agent.export else agent.export
            assert (target / name).read_text() == name


def test_quiet_period_is_left_out_when_nobody_writes(agent: AgentProcess) -> None:
    agent.serve("nas_to_windows", "--quiet-period", "30", "--close-events", "off")
    (agent.export / "a").write_text("a")
    answer = agent.say("sync", "--timeout", "0.3")
    assert not answer["done"] and paths(answer, "waiting") == ["a"]
    assert "quiet period" in answer["waiting"][0]["reason"]
    assert agent.say("sync", "--timeout", "20", "--complete")["done"]
    assert (agent.windows / "a").read_text() == "a"


def test_open_file(agent: AgentProcess) -> None:
    agent.serve("nas_to_windows")
    with (agent.export / "log").open("w") as log:
        log.write("half")
        log.flush()
        (agent.export / "whole").write_text("x")
        answer = agent.say("sync", "--timeout", "1", "--complete")
        assert not answer["done"] and answer["waiting"] == [{"path": "log", "reason": "it is being written"}]
        assert (agent.windows / "whole").exists() and not (agent.windows / "log").exists()
        threading.Timer(1.0, log.close).start()
        assert agent.say("sync", "--timeout", "30")["done"]
    assert (agent.windows / "log").read_text() == "half"


def test_refused_and_unreadable(agent: AgentProcess) -> None:
    agent.serve("nas_to_windows")
    (agent.export / "a:b").write_text("x")
    answer = agent.say("sync", "--timeout", "20")
    assert answer["done"] and paths(answer, "refused") == ["a:b"] and answer["refused_count"] == 1
    assert answer["error_count"] == 0


def test_halted_is_said_at_once(agent: AgentProcess) -> None:
    agent.serve("nas_to_windows")
    (agent.windows / MARKER).unlink()
    (agent.export / "a").write_text("x")
    begin = time.monotonic()
    answer = agent.say("sync", "--timeout", "60")
    assert not answer["done"] and "marker" in str(answer["halted_reason"])
    assert time.monotonic() - begin < 30


def test_nothing_is_carried_so_nothing_is_waited_for(agent: AgentProcess) -> None:
    agent.once()
    agent.serve("none")
    (agent.export / "a").write_text("x")
    assert agent.say("sync", "--timeout", "5")["done"]


def test_many_ask_at_once(agent: AgentProcess) -> None:
    agent.serve("two_way", "--quiet-period", "0.5")
    answers: list[dict[str, object]] = []

    def ask(number: int) -> None:
        (agent.windows / f"w{number}").write_text("w")
        (agent.export / f"n{number}").write_text("n")
        answers.append(agent.say("sync", "--timeout", "60"))
        assert (agent.export / f"w{number}").exists() and (agent.windows / f"n{number}").exists()

    threads = [threading.Thread(target=ask, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.get("done") for answer in answers] == [True] * 5


def test_wrong_words_are_no_reason_to_end(agent: AgentProcess) -> None:
    agent.serve("nas_to_windows")
    assert agent.get("/sync?nonce=1")[0] == 404, "it is a request, not a question"
    assert agent.say("sync", "--timeout", "-1") == {} == agent.say("sync", "--timeout", "nan")
    assert agent.say("sync", "--timeout", "5")["done"]


def test_killed_agent_gives_no_answer(agent: AgentProcess) -> None:
    agent.serve("windows_to_nas")
    with (agent.windows / "a").open("w"):
        assert agent.process is not None
        threading.Timer(1.0, os.kill, [agent.process.pid, signal.SIGKILL]).start()
        assert agent.say("sync", "--timeout", "30") == {}
