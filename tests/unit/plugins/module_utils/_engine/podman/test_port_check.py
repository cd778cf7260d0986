# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports of this machine that somebody else has, at the listen address and at addresses of their own."""

from __future__ import annotations

import contextlib
import socket
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Current
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import port_check
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.port_check import check_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.publishing import publications
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology, read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import Port, ports_of

ADDRESS = "127.17.1.9"


def topology(**fields: t.Any) -> Topology:
    return read_topology({"servers": [{"name": "nas-input-1", **fields}]})


def refused(topology: Topology, found: t.Mapping[tuple[str, str], Found] | None = None) -> str:
    with pytest.raises(SimulatorError) as refusal:
        check_ports(topology.servers, topology, found or {})
    return refusal.value.message


@contextlib.contextmanager
def listening(address: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> t.Iterator[int]:
    with socket.socket(socket.AF_INET, kind) as listener:
        listener.bind((address, 0))
        if kind == socket.SOCK_STREAM:
            listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., None]:
    """Has servers publish other ports than the standard ones, which this machine may need."""

    def move(**numbers: int) -> None:
        def published(ports: t.Sequence[Port], address: str, *_where: int) -> t.Any:
            return [port_check.Publication(address, numbers[key], each) for each in ports
                    for key in [f"{each.name}_{each.protocol}"] if key in numbers]  # fmt: skip

        monkeypatch.setattr(port_check, "publications", published)

    return move


def test_server_with_neither_port_nor_address_is_refused() -> None:
    assert refused(topology()) == (
        "server nas-input-1: port: is missing; on podman, choose a free one in 30000..32767, or auto, or give it an "
        "address of its own"
    )


@pytest.mark.parametrize("everywhere", [False, True])
def test_holder_of_a_port_at_the_own_address_is_named(moved: t.Callable[..., None], everywhere: bool) -> None:
    with listening("0.0.0.0" if everywhere else ADDRESS) as port:
        moved(nfs_tcp=port)
        message = refused(topology(address=ADDRESS))
    assert message.startswith(f"server nas-input-1: address: {ADDRESS}:{port} is in use by ")
    assert message.endswith("; stop that, or give the server a port instead of its address")
    assert "(pid " in message


def test_kernel_has_no_process_that_could_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_check, "port_holder", lambda *_where: port_check.UNKNOWN)
    assert refused(topology(address=ADDRESS)) == (
        f"server nas-input-1: address: {ADDRESS}:2049 is in use by another program, such as the kernel's NFS server; "
        "stop that, or give the server a port instead of its address"
    )


def test_who_has_the_port_at_another_address_is_in_nobodys_way(moved: t.Callable[..., None]) -> None:
    with listening("127.17.1.8") as port:
        moved(nfs_tcp=port)
        check_ports(topology(address=ADDRESS).servers, topology(address=ADDRESS), {})


def test_holders_of_rpcbinds_ports_are_named_over_udp_too(moved: t.Callable[..., None]) -> None:
    with listening(ADDRESS) as tcp, listening(ADDRESS, socket.SOCK_DGRAM) as udp:
        moved(rpcbind_tcp=tcp, rpcbind_udp=udp)
        message = refused(topology(address=ADDRESS, nfs_versions=[3, 4]))
    assert f"address: {ADDRESS}:{tcp} is in use by" in message
    assert f"address: {ADDRESS}:{udp}/udp is in use by" in message
    assert message.endswith("; stop those, or give the server a port instead of its address")


def test_running_server_that_gets_nfsv3_is_asked_for_the_new_ports_alone(moved: t.Callable[..., None]) -> None:
    with listening(ADDRESS) as nfs, listening(ADDRESS) as rpcbind:
        moved(nfs_tcp=nfs, rpcbind_tcp=rpcbind)
        running = Current("nas-input-1", {"address": f"{ADDRESS}:{nfs}"}, running=True, stopped=False)
        own = Found("file-simulator", running, {"nfs-server": "running"}, infra="0123")
        found = {("file-simulator", "nas-input-1"): own}
        check_ports(topology(address=ADDRESS).servers, topology(address=ADDRESS), found)
        # Only its own monitor may have the others, and this process is none.
        moved(nfs_tcp=nfs, rpcbind_tcp=rpcbind)
        assert f"{ADDRESS}:{rpcbind} is in use by" in refused(topology(address=ADDRESS, nfs_versions=[3, 4]), found)
        described = {**running.description, "published": [f"{ADDRESS}:{rpcbind}:111/tcp"]}
        known = Found(
            "file-simulator", Current("nas-input-1", described, running=True, stopped=False), {}, infra="0123"
        )
        wants = topology(address=ADDRESS, nfs_versions=[3, 4])
        check_ports(wants.servers, wants, {("file-simulator", "nas-input-1"): known})


def test_mount_port_is_named_by_its_field(moved: t.Callable[..., None]) -> None:
    with listening("127.0.0.1") as port:
        moved(mount_tcp=port)
        message = refused(topology(port=32150, mount_port=32151, nfs_versions=[3, 4]))
    assert message.startswith(f"server nas-input-1: mount_port: 127.0.0.1:{port} is in use by ")
    assert message.endswith("; stop that, or choose another port")


def test_rpcbind_is_published_with_the_standard_ports_alone() -> None:
    (own,) = topology(address=ADDRESS, nfs_versions=[3, 4]).servers
    assert [each.argument for each in publications(ports_of(own), own.address, own.port, own.mount_port)] == [
        f"{ADDRESS}:2049:2049/tcp",
        f"{ADDRESS}:20048:20048/tcp",
        f"{ADDRESS}:111:111/tcp",
        f"{ADDRESS}:111:111/udp",
    ]
    (server,) = topology(port=32150, mount_port=32151, nfs_versions=[3, 4]).servers
    assert [each.argument for each in publications(ports_of(server), "127.0.0.1", server.port, server.mount_port)] == [
        "127.0.0.1:32150:2049/tcp",
        "127.0.0.1:32151:20048/tcp",
    ]
