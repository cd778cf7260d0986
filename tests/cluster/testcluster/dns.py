# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One DNS question over UDP: the way to see that a cluster's names are served."""

from __future__ import annotations

import secrets
import socket
import struct


def query(name: str, identifier: int) -> bytes:
    """Return the packet that asks for the IPv4 addresses of a name."""
    header = struct.pack(">6H", identifier, 0x0100, 1, 0, 0, 0)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    return header + labels + b"\0" + struct.pack(">2H", 1, 1)


def is_answer(packet: bytes, identifier: int) -> bool:
    """Return whether a packet answers the question with at least one record."""
    if len(packet) < 12:
        return False
    found, flags, _, answers, _, _ = struct.unpack(">6H", packet[:12])
    return found == identifier and bool(flags & 0x8000) and flags & 0xF == 0 and answers > 0


def resolves(name: str, server: str, port: int = 53, timeout: float = 1.0) -> bool:
    """Return whether a server knows an IPv4 address of a name."""
    identifier = secrets.randbelow(0x10000)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(timeout)
        try:
            connection.connect((server, port))
            connection.send(query(name, identifier))
            return is_answer(connection.recv(4096), identifier)
        except OSError:
            return False
