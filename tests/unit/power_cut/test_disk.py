# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disk that loses what was not flushed, by itself and as a client of the protocol sees it."""

from __future__ import annotations

import random
import socket
import struct
from pathlib import Path

import pytest

from ...power_cut.disk import BLOCK, VolatileDisk
from ...power_cut.nbd import Server

OLD, NEW, NEWER = (bytes([number]) * BLOCK for number in (1, 2, 3))
MANY = 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "disk"
    made.write_bytes(OLD * MANY)
    return made


def blocks(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [data[begin : begin + BLOCK] for begin in range(0, len(data), BLOCK)]


def test_what_was_written_is_read_again(path: Path) -> None:
    disk = VolatileDisk(path)
    disk.write(BLOCK + 100, b"x" * BLOCK)
    assert disk.read(BLOCK + 99, BLOCK + 2) == OLD[:1] + b"x" * BLOCK + OLD[:1]
    assert set(blocks(path)) == {OLD}


@pytest.mark.parametrize("seed", range(20))
def test_flushed_blocks_survive(path: Path, seed: int) -> None:
    disk = VolatileDisk(path)
    disk.write(0, NEW * MANY)
    disk.flush()
    assert disk.cut(random.Random(seed)) == (0, 0)
    assert set(blocks(path)) == {NEW}


def test_others_may_or_may_not_in_any_version(path: Path) -> None:
    fates = set()
    for seed in range(60):
        path.write_bytes(OLD * MANY)
        disk = VolatileDisk(path)
        disk.write(0, NEW * MANY)
        disk.write(0, NEWER * MANY)
        unflushed, lost = disk.cut(random.Random(seed))
        found = blocks(path)
        assert unflushed == MANY and lost == MANY - found.count(NEWER)
        fates.add(frozenset(found))
    assert fates == {frozenset({OLD}), frozenset({NEWER}), frozenset({OLD, NEWER}), frozenset({OLD, NEW, NEWER})}


def test_a_drive_that_lies_keeps_a_flush_in_its_cache(path: Path) -> None:
    disk = VolatileDisk(path, lies=True)
    disk.write(0, NEW * MANY)
    disk.flush()
    assert set(blocks(path)) == {OLD} and disk.read(0, BLOCK) == NEW


class Client:
    """As much of a client as QEMU is one."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self.greeting = self._take(18)
        self._socket.sendall(struct.pack(">I", 3))

    def option(self, number: int, data: bytes = b"") -> tuple[int, bytes]:
        self._socket.sendall(struct.pack(">QII", 0x49484156454F5054, number, len(data)) + data)
        _magic, _option, kind, length = struct.unpack(">QIII", self._take(20))
        return kind, self._take(length)

    def reply(self) -> tuple[int, bytes]:
        _magic, _option, kind, length = struct.unpack(">QIII", self._take(20))
        return kind, self._take(length)

    def ask(self, command: int, offset: int = 0, length: int = 0, data: bytes = b"", flags: int = 0) -> bytes | int:
        self._socket.sendall(struct.pack(">IHHQQI", 0x25609513, flags, command, 7, offset, length or len(data)) + data)
        _magic, error, handle = struct.unpack(">IIQ", self._take(16))
        assert handle == 7
        return int(error) or self._take(length)

    def close(self) -> None:
        self._socket.close()

    def _take(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            data += self._socket.recv(length - len(data))
        return data


def test_as_a_client_sees_it(path: Path, tmp_path: Path) -> None:
    disk = VolatileDisk(path)
    server = Server(disk, tmp_path / "socket")
    client = Client(tmp_path / "socket")
    assert client.greeting[:8] == b"NBDMAGIC"
    assert client.option(8)[0] == (1 << 31) + 1  # structured replies are not spoken
    kind, told = client.option(7, bytes(6))
    assert kind == 3 and struct.unpack(">HQH", told) == (0, MANY * BLOCK, 1 | 4 | 8)
    assert client.reply() == (1, b"")
    assert client.ask(1, BLOCK, data=NEW) == b"" and client.ask(0, BLOCK, BLOCK) == NEW
    assert blocks(path)[1] == OLD
    assert client.ask(3) == b"" and blocks(path)[1] == NEW
    assert client.ask(1, 0, data=NEWER, flags=1) == b"" and blocks(path)[0] == NEWER
    assert client.ask(9) == 22
    client.close()
    server.close()


def test_a_server_whose_client_never_came_ends(path: Path, tmp_path: Path) -> None:
    Server(VolatileDisk(path), tmp_path / "socket").close()
