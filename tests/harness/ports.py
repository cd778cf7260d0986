# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports and an instance's name that nobody else on this machine has, neither a simulator in use nor another test run.

    python -m tests.harness.ports NAME COMMAND...

runs a command with both in NAS_TEST_FIRST_PORT and NAS_TEST_INSTANCE.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import typing as t
from pathlib import Path

# NodePorts, for every engine takes them; the defaults of a simulator in use (32150 and up) and the ports that
# the kernel gives to callers lie elsewhere.
_PORTS = range(31000, 32000)
BLOCK = 10
_RECORDS = Path(__file__).resolve().parents[2] / ".ansible" / "test-ports"
_LOCKS = Path("/tmp/file-simulator-test-ports")
# A lock lasts as long as its descriptor, which lasts as long as the process and what it has become by exec.
_HELD: list[int] = []


class Reserved(t.NamedTuple):
    """Ten ports, and the name of an instance that goes with them."""

    instance: str
    ports: range


def reserve(name: str) -> Reserved:
    """Return free ports and an instance's name that begins with ``name``, this process's own until it ends.

    A checkout gets the ports that it had the last time: servers that an interrupted run left are on them.
    """
    _LOCKS.mkdir(mode=0o1777, exist_ok=True)
    record = _RECORDS / name
    recorded = int(record.read_text()) if record.exists() else None
    if recorded is not None and _lock(recorded):
        return Reserved(f"{name}-{recorded}", range(recorded, recorded + BLOCK))
    for first in range(_PORTS.start, _PORTS.stop, BLOCK):
        ports = range(first, first + BLOCK)
        if all(map(_is_free, ports)) and _lock(first):
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(str(first))
            return Reserved(f"{name}-{first}", ports)
    raise AssertionError(f"no {BLOCK} ports in a row are free from {_PORTS.start} to {_PORTS.stop}")


def _lock(first: int) -> bool:
    lock = os.open(_LOCKS / str(first), os.O_CREAT | os.O_RDWR, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    os.set_inheritable(lock, True)
    _HELD.append(lock)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        # As a server would: connections that have just ended are in nobody's way.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def main(name: str, *command: str) -> t.NoReturn:
    instance, ports = reserve(name)
    environment = {**os.environ, "NAS_TEST_INSTANCE": instance, "NAS_TEST_FIRST_PORT": str(ports.start)}
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    main(*sys.argv[1:])
