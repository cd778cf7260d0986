# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running agent makes both sides empty: without a restart, and nothing comes back."""

from __future__ import annotations

import random
import signal
import threading
import time

import pytest
from agent_process import MARKER, AgentProcess


def both(agent: AgentProcess) -> list[str]:
    return sorted(
        str(path.relative_to(root))
        for root in (agent.windows, agent.export)
        for path in root.rglob("*")
        if path.name != MARKER
    )


@pytest.mark.parametrize("mode", ["windows_to_nas", "nas_to_windows", "two_way"])
def test_rounds(agent: AgentProcess, mode: str) -> None:
    """The same files again and again, and each time they arrive."""
    agent.serve(mode, "--quiet-period", "0.5")
    source = agent.windows if mode == "windows_to_nas" else agent.export
    target = agent.export if mode == "windows_to_nas" else agent.windows
    for number in range(5):
        for name in ("a", "d/b", "d/e/c"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(str(number))
        assert agent.say("sync", "--timeout", "30", "--complete")["done"]
        assert (target / "d/e/c").read_text() == str(number)
        answer = agent.say("empty", "--force")
        assert answer["halted_reason"] == "" and answer["kept"] == {"windows": [], "nas": []}, answer
        assert answer["removed"]["windows"] == answer["removed"]["nas"] == ["a", "d", "d/b", "d/e", "d/e/c"]
        assert agent.say("sync", "--timeout", "30")["done"]
        assert both(agent) == []
    status = agent.status()
    assert (status["halted_reason"], status["found_by_rescan"], status["error_count"]) == (None, 0, 0)


def test_contents(agent: AgentProcess) -> None:
    agent.serve("nas_to_windows")
    (agent.export / "d").mkdir()
    (agent.export / "d/a").write_text("1")
    (agent.export / "edited").write_text("1")
    assert agent.say("sync", "--timeout", "30")["done"]
    (agent.windows / "edited").write_text("by a tester")
    (agent.windows / "own\u202e\udcff").write_text("x")
    (agent.export / "fifo").symlink_to("nowhere")
    answer = agent.say("contents")
    assert sorted(answer["windows"], key=lambda each: each["path"]) == [
        {"path": "d", "kind": "directory", "delivered": True},
        {"path": "d/a", "kind": "file", "delivered": True},
        {"path": "edited", "kind": "file", "delivered": False},
        {"path": "own\u202e\udcff", "kind": "file", "delivered": False},
    ]
    assert sorted((each["path"], each["kind"]) for each in answer["nas"]) == [
        ("d", "directory"),
        ("d/a", "file"),
        ("edited", "file"),
        ("fifo", "other"),
    ]


def test_mode_none(agent: AgentProcess) -> None:
    (agent.windows / "a").write_text("x")
    agent.once()
    agent.serve("none")
    (agent.export / "b").write_text("x")
    answer = agent.say("empty")
    assert answer["removed"] == {"windows": [], "nas": ["a", "b"]}
    assert [each["path"] for each in answer["kept"]["windows"]] == ["a"] and both(agent) == ["a"]


def test_wrong_directory_is_not_emptied(agent: AgentProcess) -> None:
    agent.serve("nas_to_windows")
    (agent.export / "a").write_text("x")
    assert agent.say("sync", "--timeout", "30")["done"]
    marker = (agent.windows / MARKER).read_text()
    (agent.windows / MARKER).write_text(marker.replace('"one"', '"two"'))
    answer = agent.say("empty", "--force")
    assert "not the one" in str(answer["halted_reason"]) and both(agent) == ["a", "a"]
    (agent.windows / MARKER).write_text(marker)
    assert agent.say("empty")["removed"] == {"windows": ["a"], "nas": ["a"]}


def test_halted_because_all_is_gone(agent: AgentProcess) -> None:
    options = ["--quiet-period", "0.2", "--max-deletions", "2", "--status-address", f"127.0.0.1:{agent.port}"]
    agent.start("windows_to_nas", *options)
    agent.wait_until_idle()
    for number in range(5):
        (agent.windows / str(number)).write_text("x")
    assert agent.say("sync", "--timeout", "30")["done"]
    agent.stop()
    for number in range(5):
        (agent.windows / str(number)).unlink()
    agent.start("windows_to_nas", *options)
    agent.wait_for(lambda: agent.status().get("state") == "halted")
    answer = agent.say("sync", "--timeout", "30")
    assert not answer["done"] and "all is gone" in str(answer["halted_reason"])
    assert len(agent.say("empty")["removed"]["nas"]) == 5
    (agent.windows / "next").write_text("x")
    assert agent.say("sync", "--timeout", "30")["done"] and (agent.export / "next").exists()


@pytest.mark.parametrize("mode", ["nas_to_windows", "two_way"])
def test_what_comes_meanwhile_is_new(agent: AgentProcess, mode: str) -> None:
    """A service goes on writing while both sides are emptied: what it writes then is synced, or gone with the rest."""
    agent.serve(mode, "--quiet-period", "0.2")
    written: dict[str, float] = {}
    go_on = threading.Event()
    go_on.set()

    def serve() -> None:
        number = 0
        while go_on.is_set():
            number += 1
            (agent.export / f"{number}.csv").write_text(str(number))
            written[f"{number}.csv"] = time.monotonic()
            time.sleep(0.002)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        for _round in range(5):
            time.sleep(0.4)
            ended = time.monotonic()
            assert agent.say("empty")["halted_reason"] == ""
            returned = time.monotonic()
            time.sleep(0.2)
            left = {path.name for path in agent.export.iterdir()}
            assert not left & {name for name, when in dict(written).items() if when < ended}, "it was there, and stayed"
            later = {name for name, when in dict(written).items() if when > returned}
            assert later <= {path.name for path in agent.export.iterdir()}, "it came later, and went"
    finally:
        go_on.clear()
        thread.join()
    assert agent.say("sync", "--timeout", "60")["done"]
    names = {path.name for path in agent.windows.iterdir()} - {MARKER}
    assert names == {path.name for path in agent.export.iterdir()}


def test_killed_in_the_middle(agent: AgentProcess) -> None:
    """The next agent goes on where the ledger says; the next call ends it."""
    chance = random.Random(1)
    for _round in range(6):
        agent.serve("nas_to_windows", "--quiet-period", "0.2")
        for number in range(300):
            (agent.export / f"{number}").write_text(str(number))
        assert agent.say("sync", "--timeout", "60")["done"]
        (agent.windows / "own").write_text("tester")
        assert agent.process is not None
        timer = threading.Timer(chance.uniform(0.1, 0.4), agent.process.send_signal, [signal.SIGKILL])
        timer.start()
        agent.say("empty")
        timer.join()
        agent.process.wait()
        contents = {path.name: path.read_text() for path in agent.export.iterdir()}
        assert all(name == content for name, content in contents.items())
        agent.serve("nas_to_windows", "--quiet-period", "0.2")
        assert agent.say("empty")["halted_reason"] == ""
        assert both(agent) == ["own"] and (agent.windows / "own").read_text() == "tester"
        agent.stop()
        (agent.windows / "own").unlink()
