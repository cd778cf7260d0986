# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An NFS server that says what a test tells it to: replies in the order in which calls come, over real TCP."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import typing as t

LAST = 0x80000000
FSID = (5, 6)
DIRECTORY, FILE = 2, 1


def uints(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def record(body: bytes) -> bytes:
    return uints(LAST | len(body)) + body


def accepted(xid: int, results: bytes = b"", *, status: int = 0) -> bytes:
    """An RPC reply with an empty verifier."""
    return uints(xid, 1, 0, 0, 0, status) + results


def attributes(
    *,
    fsid: tuple[int, int] = FSID,
    kind: int = DIRECTORY,
    lookups: int = 1,
    space: tuple[int, int] | None = None,
) -> bytes:
    """The results of PUTROOTFH, LOOKUP and GETATTR; without ``space`` the server does not know its own."""
    values = uints(kind) + struct.pack(">QQ", *fsid) + (struct.pack(">QQ", *space) if space else b"")
    operations = uints(24, 0) + uints(15, 0) * lookups
    mask = uints(2, 1 << 1 | 1 << 8, 1 << 10 | 1 << 12) if space else uints(1, 1 << 1 | 1 << 8)
    answer = uints(9, 0) + mask + uints(len(values)) + values
    return uints(0, 5) + b"probe\0\0\0" + uints(2 + lookups) + operations + answer


def good(**options: t.Any) -> list[bytes]:
    """The two replies of a server that works."""
    return [record(accepted(1)), record(accepted(2, attributes(**options)))]


class Conversation(t.NamedTuple):
    """Where the server listens, and the calls that it heard."""

    port: int
    heard: list[bytes]


@contextlib.contextmanager
def answering(replies: t.Sequence[bytes], *, hang: bool = False) -> t.Iterator[Conversation]:
    """Serve every connection with ``replies``, one a call; afterwards close it, or with ``hang`` keep it open."""
    stop = threading.Event()
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        conversation = Conversation(listener.getsockname()[1], heard)
        thread = threading.Thread(target=_serve, args=(listener, replies, hang, heard, stop), daemon=True)
        thread.start()
        try:
            yield conversation
        finally:
            stop.set()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", conversation.port), 1):
                pass
            thread.join(5)


def _serve(
    listener: socket.socket, replies: t.Sequence[bytes], hang: bool, heard: list[bytes], stop: threading.Event
) -> None:
    while True:
        connection, _address = listener.accept()
        if stop.is_set():
            connection.close()
            return
        with connection, contextlib.suppress(OSError, struct.error):
            for reply in replies:
                (header,) = struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL))
                heard.append(connection.recv(header & ~LAST, socket.MSG_WAITALL))
                connection.sendall(reply)
            if hang:
                stop.wait(10)
            else:
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1 << 16)
