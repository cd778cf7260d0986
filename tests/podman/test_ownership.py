# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Owners and permissions that a topology asks for, as NFS clients see them."""

from __future__ import annotations

import stat
import typing as t

import nfs_rs
import pytest

from .simulator import Simulator

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip

Fields = dict[str, t.Any]

GROUP = 2000
OF_A_GROUP: Fields = {"root": {"owner": 1000, "group": GROUP, "mode": "2770"}}
LIKE_A_NAS: Fields = {**OF_A_GROUP, "files": {"owner": 1000, "file_mode": "0640", "directory_mode": "2750"}}


@pytest.fixture(scope="module")
def server(simulator: Simulator) -> t.Iterator[Simulator]:
    """The server with changes carried both ways, and as it was afterwards."""
    change(simulator, {})
    yield simulator
    simulator.forget_clients()
    simulator.apply()


def change(server: Simulator, export: Fields, **sync: t.Any) -> None:
    server.forget_clients()
    server.apply(sync={"mode": "two_way", **sync}, export=export)


def seen(client: t.Any, path: str) -> tuple[int, int, str]:
    found = client.stat(path)
    return found.uid, found.gid, f"{stat.S_IMODE(found.mode):04o}"


def from_windows(server: Simulator, client: t.Any, path: str) -> str:
    """Write a file in Windows, wait until it is on the NAS, and return where."""
    target = server.windows / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("from Windows")
    assert wait_until(lambda: client.exists(f"/data/{path}"), 30)
    return f"/data/{path}"


def test_export_as_one_of_production(server: Simulator) -> None:
    change(server, LIKE_A_NAS)
    client = server.client()
    assert seen(client, "/data") == (1000, GROUP, "2770")
    arrived = from_windows(server, client, "of-production/today/file")
    assert seen(client, arrived) == (1000, GROUP, "0640")
    for directory in ("of-production", "of-production/today"):
        assert seen(client, f"/data/{directory}") == (1000, GROUP, "2750")


def test_only_the_group_comes_in_and_its_files_stay_the_groups(server: Simulator) -> None:
    change(server, OF_A_GROUP)
    member, stranger = server.client(user=4711, group=GROUP), server.client(user=4711, group=4711)
    with pytest.raises(nfs_rs.NfsPermissionError):
        stranger.listdir("/data")
    # His own group is another one for what he makes: the directory's is what counts.
    server.client().chmod("/data", 0o2777)
    with stranger.open("/data/new", "wb") as stream:
        stream.write(b"new")
    stranger.mkdir("/data/new-directory")
    assert seen(member, "/data/new")[:2] == (4711, GROUP)
    assert seen(member, "/data/new-directory")[:2] == (4711, GROUP)
    assert seen(member, from_windows(server, member, "new-from-windows"))[1] == GROUP


def test_change_reaches_what_is_there(server: Simulator) -> None:
    change(server, {})
    client = server.client()
    arrived = from_windows(server, client, "before/file")
    with client.open("/data/before/of-a-client", "wb") as stream:
        stream.write(b"a client's")
    client.chown("/data/before/of-a-client", 4711, 4711)
    client.chmod("/data/before/of-a-client", 0o604)
    assert (seen(client, "/data"), seen(client, arrived)) == ((0, 0, "0777"), (0, 0, "0666"))
    change(server, LIKE_A_NAS)
    client = server.client()
    assert (seen(client, "/data"), seen(client, arrived)) == ((1000, GROUP, "2770"), (1000, GROUP, "0640"))
    assert seen(client, "/data/before") == (1000, GROUP, "2750")
    assert seen(client, "/data/before/of-a-client") == (4711, 4711, "0604")
    change(server, {})
    client = server.client()
    assert (seen(client, "/data"), seen(client, arrived)) == ((0, 0, "0777"), (0, 0, "0666"))


def test_what_clients_give_to_the_root_outlives_other_changes(server: Simulator) -> None:
    change(server, OF_A_GROUP)
    client = server.client()
    client.chown("/data", 0, 4711)
    client.chmod("/data", 0o2775)
    change(server, OF_A_GROUP, interval=29)
    assert seen(server.client(), "/data") == (0, 4711, "2775")
