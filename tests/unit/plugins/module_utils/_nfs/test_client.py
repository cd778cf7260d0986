# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the checks' NFS client takes what a server answers after its restart, in a time that passes in sleep alone."""

from __future__ import annotations

import typing as t

import nfs_rs
import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs import client as _client
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import Address, InGrace, NasError, RsClient


class Refused(nfs_rs.NfsRetryableError):  # type: ignore[misc]
    """As nfs-rs tells of it, without what goes with it there."""

    def __init__(self, words: str) -> None:
        RuntimeError.__init__(self, words)

    def __str__(self) -> str:
        return str(self.args[0])


class Restarted:
    """A server that is in grace for some seconds, or refuses in another way."""

    def __init__(self, seconds: float, words: str = "NFS4 error: server in grace period") -> None:
        self.now = 0.0
        self.seconds = seconds
        self.words = words
        self.removed: list[str] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def unlink(self, path: str) -> None:
        if self.now < self.seconds:
            raise Refused(self.words)
        self.removed.append(path)


@pytest.fixture
def removing(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[Restarted], None]:
    def remove(server: Restarted) -> None:
        monkeypatch.setattr(_client, "time", server)
        monkeypatch.setattr(_client, "_connected", lambda address, mounted: server)
        RsClient(Address("127.0.0.1", 32150, 4)).remove("name")

    return remove


def test_waits_until_the_grace_period_is_over(removing: t.Callable[[Restarted], None]) -> None:
    server = Restarted(15)
    removing(server)
    assert server.removed == ["/data/name"]
    assert 15 <= server.now < 17


def test_does_not_wait_for_ever(removing: t.Callable[[Restarted], None]) -> None:
    server = Restarted(3600)
    with pytest.raises(InGrace, match="grace period"):
        removing(server)
    assert server.now < 60


def test_other_refusals_are_told_at_once(removing: t.Callable[[Restarted], None]) -> None:
    server = Restarted(3600, "NFS4 error: jukebox")
    with pytest.raises(NasError, match="jukebox"):
        removing(server)
    assert server.now == 0
