# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a port can be had, told by real sockets."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common import listeners as _listeners
from ansible_collections.file_simulator.nas.plugins.module_utils._common import ports as _ports
from ansible_collections.file_simulator.nas.plugins.module_utils._common.listeners import Listener
from ansible_collections.file_simulator.nas.plugins.module_utils._common.ports import connect_address, port_holder


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


ADDRESSES = [
    "127.0.0.1",
    "0.0.0.0",
    *[
        pytest.param(address, marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here"))
        for address in ("::1", "::")
    ],
]


@pytest.mark.parametrize(
    ("listen", "connect"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.1", "127.0.0.1"), ("192.0.2.1", "192.0.2.1")],
)
def test_connect_address(listen: str, connect: str) -> None:
    assert connect_address(listen) == connect


@pytest.fixture(params=ADDRESSES)
def listener(request: pytest.FixtureRequest) -> t.Iterator[tuple[str, socket.socket]]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.create_server((request.param, 0), family=family) as server:
        yield request.param, server


def test_port_of_another_program_is_held_until_it_ends(listener: tuple[str, socket.socket]) -> None:
    address, server = listener
    port = server.getsockname()[1]
    assert port_holder(address, port).endswith(f" (pid {os.getpid()})")
    server.close()
    assert port_holder(address, port) == ""


def test_port_that_was_just_closed_after_a_connection_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
    assert port_holder("127.0.0.1", port) == ""


def test_listener_on_one_address_is_in_the_way_of_all_addresses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert f"(pid {os.getpid()})" in port_holder("0.0.0.0", server.getsockname()[1])


def test_holder_that_is_known_has_its_name_and_one_that_goes_is_in_no_way() -> None:
    word = Path("/proc/self/cmdline").read_text().split("\0")[0]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert port_holder("0.0.0.0", port, {word: "server a of instance b"}) == "server a of instance b"
        assert port_holder("0.0.0.0", port, {word: ""}) == ""


def test_every_holder_is_told() -> None:
    script = "import socket, sys; s = socket.create_server(('127.0.0.2', int(sys.argv[1]))); print(flush=True); input()"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with subprocess.Popen(
            [sys.executable, "-c", script, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as other:
            assert other.stdout
            other.stdout.readline()
            holders = port_holder("0.0.0.0", port)
            assert port_holder("127.0.0.2", port).endswith(f"(pid {other.pid})")
            other.communicate(b"\n")
    assert f"(pid {os.getpid()})" in holders
    assert f"(pid {other.pid})" in holders


def test_container_of_podman_has_its_name() -> None:
    listener = Listener("127.0.0.1", 7, ("/usr/bin/conmon", "-c", "1f", "-n", "web", "--full-attach"))
    assert listener.name == "podman's container web (pid 7)"


def test_holder_whose_process_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_listeners, "_PROCESSES", "/nowhere/*")
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert port_holder("127.0.0.1", server.getsockname()[1]) == "another program"


def test_address_of_another_machine_is_told() -> None:
    assert os.strerror(errno.EADDRNOTAVAIL) in port_holder("192.0.2.1", 32150)


def test_port_that_answers_without_a_socket_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """kube-proxy publishes NodePorts by rules of the kernel alone."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(_ports, "_ANY", {"192.0.2.9": "127.0.0.1"})
        monkeypatch.setattr(_ports.socket.socket, "bind", lambda self, address: None)
        assert "NodePort" in port_holder("192.0.2.9", server.getsockname()[1])
