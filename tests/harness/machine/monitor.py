# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator's own command line, through a socket."""

from __future__ import annotations

import socket
from pathlib import Path

_PROMPT = b"(qemu) "


def tell(path: Path, command: str, seconds: float) -> str:
    """Give the emulator whose socket is ``path`` a command; return what it says. Raises OSError after ``seconds``."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(seconds)
        line.connect(str(path))
        _until_prompt(line)
        line.sendall(command.encode() + b"\n")
        return _until_prompt(line)


def _until_prompt(line: socket.socket) -> str:
    said = b""
    while not said.endswith(_PROMPT):
        piece = line.recv(4096)
        if not piece:
            break
        said += piece
    # What the command line echoes, character by character, ends with the first line.
    return said.decode(errors="replace").partition("\n")[2].removesuffix(_PROMPT.decode()).strip()
