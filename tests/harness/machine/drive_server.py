# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The far side of a machine's drive C:, a process of its own: it can die, freeze and come back while the machine runs.

The emulator's own 9p server cannot: it is a part of the machine.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

from ..programs import require_programs

# The address by which the emulator's guests reach the loopback of this machine.
_HOST = "10.0.2.2"
_START_SECONDS = 20.0


class DriveServer:
    """A 9p server for one directory, on a port of loopback. Raises Unavailable where it cannot be installed."""

    def __init__(self, directory: Path, port: int) -> None:
        require_programs({"diod": "diod"}, "a file server for several users needs root")
        self._directory = directory
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> DriveServer:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def mount(self, point: str, options: str) -> str:
        """Return the command that mounts the drive in a machine; what a transport needs is added to ``options``."""
        transport = f"trans=tcp,port={self._port},version=9p2000.L,uname=root,aname={self._directory}"
        return f"sudo mount -t 9p -o '{options},{transport}' {_HOST} {point}"

    def start(self) -> None:
        """Begin to serve."""
        self._process = subprocess.Popen(
            [
                "diod", "--foreground", "--no-auth", "--no-userdb", "--config-file", "/dev/null",
                "--listen", f"127.0.0.1:{self._port}", "--export", str(self._directory), "--logdest", "/dev/null",
            ],
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once: its connections are closed, and what was under way has no answer."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it answer nothing any more; its connections stay."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
