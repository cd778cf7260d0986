# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: does what the host asks for, one JSON object a line over a serial port.

Each request has a thread of its own, so that a server which does not answer stops nobody else.
"""

from __future__ import annotations

import errno
import glob
import json
import os
import threading
import time
import traceback
import typing as t

import files
import mounts

OPERATIONS: dict[str, t.Callable[..., object]] = {
    name: function
    for module in (files, mounts)
    for name, function in vars(module).items()
    if callable(function) and getattr(function, "__module__", "") == module.__name__ and not name.startswith("_")
}


def answer(request: dict[str, t.Any]) -> dict[str, object]:
    """Carry out one request."""
    started = time.monotonic()
    reply: dict[str, object] = {"id": request["id"]}
    try:
        reply["result"] = OPERATIONS[request["operation"]](**request["arguments"])
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        reply["error"] = f"{type(error).__name__}: {error} (line {last.lineno} of {last.filename}: {last.line})"
        if isinstance(error, OSError) and error.errno:
            reply["errno"] = errno.errorcode.get(error.errno, str(error.errno))
    return {**reply, "seconds": round(time.monotonic() - started, 4)}


def serve(port: int) -> None:
    """Serve until the host hangs up."""
    writing = threading.Lock()

    def work(line: bytes) -> None:
        reply = json.dumps(answer(json.loads(line))).encode() + b"\n"
        with writing:
            while reply:
                reply = reply[os.write(port, reply) :]

    pending = b""
    while data := os.read(port, 65536):
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            threading.Thread(target=work, args=(line,), daemon=True).start()


if __name__ == "__main__":
    serve(os.open(glob.glob("/dev/vport*")[0], os.O_RDWR))
