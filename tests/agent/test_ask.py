# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be lost with a volume: asked of the running agent, found without one, and rescued."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from agent_process import MARKER, AgentProcess


def ask(agent: AgentProcess, nonce: str = "7") -> dict:
    command = [*agent.command("nas_to_windows")[:3], "ask", "--nonce", nonce, "--address", f"127.0.0.1:{agent.port}"]
    done = subprocess.run(command, env=agent.environment(), capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def command(agent: AgentProcess, word: str, *more: str, mode: str = "nas_to_windows") -> dict:
    words = agent.command(mode)
    words = [*words[:3], word, *words[3:], *more]
    done = subprocess.run(words, env=agent.environment(), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def paths(answer: dict, which: str) -> list[str]:
    return sorted(each["path"] for each in answer[which])


def running(agent: AgentProcess, mode: str = "nas_to_windows") -> None:
    agent.start(mode, "--quiet-period", "0.2", "--status-address", f"127.0.0.1:{agent.port}")
    agent.wait_until_idle()


@pytest.mark.parametrize("mode", ["nas_to_windows", "two_way"])
def test_answers_what_is_there_now(agent: AgentProcess, mode: str) -> None:
    """Both ways to ask say the same, and say it of this moment."""
    running(agent, mode)
    (agent.export / "good.csv").write_text("1")
    agent.wait_for((agent.windows / "good.csv").exists)
    agent.wait_for(lambda: not ask(agent)["waiting"])
    answer = ask(agent, "one&two")
    assert (answer["nonce"], answer["state"], answer["server"]) == ("one&two", "known", "server")
    (agent.export / "results 12:30.csv").write_text("2")
    (agent.export / "CON").mkdir()
    (agent.export / "CON" / "inner.txt").write_text("3")
    with (agent.export / "open.csv").open("w") as unfinished:
        unfinished.write("4")
        unfinished.flush()
        for answer in (ask(agent), command(agent, "compare", "--nonce", "9", mode=mode)):
            assert paths(answer, "refused") == ["CON", "CON/inner.txt", "results 12:30.csv"], answer
            assert paths(answer, "waiting") == ["open.csv"]
            assert (answer["refused_count"], answer["waiting_count"], answer["error_count"]) == (3, 1, 0)
    where = os.stat(agent.windows)
    expected = {"device": where.st_dev, "inode": where.st_ino, "generation": "one", "restored": ""}
    assert answer["windows"] == expected


def test_killed_agent_leaves_an_answer(agent: AgentProcess, tmp_path: Path) -> None:
    """Its journal is read where nothing can be written: both trees are mounted read-only."""
    running(agent)
    for number in range(50):
        (agent.export / f"f{number}").write_text("x")
    agent.wait_for(lambda: (agent.windows / "f49").exists() and not ask(agent)["waiting"])
    agent.stop(signal.SIGKILL)
    (agent.export / "late.csv").write_text("y")
    assert ask(agent) == {}, "nobody is there to answer"
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", agent.volume, agent.volume], check=True)
    try:
        if os.geteuid() == 0:
            subprocess.run(["mount", "-o", "remount,bind,ro", agent.volume], check=True)
        answer = command(agent, "compare")
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", agent.volume], check=True)
    assert (answer["state"], paths(answer, "waiting"), answer["refused"]) == ("known", ["late.csv"], [])


def test_stopped_agent_leaves_an_answer(agent: AgentProcess) -> None:
    running(agent)
    agent.stop()
    before = sorted(path.name for path in agent.state.iterdir())
    assert command(agent, "compare")["waiting"] == []
    assert sorted(path.name for path in agent.state.iterdir()) == before, "a look leaves nothing behind"


def test_unknown_is_no_answer_that_nothing_waits(agent: AgentProcess) -> None:
    running(agent)
    (agent.export / "a").write_text("x")
    (agent.export / "b").write_text("x")
    agent.wait_for(lambda: (agent.windows / "a").exists() and (agent.windows / "b").exists())
    agent.stop()
    marker = (agent.windows / MARKER).read_text()
    (agent.windows / MARKER).write_text(marker.replace('"one"', '"two"'))
    assert command(agent, "compare")["state"] == "unknown"
    (agent.windows / MARKER).unlink()
    (agent.export / "c").write_text("x")
    assert "marker" in command(agent, "compare")["reason"]
    assert paths(command(agent, "compare"), "waiting") == ["c"], "what may be lost has a name all the same"
    (agent.export / "c").unlink()
    (agent.windows / MARKER).write_text(marker)
    assert command(agent, "compare")["state"] == "known"
    (agent.state / "ledger.sqlite").unlink()
    assert paths(command(agent, "compare"), "waiting") == ["a", "b"], "without a ledger nothing is known as delivered"
    shutil.rmtree(agent.export)
    assert command(agent, "compare")["state"] == "unknown"


def test_volume_that_was_never_used_holds_nothing(agent: AgentProcess) -> None:
    answer = command(agent, "compare")
    assert (answer["state"], answer["waiting"], answer["refused"]) == ("known", [], [])


def test_rescue_copies_what_only_the_export_has(agent: AgentProcess, tmp_path: Path) -> None:
    running(agent)
    (agent.export / "good.csv").write_text("1")
    agent.wait_for((agent.windows / "good.csv").exists)
    agent.stop()
    files = {"results 12:30.csv": "results 12%3A30.csv", "CON": "%43ON", "end.": "end%2E", "100%.txt": "100%25.txt"}
    for name in files:
        (agent.export / name).write_text(name)
    (agent.export / "d").mkdir()
    (agent.export / "d" / "new.csv").write_text("new")
    with open(os.fsencode(agent.export) + b"/caf\xe9", "w") as latin:
        latin.write("latin")
    to = tmp_path / "rescued"
    to.mkdir()
    answer = command(agent, "rescue", "--to", str(to))
    assert (answer["copied"], answer["failed"]) == (6, [])
    found = {str(path.relative_to(to)): path.read_text() for path in to.rglob("*") if path.is_file()}
    expected = {escaped: name for name, escaped in files.items()}
    assert found == {**expected, "d/new.csv": "new", "caf%E9": "latin"}
    assert command(agent, "rescue", "--to", str(to))["failed_count"] == 6, "nothing is replaced"


def test_rescue_copies_what_was_written_into_a_replaced_file(agent: AgentProcess, tmp_path: Path) -> None:
    running(agent)
    (agent.export / "good.csv").write_text("1")
    agent.wait_for((agent.windows / "good.csv").exists)
    agent.stop()
    (agent.state / "stage" / "old-1").write_text("written late")
    assert command(agent, "compare")["waiting_count"] == 1
    to = tmp_path / "rescued"
    to.mkdir()
    assert command(agent, "rescue", "--to", str(to))["copied"] == 1
    assert (to / "old-1.conflict-nas").read_text() == "written late"


def waiting(agent: AgentProcess, files: dict[str, bytes]) -> None:
    """A volume that an agent has left, with files that Windows does not have."""
    running(agent)
    agent.stop()
    for name, content in files.items():
        (agent.export / name).write_bytes(content)


def test_interrupted_rescue_leaves_no_part_under_a_name(agent: AgentProcess, tmp_path: Path) -> None:
    waiting(agent, {"big.bin": os.urandom(64 << 20)})
    to = tmp_path / "rescued"
    to.mkdir()
    words = agent.command("nas_to_windows")
    process = subprocess.Popen([*words[:3], "rescue", *words[3:], "--to", str(to)], env=agent.environment())
    try:
        while not any(path.stat().st_size for path in to.iterdir()):
            assert process.poll() is None, "it ended before it could be interrupted"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert [path.name for path in to.iterdir()] == ["%partial"]
    assert command(agent, "rescue", "--to", str(to))["copied"] == 1
    assert [path.name for path in to.iterdir()] == ["big.bin"]
    assert (to / "big.bin").read_bytes() == (agent.export / "big.bin").read_bytes()


def test_rescue_as_a_stream(agent: AgentProcess) -> None:
    waiting(agent, {"a:b": b"1" * 100_000, "empty": b""})
    (agent.export / "d").mkdir()
    words = agent.command("nas_to_windows")
    words = [*words[:3], "rescue", *words[3:], "--to", "-"]
    done = subprocess.run(words, env=agent.environment(), capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["copied"] == 2 and lines[-1]["failed"] == []
    assert [line.get("file") or line.get("directory") for line in lines if {"file", "directory"} & {*line}] == [
        "a%3Ab", "d", "empty",
    ]  # fmt: skip
    content = b"".join(base64.b64decode(line["data"]) for line in lines if "data" in line)
    assert content == b"1" * 100_000 and sum("end" in line for line in lines) == 2
