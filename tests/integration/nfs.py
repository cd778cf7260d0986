# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A NAS server as its clients and its tester see it: over NFS, and in its Windows directory."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import nfs_rs

# Requirements WIN-02 and WIN-03: what a tester may have to wait, in seconds.
TO_NAS, TO_WINDOWS = 30.0, 60.0
# More than the grace period of a server that was restarted.
GRACE = 30.0


@dataclass
class Nas:
    """One server. Paths over NFS are relative to its export."""

    name: str
    role: str
    port: int
    windows: Path
    read_only: bool
    sync_mode: str
    fsid: str
    _client: t.Any = field(default=None, repr=False)

    @property
    def client(self) -> t.Any:
        """A client that has mounted the pseudo root: with NFSv4.0, which this client speaks best."""
        if self._client is None:
            self._client = nfs_rs.Client.connect(f"nfs://127.0.0.1/?version=4.0&nfsport={self.port}&noresvport=true")
        return self._client

    def names(self, directory: str = "") -> set[str]:
        return set(self.client.listdir(f"/data/{directory}".rstrip("/")))

    def read(self, path: str) -> bytes:
        def read() -> bytes:
            with self.client.open(f"/data/{path}", "rb") as stream:
                return bytes(stream.read())

        return after_grace(read)

    def write(self, path: str, content: bytes) -> None:
        def write() -> None:
            with self.client.open(f"/data/{path}", "wb") as stream:
                stream.write(content)

        after_grace(write)

    def exists(self, path: str) -> bool:
        try:
            return bool(self.client.exists(f"/data/{path}"))
        except nfs_rs.NfsStateLostError:
            # It went while the server was looking: between LOOKUP and GETATTR of one request.
            return False

    def has(self, path: str, content: bytes) -> bool:
        """Tell whether a file is there with this content; False while it is being replaced."""
        try:
            return self.exists(path) and self.read(path) == content
        except (FileNotFoundError, nfs_rs.NfsStateLostError):
            return False


Answer = t.TypeVar("Answer")


def after_grace(ask: t.Callable[[], Answer]) -> Answer:
    """Ask again while a server that was restarted waits for its earlier clients, as the kernel's client does."""
    deadline = time.monotonic() + GRACE
    while True:
        try:
            return ask()
        except nfs_rs.NfsRetryableError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def eventually(condition: t.Callable[[], bool], within: float) -> float:
    """Wait until a condition holds and return the seconds that it took; fail after ``within`` seconds."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < within, f"did not happen within {within:g} s"
        time.sleep(0.02)
    return time.monotonic() - started
