# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the checks' NFS client takes what a server answers after its restart, in a time that passes in sleep alone."""

from __future__ import annotations

import typing as t

import nfs_rs
import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs import rs_client as _client
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import (
    Address,
    CannotList,
    InGrace,
    NasError,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.rs_client import RsClient


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
        self.modes: dict[str, int | None] = {}
        self.owners: dict[str, tuple[int, int]] = {}

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def _grace(self) -> None:
        if self.now < self.seconds:
            raise Refused(self.words)

    def unlink(self, path: str) -> None:
        self._grace()
        self.removed.append(path)

    def mkdir(self, path: str) -> None:
        """CREATE, which is not refused in grace, SETATTR, which is, and so is the REMOVE that is to undo the first."""
        if path in self.modes:
            raise FileExistsError(path)
        self.modes[path] = None
        self._grace()
        self.modes[path] = 0o777

    def rmdir(self, path: str) -> None:
        self._grace()
        if path not in self.modes:
            raise nfs_rs.NfsNotFoundError(path)
        del self.modes[path]

    def chown(self, path: str, owner: int, group: int) -> None:
        self._grace()
        self.owners[path] = owner, group


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[Restarted], RsClient]:
    def connect(server: Restarted) -> RsClient:
        monkeypatch.setattr(_client, "time", server)
        monkeypatch.setattr(_client, "_connected", lambda address, mounted: server)
        return RsClient(Address("127.0.0.1", 32150, 4))

    return connect


@pytest.fixture
def removing(connected: t.Callable[[Restarted], RsClient]) -> t.Callable[[Restarted], None]:
    return lambda server: connected(server).remove("name")


@pytest.mark.parametrize("seconds", [0, 15])
def test_directory_is_made_with_its_mode(connected: t.Callable[[Restarted], RsClient], seconds: int) -> None:
    server = Restarted(seconds)
    connected(server).make_directory("name")
    assert server.modes == {"/data/name": 0o777}
    assert seconds <= server.now < seconds + 2


@pytest.mark.parametrize("seconds", [0, 15])
def test_directory_of_somebody_else_stays(connected: t.Callable[[Restarted], RsClient], seconds: int) -> None:
    server = Restarted(seconds)
    server.modes["/data/name"] = 0o700
    with pytest.raises(NasError):
        connected(server).make_directory("name")
    assert server.modes == {"/data/name": 0o700}


def test_owner_is_changed_when_the_grace_period_is_over(connected: t.Callable[[Restarted], RsClient]) -> None:
    server = Restarted(15)
    connected(server).change_owner("name", 1, 2)
    assert server.owners == {"/data/name": (1, 2)}


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


@pytest.mark.parametrize(
    ("address", "mounted", "looked_at"),
    [
        (Address("h", 2049, 4), "/", "/data/x"),
        # The pseudo root has every export, and lists what was mounted, which nothing else does.
        (Address("h", 2049, 4, "/vol/in1"), "/", "/vol/in1/x"),
        (Address("h", 2049, 4, "/vol/in1", below="sub/deep"), "/vol/in1/sub/deep", "/x"),
        (Address("h", 2049, 3, "/vol/in1"), "/vol/in1", "/x"),
        (Address("h", 2049, 4, "/"), "/", "/x"),
        (Address("h", 2049, 3, "/"), "/", "/x"),
    ],
)
def test_what_is_mounted_for_an_export(
    monkeypatch: pytest.MonkeyPatch, address: Address, mounted: str, looked_at: str
) -> None:
    class Noting:
        def listdir(self, path: str) -> list[str]:
            asked.append(path)
            return []

    asked: list[str] = []
    monkeypatch.setattr(_client, "_connected", lambda _address, path: asked.append(path) or Noting())
    RsClient(address).names("x")
    assert asked == [mounted, looked_at]


def test_export_that_is_the_root_cannot_be_listed_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_client, "_connected", lambda *_how: None)
    for look in (RsClient.names, RsClient.entries):
        with pytest.raises(CannotList, match="cannot list the export / over NFSv4"):
            look(RsClient(Address("h", 2049, 4, "/")))


@pytest.mark.parametrize(("mount_port", "named"), [(0, 32150), (31751, 31751)])
def test_mount_has_a_port_of_its_own_or_that_of_nfs(mount_port: int, named: int) -> None:
    address = Address("127.7.7.1", 32150, 3, "/vol/in1", mount_port=mount_port)
    assert _client._url(address, "/vol/in1") == f"nfs://127.7.7.1/vol/in1?version=3&mountport={named}&nfsport=32150"
