# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What testers and services rely on, seen from outside: over NFS and in the Windows directories."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import time
import uuid
from pathlib import Path

import pytest

from .nfs import TO_NAS, TO_WINDOWS, Nas, eventually

Servers = dict[str, Nas]
SEVEN = ["nas-input-1", "nas-input-2", "nas-input-3", "nas-backup", "nas-output-1", "nas-output-2", "nas-output-3"]
OUTPUTS = SEVEN[4:]
WRITABLE = [name for name in SEVEN if name != "nas-backup"]
every_server = pytest.mark.parametrize("name", SEVEN)
MEMORY_LIMIT = 64 * 2**20
# Seconds in which a small change is surely on the NAS: the quiet period, and time to notice it.
ENOUGH = 8


@pytest.fixture
def unique() -> str:
    return f"test-{uuid.uuid4().hex}"


def test_there_are_seven(servers: Servers) -> None:
    assert list(servers) == SEVEN


@every_server
def test_file_from_before_the_start_is_on_the_nas(servers: Servers, name: str) -> None:
    nas = servers[name]
    assert nas.read("before.txt") == (nas.windows / "before.txt").read_bytes() != b""


@every_server
def test_plain_client_lists_it(servers: Servers, name: str) -> None:
    url = f"nfs://127.0.0.1/data?version=4&nfsport={servers[name].port}"
    listing = subprocess.run(["nfs-ls", url], capture_output=True, text=True, check=True, timeout=30).stdout
    assert "before.txt" in listing


@every_server
def test_marker_is_not_on_the_nas(servers: Servers, name: str) -> None:
    assert ".file-simulator.json" not in servers[name].names()
    assert not servers[name].exists(".file-simulator.json")


@pytest.mark.parametrize("name", ["nas-input-1", "nas-input-2"])
def test_dropped_file_reaches_the_nas(servers: Servers, name: str, unique: str) -> None:
    nas, content = servers[name], os.urandom(300_000)
    (nas.windows / unique).write_bytes(content)
    eventually(lambda: nas.exists(unique), TO_NAS)
    assert nas.read(unique) == content
    (nas.windows / unique).unlink()
    eventually(lambda: not nas.exists(unique), TO_NAS)


def test_first_look_after_a_change_shows_it(servers: Servers, unique: str) -> None:
    """The NFS server must not answer from a cache of its own, nor with ESTALE because of one.

    Without polling, which would make the server notice: each look is the first since the change.
    """
    nas, other = servers["nas-input-1"], f"{unique}-other"
    for path in (unique, other):
        (nas.windows / path).write_bytes(b"first")
    eventually(lambda: nas.has(unique, b"first") and nas.has(other, b"first"), TO_NAS)
    (nas.windows / unique).write_bytes(b"second, longer")
    (nas.windows / other).unlink()
    time.sleep(ENOUGH)
    assert nas.read(unique) == b"second, longer"
    with pytest.raises(FileNotFoundError):
        nas.client.stat(f"/data/{other}")


def test_continuous_sync_can_be_switched_off(servers: Servers, unique: str) -> None:
    """The original's input servers have no sidecar: what comes later waits for a restart."""
    off, on = servers["nas-input-3"], servers["nas-input-2"]
    assert (off.sync_mode, on.sync_mode) == ("none", "windows_to_nas")
    for nas in (off, on):
        (nas.windows / unique).write_bytes(b"later")
    eventually(lambda: on.exists(unique), TO_NAS)
    assert not off.exists(unique)


@pytest.mark.parametrize("name", OUTPUTS)
def test_written_file_reaches_windows(servers: Servers, name: str, unique: str) -> None:
    nas, content = servers[name], os.urandom(1 << 20)
    nas.write(unique, content)
    eventually(lambda: (nas.windows / unique).exists(), TO_WINDOWS)
    assert (nas.windows / unique).read_bytes() == content


def test_directories_renames_and_deletions_reach_windows(servers: Servers, unique: str) -> None:
    nas = servers["nas-output-1"]
    nas.client.mkdir(f"/data/{unique}")
    nas.write(f"{unique}/Bericht März.txt", b"one")
    eventually(lambda: (nas.windows / unique / "Bericht März.txt").exists(), TO_WINDOWS)
    nas.client.rename(f"/data/{unique}/Bericht März.txt", f"/data/{unique}/final.txt")
    eventually(lambda: {path.name for path in (nas.windows / unique).iterdir()} == {"final.txt"}, TO_WINDOWS)
    nas.client.unlink(f"/data/{unique}/final.txt")
    nas.client.rmdir(f"/data/{unique}")
    eventually(lambda: not (nas.windows / unique).exists(), TO_WINDOWS)


def test_file_that_is_truncated_by_name_reaches_windows(servers: Servers, unique: str) -> None:
    """The server truncates through a descriptor that it keeps, so that no client's close tells of it."""
    nas = servers["nas-output-1"]
    nas.write(unique, b"0123456789")
    eventually(lambda: (nas.windows / unique).exists(), TO_WINDOWS)
    nas.client.truncate(f"/data/{unique}", 4)
    eventually(lambda: (nas.windows / unique).read_bytes() == b"0123", 20)


