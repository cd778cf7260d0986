# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be seen of the server's process: its threads, files, connections and memory. Looks at /proc."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import stat
import struct

_SOCKET = re.compile(r"socket:\[(\d+)\]\Z")
# Addresses as /proc/net/tcp and tcp6 write them: bytes of 32-bit words, the last first.
_LOOPBACK = re.compile(r"(?:0{16}FFFF0000)?[0-9A-F]{6}7F|0{24}01000000\Z")
_MAXIMUM_HANDLE = 128
_AT_FDCWD = -100

_libc = ctypes.CDLL(None, use_errno=True)


class Server:
    """The process ``number``."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._proc = f"/proc/{number}"
        self._local: dict[str, bool] = {}

    def threads(self) -> list[int]:
        """Return the ids of its threads."""
        return [int(name) for name in os.listdir(f"{self._proc}/task")]

    def is_traced(self, thread: int) -> bool:
        """Tell whether a thread has a tracer."""
        with (
            contextlib.suppress(OSError),
            open(f"{self._proc}/task/{thread}/status", encoding="ascii", errors="replace") as stream,
        ):
            return any(line.startswith("TracerPid:") and line.split()[1] != "0" for line in stream)
        return False

    def connection(self, descriptor: int) -> str:
        """Return what identifies a connection, empty for what is none any more."""
        try:
            found = _SOCKET.match(os.readlink(f"{self._proc}/fd/{descriptor}"))
        except OSError:
            return ""
        return found.group(1) if found else ""

    def is_local(self, connection: str) -> bool:
        """Tell whether a connection comes from the server's own pod: from a probe, and no client."""
        if connection not in self._local:
            self._local[connection] = connection in self._connections_inside()
        return self._local[connection]

    def _connections_inside(self) -> set[str]:
        found = set()
        for name in ("tcp", "tcp6"):
            with contextlib.suppress(FileNotFoundError), open(f"{self._proc}/net/{name}", encoding="ascii") as stream:
                rows = [line.split() for line in stream][1:]
                found |= {row[9] for row in rows if _LOOPBACK.match(row[2].partition(":")[0])}
        return found

    def open_files(self) -> set[int]:
        """Return the descriptors of regular files and directories that it has open."""
        found = set()
        for name in os.listdir(f"{self._proc}/fd"):
            with contextlib.suppress(OSError):
                mode = os.stat(f"{self._proc}/fd/{name}").st_mode
                if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
                    found.add(int(name))
        return found

    def handle_at(self, address: int) -> bytes:
        """Return the handle of a file that is at an address of its memory, as open_by_handle_at(2) has it."""
        with open(f"{self._proc}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            head = memory.read(8)
            (size,) = struct.unpack_from("=I", head)
            return head + memory.read(min(size, _MAXIMUM_HANDLE))

    def handle_of(self, path: str) -> bytes:
        """Return the handle of what the server has at a path. Raises OSError."""
        buffer = ctypes.create_string_buffer(struct.pack("=Ii", _MAXIMUM_HANDLE, 0), 8 + _MAXIMUM_HANDLE)
        name = os.fsencode(f"{self._proc}/root{path}")
        if _libc.name_to_handle_at(_AT_FDCWD, name, buffer, ctypes.byref(ctypes.c_int()), 0):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), path)
        (size,) = struct.unpack_from("=I", buffer.raw)
        return buffer.raw[: 8 + size]
