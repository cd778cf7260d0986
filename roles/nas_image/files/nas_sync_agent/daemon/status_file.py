# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status in a file, for who reads it from outside and for the time after the agent.

Two files take turns and are written in place, blanks making up for what a short status needs less than a long one:
where clients have filled the file system there is still room to say so.

One thread at a time writes them.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from posixpath import exists, join
from typing import Any

from ..trees import libc

_LEAST = 32 << 10

_log = logging.getLogger("nas_sync_agent")
_turn = threading.Lock()


def write_status(state: str, seen: dict[str, Any]) -> None:
    """Replace the status file in one step. Failing to is no error: the agent's work comes first."""
    path = join(state, "status.json")
    text = json.dumps(seen, indent=1).encode()
    data = text.ljust(-(-len(text) // _LEAST) * _LEAST - 1) + b"\n" if len(text) % _LEAST else text
    with _turn:
        try:
            _write(path + ".tmp", data)
            if not exists(path):
                os.replace(path + ".tmp", path)
                _write(path + ".tmp", data)
                return
            _exchange(path + ".tmp", path)
        except OSError as error:
            _log.debug("cannot write the status file: %s", error.strerror)


def _write(path: str, data: bytes) -> None:
    """Write a file over what it has: its blocks stay its own."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    with open(fd, "wb", buffering=0) as file:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        if os.fstat(fd).st_size > len(data):
            file.truncate(len(data))


def _exchange(new: str, old: str) -> None:
    try:
        libc.rename_exchange(new, old, libc.AT_FDCWD, libc.AT_FDCWD)
    except OSError:
        os.replace(new, old)