def test_name_that_is_replaced_again_and_again_ends_with_its_last_content(servers: Servers, unique: str) -> None:
    """Renames onto one name, and parts that get their names, while the agent is busy with earlier ones."""
    nas = servers["nas-output-1"]
    nas.client.mkdir(f"/data/{unique}")
    for number in range(100):
        nas.write(f"{unique}/.part", b"version %d" % number)
        nas.client.rename(f"/data/{unique}/.part", f"/data/{unique}/last")
        nas.write(f"{unique}/{number}.part", b"x" * number)
        nas.client.rename(f"/data/{unique}/{number}.part", f"/data/{unique}/{number}")
    expected = {"last": b"version 99", **{str(number): b"x" * number for number in range(100)}}
    eventually(lambda: _files(nas.windows / unique) == expected, TO_WINDOWS)


def _files(directory: Path) -> dict[str, bytes]:
    try:
        return {path.name: path.read_bytes() for path in directory.iterdir()}
    except FileNotFoundError:  # not there yet, or renamed in between
        return {}


def test_testers_own_file_in_an_output_directory_is_left_alone(servers: Servers, unique: str) -> None:
    nas = servers["nas-output-1"]
    (nas.windows / unique).write_bytes(b"the tester's notes")
    nas.write(f"{unique}-service", b"output")
    eventually(lambda: (nas.windows / f"{unique}-service").exists(), TO_WINDOWS)
    assert (nas.windows / unique).read_bytes() == b"the tester's notes"


def test_backup_refuses_writes(servers: Servers, unique: str) -> None:
    nas = servers["nas-backup"]
    assert nas.read_only
    for attempt in (
        lambda: nas.write(unique, b"x"),
        lambda: nas.client.mkdir(f"/data/{unique}"),
        lambda: nas.client.unlink("/data/before.txt"),
    ):
        with pytest.raises(OSError, match="read-only"):
            attempt()
    assert nas.read("before.txt")


@pytest.mark.parametrize("name", WRITABLE)
def test_nothing_shows_on_another_server(servers: Servers, name: str, unique: str) -> None:
    servers[name].write(unique, b"mine alone")
    assert [other for other in SEVEN if servers[other].exists(unique)] == [name]
    servers[name].client.unlink(f"/data/{unique}")


def test_fsids_differ(servers: Servers) -> None:
    seen = {name: nas.client.stat("/data/before.txt").fsid for name, nas in servers.items()}
    assert len(set(seen.values())) == len(SEVEN), seen
    assert [nas.fsid for nas in servers.values()] == [f"{number}.{number}" for number in range(1, 8)]


def test_subdirectory_can_be_mounted(servers: Servers, unique: str) -> None:
    nas = servers["nas-output-1"]
    nas.client.mkdir(f"/data/{unique}")
    nas.write(f"{unique}/inside", b"x")
    url = f"nfs://127.0.0.1/data/{unique}?version=4&nfsport={nas.port}"
    listing = subprocess.run(["nfs-ls", url], capture_output=True, text=True, check=True, timeout=30).stdout
    assert listing.split()[-1] == "inside"


def test_root_is_root(servers: Servers, unique: str) -> None:
    """no_root_squash: a service that runs as root can give files away."""
    nas = servers["nas-output-1"]
    nas.write(unique, b"x")
    nas.client.chown(f"/data/{unique}", 1234, 5678)
    owner = nas.client.stat(f"/data/{unique}")
    assert (owner.uid, owner.gid) == (1234, 5678)


def test_listed_clients_alone_are_let_in(servers: Servers) -> None:
    """nas-output-3 has clients: [127.0.0.1]; its configuration must name it as the pod network sees it."""
    assert servers["nas-output-3"].read("before.txt")


def listeners(port: int) -> list[str]:
    """The IPv4 addresses on which somebody listens to a port; "IPv6" for each socket of that kind."""
    listening = "0A"
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            host, _colon, number = address.partition(":")
            if state == listening and int(number, 16) == port:
                # The kernel writes an address as a number of this machine's byte order.
                found.append(socket.inet_ntoa(struct.pack("=I", int(host, 16))) if table == "tcp" else "IPv6")
    return found


@every_server
def test_listens_on_loopback_alone(servers: Servers, name: str) -> None:
    assert listeners(servers[name].port) == ["127.0.0.1"]


@every_server
def test_idles_under_64_mib(servers: Servers, name: str) -> None:
    shown = subprocess.run(
        ["podman", "ps", "--quiet", "--filter", f"label=file-simulator.server={name}",
         "--filter", f"label=file-simulator.instance={os.environ['NAS_TEST_INSTANCE']}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    stats = subprocess.run(
        ["podman", "stats", "--no-stream", "--format", "json", *shown.stdout.split()],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    used = {entry["name"]: _bytes(entry["mem_usage"].split(" / ")[0]) for entry in json.loads(stats.stdout)}
    assert used and sum(used.values()) < MEMORY_LIMIT, used


def _bytes(text: str) -> float:
    units = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "B": 1}
    unit = next(unit for unit in units if text.endswith(unit))
    return float(text[: -len(unit)]) * units[unit]
