# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which processes have a port of this machine, by the kernel's own tables. Private to file_simulator.nas."""

from __future__ import annotations

import glob
import os
import socket
import struct
import typing as t
from dataclasses import dataclass

_TABLES = {"tcp": ("/proc/net/tcp", "/proc/net/tcp6"), "udp": ("/proc/net/udp", "/proc/net/udp6")}
_PROCESSES = "/proc/[0-9]*"
# A socket of TCP that listens, and one of UDP that is connected to nobody.
_LISTENING = ("0A", "07")
_MONITOR = "conmon"


@dataclass(frozen=True)
class Listener:
    """Who listens at ``address``. ``pid`` is 0 and ``command`` empty where the process cannot be seen."""

    address: str
    pid: int = 0
    command: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What to call it in a message, such as "nginx (pid 812)"; empty where it cannot be seen."""
        if not self.command:
            return ""
        program = os.path.basename(self.command[0])
        # Podman leaves a container's ports to its monitor.
        if program == _MONITOR and "-n" in self.command[:-1]:
            return f"podman's container {self.command[self.command.index('-n') + 1]} (pid {self.pid})"
        return f"{program} (pid {self.pid})"


def listeners(port: int, protocol: str = "tcp") -> list[Listener]:
    """Return who listens on ``port``, at whatever address; ``protocol`` is tcp or udp."""
    sockets = {inode: address for table in _TABLES[protocol] for inode, address in _listening(table, port)}
    if not sockets:
        return []
    owners = dict(_owners({f"socket:[{inode}]": inode for inode in sockets}))
    return [Listener(address, *owners.get(inode, (0, ()))) for inode, address in sockets.items()]


def _listening(table: str, port: int) -> t.Iterator[tuple[str, str]]:
    """Yield inode and address of each socket in a table of proc(5) that listens on ``port``."""
    for line in _read(table).splitlines()[1:]:
        words = line.split()
        address, _colon, number = words[1].partition(":")
        if words[3] in _LISTENING and int(number, 16) == port:
            yield words[9], _address(address)


def _address(digits: str) -> str:
    """Read an address as the kernel prints it: words of 32 bits, each in the order of this machine's bytes."""
    packed = b"".join(struct.pack("=I", int(digits[at : at + 8], 16)) for at in range(0, len(digits), 8))
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _owners(sockets: t.Mapping[str, str]) -> t.Iterator[tuple[str, tuple[int, tuple[str, ...]]]]:
    for process in glob.glob(_PROCESSES):
        try:
            links = [os.readlink(entry.path) for entry in os.scandir(os.path.join(process, "fd"))]
        except OSError:
            continue  # it has ended, or belongs to somebody else
        for link in set(links) & set(sockets):
            command = tuple(_read(os.path.join(process, "cmdline")).rstrip("\0").split("\0"))
            yield sockets[link], (int(os.path.basename(process)), command)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""
