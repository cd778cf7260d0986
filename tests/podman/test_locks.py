# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a restart of the server means for clients that hold locks: the Linux kernel's client, in a small machine."""

from __future__ import annotations

import typing as t

import nfs_rs
import pytest

from ..harness.small_machine.machine import HOST, Machine
from ..kernel_client.machine import nfs_client
from ..validation.servers import podman
from .simulator import INSTANCE, PORT, SERVER, Simulator

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import Address  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.rs_client import RsClient  # isort: skip

HOLDER, RIVAL = "/holder/locked", "/rival/locked"


@pytest.fixture(scope="module")
def machine(simulator: Simulator) -> t.Iterator[Machine]:
    """Two clients: to a server, each minor version of one machine is another one."""
    with nfs_client() as machine:
        for target, version in (("/holder", "4.1"), ("/rival", "4.0")):
            options = f"nfsvers={version},proto=tcp,port={PORT},hard"
            machine.run("mount", source=f"{HOST}:/data", target=target, options=options, limit=20.0)
        yield machine


def restart() -> None:
    podman("restart", "--time", "5", f"{INSTANCE}.{SERVER}.nfs-server")


def kill() -> None:
    podman("kill", "--signal", "KILL", f"{INSTANCE}.{SERVER}.nfs-server")
    # Podman restarts what a signal has ended only when it was not podman's own.
    podman("start", f"{INSTANCE}.{SERVER}.nfs-server")


@pytest.mark.parametrize("interruption", [restart, kill])
def test_lock_outlives_a_restart_of_the_server(machine: Machine, interruption: t.Callable[[], None]) -> None:
    machine.run("hold_lock", path=HOLDER)
    try:
        assert machine.run("try_lock", path=RIVAL) == "EAGAIN"
        interruption()
        assert machine.run("try_lock", within=60, path=RIVAL) == "EAGAIN"
        machine.run("use_lock", within=60, path=HOLDER)
    finally:
        machine.run("drop_lock", within=60, path=HOLDER)
    assert machine.run("try_lock", within=60, path=RIVAL) == "taken"


def test_server_in_grace_is_up(machine: Machine, simulator: Simulator) -> None:
    """It answers while it makes clients wait, and what waits goes through."""
    machine.run("hold_lock", path=HOLDER)
    try:
        simulator.apply("restarted")
        assert simulator.report()["state"] == "ready"
        with pytest.raises(nfs_rs.NfsRetryableError, match="grace period"):
            write_with(simulator.client())
        machine.run("put", within=60, path="/holder/after-the-restart", size=100)
    finally:
        machine.run("drop_lock", within=60, path=HOLDER)


def test_checks_wait_for_a_server_in_grace(machine: Machine, simulator: Simulator) -> None:
    machine.run("hold_lock", path=HOLDER)
    try:
        simulator.apply("restarted")
        client = RsClient(Address("127.0.0.1", PORT, 4))
        client.write("by-a-check", b"content")
        client.rename("by-a-check", "renamed")
        assert client.read("renamed") == b"content"
        client.remove("renamed")
        client.close()
    finally:
        machine.run("drop_lock", within=60, path=HOLDER)


def write_with(client: t.Any) -> None:
    with client.open("/data/by-python", "wb") as stream:
        stream.write(b"content")
