# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Linux kernel's NFS client mounts the servers as services will, and uses them as services do."""

from __future__ import annotations

import hashlib
import os
import time
import typing as t
import uuid
from pathlib import Path

import pytest

from ..harness.small_machine.machine import Failed
from .client import MARKER, Client, Server

# Requirements WIN-02 and WIN-03: what a tester may have to wait, in seconds.
TO_NAS, TO_WINDOWS = 30.0, 60.0
# What a volume's mountOptions should have where a service polls a directory.
FRESH = ",actimeo=1"


Done = dict[str, dict[str, Failed | None]]


@pytest.fixture(scope="session")
def done() -> Done:
    """How operations on all servers have ended."""
    return {}


@pytest.fixture
def dropped(client: Client, input_server: Server) -> t.Iterator[Path]:
    """A name for a tester's file in a server's Windows directory."""
    path = input_server.windows / f"{client.directory}-{uuid.uuid4().hex[:8]}"
    yield path
    path.unlink(missing_ok=True)


def test_all_are_mounted_at_the_same_time(client: Client, servers: list[Server]) -> None:
    mounted = client.machine.run("mounted")
    assert {server.name for server in servers} == {Path(path).name for path in mounted if path.startswith("/mnt/")}


def test_mounted_with_its_options(client: Client, server: Server) -> None:
    client.run(server, "names", path=client.here(server))
    mount = client.machine.run("mounted")[client.here(server)]
    assert mount["source"] == server.source
    asked = {option.replace("nfsvers=", "vers=") for option in server.mount_options.split(",")}
    for option in [option for option in asked if option.startswith("actimeo=")]:
        seconds = option.partition("=")[2]
        asked = asked - {option} | {f"ac{kind}{end}={seconds}" for kind in ("reg", "dir") for end in ("min", "max")}
    # The kernel does not tell of NFS's own port.
    assert asked - set(mount["options"].split(",")) <= {"nolock", "_netdev", "port=2049"}


def test_lists(client: Client, server: Server) -> None:
    names = client.run(server, "names", path=client.here(server))
    assert names
    assert MARKER not in names


def test_reads_what_windows_has(client: Client, server: Server) -> None:
    for name in _common(client, server):
        expected = hashlib.sha256((server.windows / name).read_bytes()).hexdigest()
        assert client.run(server, "digest", path=client.here(server, name)) == expected, name


def test_space(client: Client, server: Server) -> None:
    assert client.run(server, "space", path=client.here(server))["total"] > 0


def test_file_systems_differ(client: Client, servers: list[Server]) -> None:
    mounted = client.machine.run("mounted")
    ids = {server.name: mounted[client.here(server)]["fsid"] for server in servers}
    assert ids == {server.name: server.fsid or ids[server.name] for server in servers}
    assert len(set(ids.values())) == len(servers)
    devices = {client.run(server, "space", path=client.here(server))["device"] for server in servers}
    assert len(devices) == len(servers)


@pytest.mark.parametrize(
    "operation",
    [
        "write_and_read",
        "append",
        "rename_over",
        "directories",
        "exclusive_create",
        "busy_directory",
        "many_files",
        "large_file",
        "change_owner",
        "setgid_directory",
        "locks",
    ],
)
def test_operation(client: Client, writable_server: Server, operation: str, done: Done, servers: list[Server]) -> None:
    """What guest/files.py has under the operation's name, done on all servers at the same time."""
    if operation not in done:
        done[operation] = client.on_all(operation, [s for s in servers if s.writable], client.views)
    if problem := done[operation][writable_server.name]:
        raise problem


def test_subdirectory_is_mounted_as_such(client: Client, writable_server: Server) -> None:
    server, name = writable_server, f"{client.directory}-inside"
    directory = client.here(server, "sub-1")
    if client.run(server, "make_directory", path=directory):
        client.remember(directory)
    sha256 = client.run(server, "put", path=f"{directory}/{name}", size=10_000)
    target = client.mount(server, "sub-1")
    assert client.run(server, "digest", path=f"{target}/{name}") == sha256
    assert client.directory not in client.run(server, "names", path=target)
    sha256 = client.run(server, "put", path=f"{target}/{name}", size=20_000)
    assert client.run(server, "digest", path=client.there(server, "sub-1", name)) == sha256
    client.run(server, "remove", path=f"{target}/{name}")
    client.run(server, "unmount", target=target)


