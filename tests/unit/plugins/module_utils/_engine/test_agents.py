# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What running agents answer, and what is made of it where they do not."""

from __future__ import annotations

import json
import threading
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.agents import RunningAgents
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

SERVERS = read_topology({}).servers
INPUT, BACKUP, OUTPUT = SERVERS[0], SERVERS[3], SERVERS[4]
LISTS: dict[str, t.Any] = {"windows": [{"path": "a\udcff", "kind": "file", "delivered": True}], "nas": []}


class Reach:
    """Agents that answer with what a test says, or what it raises."""

    def __init__(self, says: t.Callable[[str, t.Sequence[str]], str]) -> None:
        self.says = says
        self.asked: list[tuple[str, list[str], int]] = []
        self.copied: list[str] = []

    def ask(self, server: str, words: t.Sequence[str], seconds: int) -> str:
        self.asked.append((server, list(words), seconds))
        return self.says(server, words)

    def copy(self, server: str, seconds: int) -> None:
        self.copied.append(server)


def answering(**answer: t.Any) -> t.Callable[[str, t.Sequence[str]], str]:
    return lambda _server, words: json.dumps({"nonce": words[2], "server": "as it was started", **answer})


def test_contents_are_as_the_agent_gives_them() -> None:
    """With the bytes of a file's name that are no UTF-8: who compares them needs them."""
    reach = Reach(answering(halted_reason="", **LISTS))
    (found,) = RunningAgents(reach).contents([INPUT])
    assert (found["server"], found["problem"]) == ("nas-input-1", "")
    assert {side: found[side] for side in LISTS} == LISTS
    ((server, words, _seconds),) = reach.asked
    assert (server, words[:2]) == ("nas-input-1", ["contents", "--nonce"])


@pytest.mark.parametrize("force", [False, True])
def test_empty(force: bool) -> None:
    reach = Reach(answering(halted_reason="", removed=LISTS, kept={"windows": [], "nas": []}))
    found = RunningAgents(reach).empty([OUTPUT, INPUT], force)
    assert [each["server"] for each in found] == ["nas-output-1", "nas-input-1"]
    assert all(each["removed"] == LISTS and each["problem"] == "" for each in found)
    assert [words[3:] for _server, words, _seconds in reach.asked] == [["--force"] if force else []] * 2


def test_halted() -> None:
    agents = RunningAgents(Reach(answering(halted_reason="the marker is gone")))
    problem = "server nas-input-1: sync halted: the marker is gone"
    assert agents.contents([INPUT])[0]["problem"] == agents.empty([INPUT], True)[0]["problem"] == problem
    assert agents.sync([INPUT], 5, False)[0]["problem"] == problem


def test_server_without_agent() -> None:
    reach = Reach(answering())
    agents = RunningAgents(reach)
    for found in (*agents.contents([BACKUP]), *agents.empty([BACKUP], True)):
        assert found["problem"].startswith("server nas-backup: it has no sync agent")
    assert agents.sync([BACKUP], 5, False)[0]["done"] and reach.copied == ["nas-backup"]
    assert reach.asked == []


@pytest.mark.parametrize("text", ["", "[]", "{}", "not JSON", "null"])
def test_answer_that_cannot_be_read(text: str) -> None:
    agents = RunningAgents(Reach(lambda _server, _words: text))
    for found in (*agents.contents([INPUT]), *agents.empty([INPUT], False), *agents.sync([INPUT], 5, False)):
        assert found["problem"].startswith("server nas-input-1: its sync agent's answer cannot be read")


def test_old_answer() -> None:
    (found,) = RunningAgents(Reach(lambda _server, _words: '{"nonce": "old"}')).empty([INPUT], False)
    assert found["problem"] == "server nas-input-1: its sync agent's answer is an old one"


def test_one_that_is_not_there_leaves_the_others_their_answers() -> None:
    def says(server: str, words: t.Sequence[str]) -> str:
        if server == "nas-input-1":
            raise SimulatorError("server nas-input-1: no such container")
        return answering(done=True)(server, words)

    found = RunningAgents(Reach(says)).sync([INPUT, OUTPUT], 5, True)
    assert [each["problem"] for each in found] == ["server nas-input-1: no such container", ""]
    assert all(each["seconds"] >= 0 for each in found)


def test_end_without_a_word() -> None:
    (found,) = RunningAgents(Reach(answering(done=False))).sync([INPUT], 5, False)
    assert found["problem"] == "server nas-input-1: its sync agent did not come to an end within 5 s"


def test_all_are_asked_at_the_same_time() -> None:
    together = threading.Barrier(len(SERVERS) - 1, timeout=30)

    def says(server: str, words: t.Sequence[str]) -> str:
        together.wait()
        return answering(done=True)(server, words)

    found = RunningAgents(Reach(says)).sync([server for server in SERVERS if server.sync.has_agent], 5, False)
    assert [each["problem"] for each in found] == [""] * (len(SERVERS) - 1)
