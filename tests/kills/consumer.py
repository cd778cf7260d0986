# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A consumer that goes on writing over NFS whatever happens to its server, and remembers what it was told is written."""

from __future__ import annotations

import threading
import typing as t

import nfs_rs

_PAUSE = 0.1


class Consumer:
    """Writes one small file after the other, each of its own content, while it is used as a context."""

    def __init__(self, port: int) -> None:
        self._url = f"nfs://127.0.0.1/?version=4.0&nfsport={port}&noresvport=true"
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._write_on, daemon=True)
        self._number = 0
        # Names of the files that were closed without an error.
        self.written: list[str] = []

    def __enter__(self) -> Consumer:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join(60)

    def _write_on(self) -> None:
        client: t.Any = None
        while not self._end.wait(_PAUSE):
            self._number += 1
            name = f"result-{self._number:06}"
            try:
                client = client or nfs_rs.Client.connect(self._url)
                with client.open(f"/data/{name}", "wb") as stream:
                    stream.write(content(name))
            except (OSError, nfs_rs.NfsError):
                # The server may be gone for a while; another connection finds it when it is back.
                client = None
            else:
                self.written.append(name)


def content(name: str) -> bytes:
    return f"{name}: written once, and nowhere else\n".encode()
