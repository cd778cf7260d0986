# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serves a disk to QEMU: as much of the protocol for network block devices as QEMU speaks.

The protocol is doc/proto.md of https://github.com/NetworkBlockDevice/nbd: fixed newstyle negotiation, simple replies.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import typing as t
from pathlib import Path

from .disk import VolatileDisk

_MAGIC, _OPTION, _REPLY = 0x4E42444D41474943, 0x49484156454F5054, 0x3E889045565A9
_REQUEST, _ANSWER = 0x25609513, 0x67446698
_FIXED_NEWSTYLE = 1
_OPTION_ABORT, _OPTION_GO = 2, 7
_ACK, _INFO, _UNSUPPORTED = 1, 3, (1 << 31) + 1
_HAS_FLAGS, _SEND_FLUSH, _SEND_FUA = 1, 4, 8
_READ, _WRITE, _DISCONNECT, _FLUSH = 0, 1, 2, 3
_FUA = 1
_EINVAL = 22


class Server:
    """Serves one disk at a Unix socket to one client, until that is gone."""

    def __init__(self, disk: VolatileDisk, path: Path) -> None:
        self._disk = disk
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._thread = threading.Thread(target=self._serve, name=f"disk {disk.path.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no client any more; wait until all that the last one has sent is in the disk's cache."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(30)
        self._listener.close()
        if self._thread.is_alive():
            raise TimeoutError("the client of the disk is not gone")

    def _serve(self) -> None:
        try:
            connection, _address = self._listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as stream, contextlib.suppress(EOFError, ConnectionError):
            if self._negotiate(connection, _Reader(stream)):
                self._answer(connection, _Reader(stream))

    def _negotiate(self, connection: socket.socket, reader: _Reader) -> bool:
        """Agree on the disk; False when the client takes its leave."""
        connection.sendall(struct.pack(">QQH", _MAGIC, _OPTION, _FIXED_NEWSTYLE))
        reader.numbers(">I")
        while True:
            _magic, option, length = reader.numbers(">QII")
            reader.bytes(length)
            if option == _OPTION_GO:
                flags = _HAS_FLAGS | _SEND_FLUSH | _SEND_FUA
                told = struct.pack(">HQH", 0, self._disk.size, flags)
                connection.sendall(struct.pack(">QIII", _REPLY, option, _INFO, len(told)) + told)
                connection.sendall(struct.pack(">QIII", _REPLY, option, _ACK, 0))
                return True
            code = _ACK if option == _OPTION_ABORT else _UNSUPPORTED
            connection.sendall(struct.pack(">QIII", _REPLY, option, code, 0))
            if option == _OPTION_ABORT:
                return False

    def _answer(self, connection: socket.socket, reader: _Reader) -> None:
        while True:
            _magic, flags, command, handle, offset, length = reader.numbers(">IHHQQI")
            data, error = b"", 0
            if command == _READ:
                data = self._disk.read(offset, length)
            elif command == _WRITE:
                self._disk.write(offset, reader.bytes(length))
                if flags & _FUA:
                    self._disk.flush()
            elif command == _FLUSH:
                self._disk.flush()
            elif command == _DISCONNECT:
                return
            else:
                error = _EINVAL
            connection.sendall(struct.pack(">IIQ", _ANSWER, error, handle) + data)


class _Reader:
    """Whole pieces of a stream. Methods raise EOFError at its end."""

    def __init__(self, stream: t.BinaryIO) -> None:
        self._stream = stream

    def bytes(self, length: int) -> bytes:
        data = self._stream.read(length)
        if len(data) < length:
            raise EOFError
        return data

    def numbers(self, shape: str) -> tuple[int, ...]:
        return struct.unpack(shape, self.bytes(struct.calcsize(shape)))
