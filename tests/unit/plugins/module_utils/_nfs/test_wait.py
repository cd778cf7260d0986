# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a server, in a time that passes only when somebody sleeps."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common import waiting
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs import wait
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer, ProbeError
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import NfsService, ask, wait_for_nfs

from ...scripted_nfs import FSID, answering, good


class Clock:
    """Time, and a server that answers from a moment on."""

    def __init__(self, ready_at: float) -> None:
        self.now = 1000.0
        self.ready_at = self.now + ready_at
        self.asked: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def probe(self, host: str, port: int, **_how: t.Any) -> Answer:
        self.asked.append(self.now)
        if self.now < self.ready_at:
            raise ProbeError(f"refused {len(self.asked)} times")
        return Answer(FSID, 0.0)


@pytest.fixture
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(request.param)
    monkeypatch.setattr(waiting, "time", clock)
    monkeypatch.setattr(wait, "probe", clock.probe)
    return clock


@pytest.mark.parametrize("clock", [0.0], indirect=True)
def test_server_that_is_ready_is_asked_once(clock: Clock) -> None:
    assert wait_for_nfs(NfsService("127.0.0.1", 32150), 0).fsid == FSID
    assert len(clock.asked) == 1


@pytest.mark.parametrize("clock", [5.0], indirect=True)
def test_server_is_asked_until_it_answers_and_soon_afterwards(clock: Clock) -> None:
    assert wait_for_nfs(NfsService("127.0.0.1", 32150), 60).fsid == FSID
    assert clock.ready_at <= clock.now <= clock.ready_at + 1
    pauses = [later - earlier for earlier, later in zip(clock.asked, clock.asked[1:])]
    assert pauses == sorted(pauses) and pauses[0] < 0.2 and pauses[-1] <= 1


@pytest.mark.parametrize("clock", [100.0], indirect=True)
def test_last_problem_is_told_within_the_timeout(clock: Clock) -> None:
    with pytest.raises(ProbeError) as failure:
        wait_for_nfs(NfsService("127.0.0.1", 32150), 10)
    assert str(failure.value) == f"refused {len(clock.asked)} times"
    assert 8.5 <= clock.now - 1000 <= 10


def test_real_server() -> None:
    with answering(good()) as server:
        assert wait_for_nfs(NfsService("127.0.0.1", server.port), 5).fsid == FSID


def test_everything_that_is_served_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str, int]] = []

    def answered(_host: str, _port: int, *, path: str, version: int, mount_port: int, **_how: t.Any) -> Answer:
        asked.append((version, path, mount_port))
        return Answer((version, len(asked)), 0.0)

    monkeypatch.setattr(wait, "probe", answered)
    everything = NfsService("127.7.7.1", 2049, (3, 4), ("/a", "/b"), 20048)
    assert ask(everything, 1).fsid == (4, 1), "the highest version's first path"
    assert asked == [(4, "/a", 20048), (4, "/b", 20048), (3, "/a", 20048), (3, "/b", 20048)]
    asked.clear()
    ask(NfsService("127.7.7.1", 2049, (3, 4), ("/a",), 0), 1)
    assert asked == [(4, "/a", 0)], "where MOUNT's port is yet to be known, NFSv4 tells enough"


def test_rpcbind_is_asked_where_clients_ask_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def answered(*_where: t.Any, rpcbind: int, **_how: t.Any) -> Answer:
        asked.append(rpcbind)
        return Answer(FSID, 0.0)

    monkeypatch.setattr(wait, "probe", answered)
    ask(NfsService("127.7.7.1", 2049, (3, 4), mount_port=20048, rpcbind=111), 1)
    assert asked == [111, 111]
