# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that somebody has: who it is, all at once, and what is no conflict."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import nas_server

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments, verbs

__all__ = ["arguments"]
_LISTEN = (
    "import socket, sys; s = socket.create_server((sys.argv[1], int(sys.argv[2]))); print(flush=True); sys.stdin.read()"
)


@contextlib.contextmanager
def listener(address: str, port: int, *words: str) -> t.Iterator[int]:
    """Another process that listens, with more words on its command line; yields its pid."""
    command = [sys.executable, "-c", _LISTEN, address, str(port), *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdin
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.stdin.close()


def ports(arguments: dict[str, t.Any]) -> list[int]:
    return [server["port"] for server in arguments["topology"]["servers"]]


def elsewhere(arguments: dict[str, t.Any], address: str) -> dict[str, t.Any]:
    return {**arguments, "topology": {**arguments["topology"], "listen_address": address}}


def test_all_ports_that_are_taken_are_told_at_once_with_their_holders(
    run_module: Run, arguments: dict[str, t.Any]
) -> None:
    first, second = ports(arguments)
    with (
        socket.create_server(("127.0.0.1", first)),
        listener("127.0.0.1", second) as pid,
        pytest.raises(ModuleFailed) as refused,
    ):
        run_module(nas_server, **arguments)
    message = str(refused.value)
    assert f"server nas-input-1: port: 127.0.0.1:{first} is in use by " in message
    assert f"(pid {os.getpid()}); server nas-output-1: port: 127.0.0.1:{second} is in use by " in message
    assert message.endswith(f"(pid {pid}); stop those, or choose other ports")


def test_own_port_at_another_address_is_no_conflict(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    """Podman's monitor of the pod holds it, and lets it go as the pod is replaced."""
    run_module(nas_server, **arguments)
    with listener("127.0.0.1", ports(arguments)[0], "infra-of-file-simulator.nas-input-1"):
        done = run_module(nas_server, **elsewhere(arguments, "0.0.0.0"))
    assert verbs(done) == ["replace nas-input-1", "replace nas-output-1"]


def test_stranger_at_the_new_address_is_a_conflict(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    port = ports(arguments)[0]
    with (
        listener("127.0.0.1", port, "infra-of-file-simulator.nas-input-1"),
        listener("127.0.0.2", port) as pid,
        pytest.raises(ModuleFailed, match=rf"0\.0\.0\.0:{port} is in use by \S+ \(pid {pid}\); stop that"),
    ):
        run_module(nas_server, **elsewhere(arguments, "0.0.0.0"))


def test_server_of_another_instance_is_called_by_its_name(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    other = {**arguments["topology"], "instance": "second", "data_root": "D:\\second"}
    with (
        listener("127.0.0.1", ports(arguments)[0], "infra-of-file-simulator.nas-input-1"),
        pytest.raises(ModuleFailed, match=r"is in use by server nas-input-1 of instance file-simulator; stop"),
    ):
        run_module(nas_server, check=True, **{**arguments, "topology": other})


def test_what_is_open_to_everybody_is_told(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    assert not run_module(nas_server, **arguments).get("warnings")
    topology = {**arguments["topology"], "listen_address": "0.0.0.0"}
    for check in (True, False):
        told = run_module(nas_server, check=check, **{**arguments, "topology": topology})["warnings"]
        assert len(told) == 1
        assert "nas-input-1, nas-output-1: listen_address 0.0.0.0 is reached from other machines" in str(told)
    topology["changes"] = [{"name": name, "clients": ["192.0.2.0/24"]} for name in ("nas-input-1", "nas-output-1")]
    assert not run_module(nas_server, **{**arguments, "topology": topology}).get("warnings")


def test_own_port_of_a_server_that_podman_believes_stopped_is_no_conflict(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    """A podman that was killed as it started a pod does not know that it runs."""
    run_module(nas_server, **arguments)
    run_module(nas_server, **{**arguments, "state": "stopped"})
    with listener("127.0.0.1", ports(arguments)[0], "infra-of-file-simulator.nas-input-1"):
        done = run_module(nas_server, **{**arguments, "state": "started"})
    assert verbs(done) == ["start nas-input-1", "start nas-output-1"]
