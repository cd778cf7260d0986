# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask an NFS server for the attributes of a directory: the question that only a working server answers.

Private to file_simulator.nas. Needs nothing but Python: it is part of the NAS image too, where it
probes the server from inside (``python3 -m nas_probe HOST PORT PATH [RPCBIND_PORT]``).

ONC RPC is RFC 5531, XDR is RFC 4506, NFSv4.0 is RFC 7530, NFSv3 with MOUNT is RFC 1813, rpcbind's version 2
is RFC 1833; the numbers below are theirs.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import sys
import time
import typing as t
from dataclasses import dataclass

_NFS_PROGRAM, _MOUNT_PROGRAM, _MOUNT_VERSION = 100003, 100005, 3
_PROC_NULL, _PROC_COMPOUND = 0, 1
_RPCBIND_PROGRAM, _RPCBIND_VERSION, _TCP = 100000, 2, 6
_PROC_GETATTR, _PROC_MNT, _PROC_GETPORT = 1, 1, 3
_OP_GETATTR, _OP_LOOKUP, _OP_PUTROOTFH = 9, 15, 24
_ATTR_TYPE, _ATTR_FSID = 1, 8
_ATTR_SPACE_AVAIL, _ATTR_SPACE_TOTAL = 42, 44
_AUTH_NONE, _AUTH_SYS = 0, 1
_TYPE_DIRECTORY = 2
_STATUS = {1: "PERM", 2: "NOENT", 5: "IO", 13: "ACCESS", 20: "NOTDIR", 70: "STALE", 10008: "DELAY", 10013: "GRACE"}
_LAST_FRAGMENT = 0x80000000
_MAX_REPLY = 65536


class ProbeError(Exception):
    """The server did not answer, or answered that something is wrong; the message says which."""


@dataclass(frozen=True)
class Answer:
    """What the server said of the directory. ``seconds`` is the time that the whole exchange took.

    ``space`` is the bytes that a client's user may still write, and all that there are, as ``df`` shows
    them; None when the server does not tell, and with NFSv3, which has another question for it.
    """

    fsid: tuple[int, int]
    seconds: float
    space: tuple[int, int] | None = None


def probe(
    host: str,
    port: int,
    path: str = "/data",
    timeout: float = 5,
    version: int = 4,
    mount_port: int = 0,
    rpcbind: int = 0,
) -> Answer:
    """Connect, call NULL, find ``path`` and read its type, its fsid and, with NFSv4, its space.

    ``timeout`` is in seconds and holds for each wait on the network. ``version`` is that of NFS; for 3,
    the server must answer MOUNT on ``mount_port``, 0 for the same port, or, where ``rpcbind`` is a port and not 0, on
    the one that is named there, as for clients without the option ``mountport``. Raises ProbeError.
    """
    started = time.monotonic()
    where = f"{host}:{port}"
    try:
        with contextlib.ExitStack() as connections:
            rpc = _Rpc(connections, (host, port), timeout)
            rpc.call(_NFS_PROGRAM, version, _PROC_NULL, b"")
            if version == 3 and rpcbind:
                where = f"{host}:{rpcbind}"
                mount_port = _port_of_mount(_Rpc(connections, (host, rpcbind), timeout))
            mount = rpc
            if version == 3 and mount_port not in (0, port):
                where = f"{host}:{mount_port}"
                mount = _Rpc(connections, (host, mount_port), timeout)
            fsid, space = (_ask_v3(rpc, mount, path), None) if version == 3 else _ask_v4(rpc, path)
    except socket.timeout:
        raise ProbeError(f"{where} did not answer within {timeout:g} s") from None
    except OSError as error:
        raise ProbeError(f"{where}: {error.strerror or error}") from None
    except struct.error:
        raise ProbeError(f"{where} answered with something that is not NFSv{version}") from None
    return Answer(fsid, time.monotonic() - started, space)


