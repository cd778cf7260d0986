# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Agents are asked without podman where that goes, and by podman where not."""

from __future__ import annotations

import http.server
import os
import threading
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import inside, reach
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.inside import Reply, ask_inside
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.reach import PodmanReach, request_path

SYNC = ["sync", "--nonce", "n 1", "--timeout", "5", "--complete"]


class Podman:
    """Knows one agent's process, and answers questions that are put by it."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def call(self, arguments: t.Sequence[str], _operation: str, _seconds: int = 0) -> str:
        self.calls.append(list(arguments))
        return (
            "mine.nas-input-1.sync-agent 4711\nmine.nas-input-1.nfs-server 4712\n"
            if arguments[0] == "ps"
            else "by podman"
        )


@pytest.fixture
def podman() -> Podman:
    return Podman()


@pytest.fixture
def agents(podman: Podman) -> PodmanReach:
    return PodmanReach(podman, "mine")  # type: ignore[arg-type]


def answering(monkeypatch: pytest.MonkeyPatch, answer: Reply | Exception) -> list[tuple[t.Any, ...]]:
    asked = []

    def ask(*arguments: t.Any) -> Reply:
        asked.append(arguments)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(reach, "ask_inside", ask)
    return asked


def test_request() -> None:
    assert request_path(SYNC) == "/sync?nonce=n+1&timeout=5&complete=1"
    assert request_path(["empty", "--nonce", "n", "--force"]) == "/empty?nonce=n&force=1"
    assert request_path(["contents", "--nonce", "n"]) == "/contents?nonce=n"


def test_agent_is_asked_directly(agents: PodmanReach, podman: Podman, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, Reply(200, "{}"))
    assert agents.ask("nas-input-1", SYNC, 20) == agents.ask("nas-input-1", ["contents", "--nonce", "n"], 9) == "{}"
    assert asked == [
        (4711, 9100, "POST", "/sync?nonce=n+1&timeout=5&complete=1", 20),
        (4711, 9100, "GET", "/contents?nonce=n", 9),
    ]
    assert [call[0] for call in podman.calls] == ["ps"]


def test_agent_that_refuses_says_why(agents: PodmanReach, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Reply(503, "the ledger cannot be used\n"))
    with pytest.raises(SimulatorError, match=r"server nas-input-1: ask its sync agent: the ledger cannot be used$"):
        agents.ask("nas-input-1", SYNC, 20)


def test_agent_that_is_silent_is_not_asked_again(
    agents: PodmanReach, podman: Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, TimeoutError())
    with pytest.raises(SimulatorError, match="server nas-input-1: its sync agent has not answered for 20 s"):
        agents.ask("nas-input-1", SYNC, 20)
    assert [call[0] for call in podman.calls] == ["ps"]


@pytest.mark.parametrize("error", [ProcessLookupError(), PermissionError(), ConnectionRefusedError()])
def test_podman_asks_where_that_does_not_go(
    agents: PodmanReach, podman: Podman, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    answering(monkeypatch, error)
    assert agents.ask("nas-input-1", SYNC, 20) == "by podman"
    assert podman.calls[-1][:2] == ["exec", "mine.nas-input-1.sync-agent"] and podman.calls[-1][-len(SYNC) :] == SYNC


def test_podman_says_what_is_wrong_with_an_agent_that_does_not_run(agents: PodmanReach) -> None:
    assert agents.ask("nas-output-1", SYNC, 20) == "by podman"


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200 if self.path == "/sync?x=1" else 404)
        self.end_headers()
        self.wfile.write("ü".encode())

    def log_message(self, *_arguments: t.Any) -> None:
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="entering a network needs root")
def test_request_in_the_network_of_a_process() -> None:
    before = os.readlink("/proc/thread-self/ns/net")
    with http.server.HTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert ask_inside(os.getpid(), server.server_port, "POST", "/sync?x=1", 10) == Reply(200, "ü")
        assert ask_inside(os.getpid(), server.server_port, "POST", "/other", 10).status == 404
        server.shutdown()
        port = server.server_port
    with pytest.raises(ConnectionRefusedError):
        ask_inside(os.getpid(), port, "POST", "/sync", 10)
    with pytest.raises(FileNotFoundError):
        ask_inside(2**22 + 1, port, "POST", "/sync", 10)
    assert os.readlink("/proc/thread-self/ns/net") == before


def test_only_the_asking_thread_changes_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    entered = []
    monkeypatch.setattr(inside, "_enter_network", lambda _pid: entered.append(threading.current_thread()))
    monkeypatch.setattr(inside, "_reply", lambda *_arguments: Reply(200, ""))
    ask_inside(1, 1, "GET", "/", 1)
    assert entered and entered[0] is not threading.current_thread() and not entered[0].is_alive()