def test_directory_that_is_not_there_is_not_mounted(client: Client, server: Server) -> None:
    with pytest.raises(Failed, match=r"No such file or directory"):
        client.mount(server, f"{client.directory}-missing")


def test_read_only_refuses_changes(client: Client, read_only_server: Server) -> None:
    server = read_only_server
    file = _common(client, server)[0]
    for path in (client.here(server), client.there(server)):
        client.run(server, "refuses_changes", path=path, file=file)


def test_file_is_on_no_other_server(client: Client, writable_server: Server, servers: list[Server]) -> None:
    name = f"{client.directory}-on-{writable_server.name}"
    client.run(writable_server, "put", path=client.here(writable_server, name), size=100)
    client.remember(client.here(writable_server, name))
    for view in (client.here, client.there):
        found = [other.name for other in servers if client.run(other, "exists", path=view(other, name))]
        assert found == [writable_server.name]
        listed = [other.name for other in servers if name in client.run(other, "names", path=client.there(other))]
        assert listed == [writable_server.name]


def test_tester_s_file_appears(client: Client, input_server: Server, dropped: Path, measured: dict[str, float]) -> None:
    server = input_server
    target = client.mount(server, extra_options=FRESH)
    # The directory's listing is in the client's cache: what comes must replace it.
    assert dropped.name not in client.run(server, "names", path=target)
    content = os.urandom(300_000)
    dropped.write_bytes(content)
    started = time.monotonic()
    sha256 = hashlib.sha256(content).hexdigest()
    client.run(server, "wait_for", path=f"{target}/{dropped.name}", sha256=sha256, limit=TO_NAS, within=TO_NAS + 10)
    measured[f"{server.name}: from the Windows directory to the mount"] = time.monotonic() - started
    client.run(server, "unmount", target=target)


def test_replaced_file_is_read_whole(
    client: Client, input_server: Server, dropped: Path, measured: dict[str, float]
) -> None:
    """A reader has the file open, another one opens it again and again, while a tester replaces it."""
    server, size = input_server, 4 * 2**20
    target = client.mount(server, extra_options=FRESH)
    contents = [os.urandom(size), os.urandom(size + 4096)]
    old, new = (hashlib.sha256(content).hexdigest() for content in contents)
    dropped.write_bytes(contents[0])
    path = f"{target}/{dropped.name}"
    client.run(server, "wait_for", path=path, sha256=old, limit=TO_NAS, within=TO_NAS + 10)
    client.run(server, "unmount", target=target)
    # A fresh mount, so that what is read of the old file later comes from the server.
    target = client.mount(server, extra_options=FRESH)
    path = f"{target}/{dropped.name}"
    client.run(server, "hold", path=path, size=4096)
    part = dropped.with_name(f"{dropped.name}.part")
    part.write_bytes(contents[1])
    part.replace(dropped)
    started = time.monotonic()
    seen = client.run(
        server, "watch_replacement", path=path, old=old, new=new, limit=TO_NAS, within=TO_NAS + 10
    )  # fmt: skip
    measured[f"{server.name}: a replaced file, from the Windows directory to the mount"] = time.monotonic() - started
    assert seen["old"], "the file was replaced before anybody looked"
    held = client.run(server, "read_held", path=path)
    assert held in ({"sha256": old}, {"errno": "ESTALE"})
    client.run(server, "unmount", target=target)


def test_written_file_reaches_windows(client: Client, output_server: Server, measured: dict[str, float]) -> None:
    server = output_server
    written = client.run(server, "put", path=client.here(server, client.directory, "result.bin"), size=2**20)
    started = time.monotonic()
    path = server.windows / client.directory / "result.bin"
    while not path.exists():
        assert time.monotonic() - started < TO_WINDOWS, f"{path} did not come within {TO_WINDOWS:g} s"
        time.sleep(0.02)
    measured[f"{server.name}: from the mount to the Windows directory"] = time.monotonic() - started
    assert hashlib.sha256(path.read_bytes()).hexdigest() == written


def _common(client: Client, server: Server) -> list[str]:
    """Return the files that are on the NAS and in its Windows directory, which both had when the server started."""
    names = client.run(server, "names", path=client.here(server))
    common = [name for name in names if (server.windows / name).is_file()]
    assert common, f"{server.windows} and the NAS have no file in common: put one there before the server starts"
    return common[:5]
