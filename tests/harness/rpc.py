# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What rpcinfo(8) and showmount(8) ask: a machine's programs and exports, over real TCP and UDP (RFC 1833, RFC 1813)."""

from __future__ import annotations

import itertools
import socket
import struct
import typing as t

RPCBIND = 111
_PORTMAP, _MOUNT, _NFS = 100000, 100005, 100003
_PROTOCOLS = {6: "tcp", 17: "udp"}
_XIDS = itertools.count(1)
_SECONDS = 5.0


class Registered(t.NamedTuple):
    """One line of "rpcinfo -p"."""

    program: int
    version: int
    protocol: str
    port: int


def registered(host: str, *, protocol: str = "tcp") -> set[Registered]:
    """What rpcbind at ``host`` tells of NFS and MOUNT, asked over ``protocol``. Raises OSError."""
    reply = _Reply(_call(host, RPCBIND, protocol, _PORTMAP, 2, 4))
    found = set()
    while reply.uint():
        program, version, number, port = (reply.uint() for _field in range(4))
        found.add(Registered(program, version, _PROTOCOLS[number], port))
    return {each for each in found if each.program in (_NFS, _MOUNT)}


def exported(host: str) -> list[str]:
    """What "showmount -e" shows: the paths that MOUNT at ``host`` exports, by the port that rpcbind tells."""
    (port,) = {each.port for each in registered(host) if each.program == _MOUNT and each.protocol == "tcp"}
    reply = _Reply(_call(host, port, "tcp", _MOUNT, 3, 5))
    found = []
    while reply.uint():
        found.append(reply.text())
        while reply.uint():
            reply.text()  # whom it is for
    return found


def _call(host: str, port: int, protocol: str, program: int, version: int, procedure: int) -> bytes:
    xid = next(_XIDS)
    message = struct.pack(">10I", xid, 0, 2, program, version, procedure, 0, 0, 0, 0)
    if protocol == "udp":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.settimeout(_SECONDS)
            channel.connect((host, port))
            channel.send(message)
            reply = channel.recv(65536)
    else:
        with socket.create_connection((host, port), _SECONDS) as channel, channel.makefile("rb") as stream:
            channel.sendall(struct.pack(">I", 0x80000000 | len(message)) + message)
            reply, last = b"", False
            while not last:
                fragment = stream.read(4)
                if len(fragment) < 4:
                    raise ConnectionResetError(f"{host}:{port} has closed the connection")
                (header,) = struct.unpack(">I", fragment)
                last = bool(header & 0x80000000)
                reply += stream.read(header & 0x7FFFFFFF)
    answered, direction, denied, _flavour, _length, status = struct.unpack(">6I", reply[:24])
    assert (answered, direction, denied, status) == (xid, 1, 0, 0), reply[:24].hex()
    return reply[24:]


class _Reply:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def uint(self) -> int:
        (value,) = struct.unpack(">I", self._data[:4])
        self._data = self._data[4:]
        return int(value)

    def text(self) -> str:
        length = self.uint()
        value, self._data = self._data[:length], self._data[length + -length % 4 :]
        return value.decode()