def _uints(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def _opaque(data: bytes) -> bytes:
    return _uints(len(data)) + data + b"\0" * (-len(data) % 4)


def _ask_v4(rpc: _Rpc, path: str) -> tuple[tuple[int, int], tuple[int, int] | None]:
    return _read_compound(rpc.call(_NFS_PROGRAM, 4, _PROC_COMPOUND, _compound(path)), path)


def _port_of_mount(rpcbind: _Rpc) -> int:
    question = _uints(_MOUNT_PROGRAM, _MOUNT_VERSION, _TCP, 0)
    if port := rpcbind.call(_RPCBIND_PROGRAM, _RPCBIND_VERSION, _PROC_GETPORT, question).uint():
        return port
    raise ProbeError("rpcbind knows no MOUNT, which clients of NFSv3 ask it for")


def _ask_v3(rpc: _Rpc, mount: _Rpc, path: str) -> tuple[int, int]:
    """Get the directory's handle from MOUNT, and its attributes from NFS."""
    mounted = mount.call(_MOUNT_PROGRAM, _MOUNT_VERSION, _PROC_MNT, _opaque(path.encode()))
    if status := mounted.uint():
        raise ProbeError(f"{path}: the server refused to mount it (MNT3ERR {status})")
    reply = rpc.call(_NFS_PROGRAM, 3, _PROC_GETATTR, _opaque(mounted.opaque()))
    if status := reply.uint():
        raise ProbeError(f"{path}: the server answered NFS3ERR_{_STATUS.get(status, str(status))}")
    if reply.uint() != _TYPE_DIRECTORY:
        raise ProbeError(f"{path} is not a directory")
    for _index in range(4 + 2 * 3):
        reply.uint()  # mode, nlink, uid, gid; size, used, rdev
    return reply.hyper(), 0


def _compound(path: str) -> bytes:
    """Encode COMPOUND { PUTROOTFH; LOOKUP each name; GETATTR type, fsid, space } of minor version 0."""
    names = [name.encode() for name in path.split("/") if name]
    operations = [_uints(_OP_PUTROOTFH)]
    operations += [_uints(_OP_LOOKUP) + _opaque(name) for name in names]
    space = 1 << _ATTR_SPACE_AVAIL - 32 | 1 << _ATTR_SPACE_TOTAL - 32
    operations.append(_uints(_OP_GETATTR, 2, 1 << _ATTR_TYPE | 1 << _ATTR_FSID, space))
    return _opaque(b"probe") + _uints(0, len(operations)) + b"".join(operations)


class _Rpc:
    """Calls procedures over one connection."""

    def __init__(self, connections: contextlib.ExitStack, address: tuple[str, int], timeout: float) -> None:
        self._connection = connections.enter_context(socket.create_connection(address, timeout))
        self._stream = connections.enter_context(self._connection.makefile("rb"))
        self._xids = itertools.count(1)

    def call(self, program: int, version: int, procedure: int, arguments: bytes) -> _Reader:
        """Call a procedure and return a reader at its results."""
        xid = next(self._xids)
        # Some servers refuse AUTH_NONE for anything but NULL; user 0 is squashed where the export says so.
        credential = _opaque(_uints(xid) + _opaque(b"probe") + _uints(0, 0, 0))
        call = _uints(xid, 0, 2, program, version, procedure, _AUTH_SYS)
        message = call + credential + _uints(_AUTH_NONE, 0) + arguments
        self._connection.sendall(_uints(_LAST_FRAGMENT | len(message)) + message)
        reply = _Reader(_receive(self._stream))
        got_xid, direction, denied = reply.uint(), reply.uint(), reply.uint()
        if got_xid != xid or direction != 1:
            raise ProbeError("the reply does not belong to the call")
        if denied:
            raise ProbeError("the server refused the call (RPC denied)")
        reply.uint()  # verifier's flavour
        reply.opaque()
        if accepted := reply.uint():
            raise ProbeError(f"the server does not serve NFSv{version} here (RPC accept status {accepted})")
        return reply


def _receive(stream: t.BinaryIO) -> bytes:
    """Return one RPC record, put together from its fragments."""
    record, last = b"", False
    while not last:
        (header,) = struct.unpack(">I", _read_exactly(stream, 4))
        last, length = bool(header & _LAST_FRAGMENT), header & ~_LAST_FRAGMENT
        if len(record) + length > _MAX_REPLY:
            raise ProbeError("the reply is too long for NFS")
        record += _read_exactly(stream, length)
    return record


def _read_exactly(stream: t.BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise ProbeError("the server closed the connection without an answer")
    return data


class _Reader:
    """Reads XDR from the front of a byte string; struct.error at its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def uint(self) -> int:
        (value,) = struct.unpack_from(">I", self._data, self._position)
        self._position += 4
        return t.cast(int, value)

    def hyper(self) -> int:
        return self.uint() << 32 | self.uint()

    def opaque(self) -> bytes:
        length = self.uint()
        start = self._position
        self._position += length + -length % 4
        if self._position > len(self._data):
            raise struct.error("opaque data is longer than the reply")
        return self._data[start : start + length]


def _read_compound(reply: _Reader, path: str) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Return the directory's fsid and space from the results of ``_compound``."""
    if status := reply.uint():
        raise ProbeError(f"{path}: the server answered NFS4ERR_{_STATUS.get(status, str(status))}")
    reply.opaque()  # the tag
    for _index in range(reply.uint() - 1):
        reply.uint()  # operation
        reply.uint()  # its status: zero, for the whole is
    if reply.uint() != _OP_GETATTR:
        raise ProbeError("the server answered another question than was asked")
    reply.uint()
    words = [reply.uint() for _index in range(reply.uint())]
    told = [32 * index + bit for index, word in enumerate(words) for bit in range(32) if word >> bit & 1]
    attributes = _Reader(reply.opaque())
    if attributes.uint() != _TYPE_DIRECTORY:
        raise ProbeError(f"{path} is not a directory")
    fsid = attributes.hyper(), attributes.hyper()
    # A server may leave out what it does not know; what it gives is in the order of the numbers.
    if told[2:] != [_ATTR_SPACE_AVAIL, _ATTR_SPACE_TOTAL]:
        return fsid, None
    return fsid, (attributes.hyper(), attributes.hyper())


def main(arguments: t.Sequence[str]) -> int:
    """Probe as the container's health check does, over NFSv3 where rpcbind's port is named; return the exit status."""
    if len(arguments) not in (3, 4) or not all(port.isdigit() for port in (arguments[1], *arguments[3:])):
        sys.stderr.write("usage: python3 -m nas_probe HOST PORT PATH [RPCBIND_PORT]\n")
        return 2
    host, port, path = arguments[:3]
    rpcbind = int(arguments[3]) if len(arguments) > 3 else 0
    try:
        answer = probe(host, int(port), path, version=3 if rpcbind else 4, rpcbind=rpcbind)
    except ProbeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"fsid {answer.fsid[0]}.{answer.fsid[1]}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
