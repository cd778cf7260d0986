# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: does what the host asks for, one JSON object a line over a serial port.

Each request has a thread of its own, so that a server which does not answer stops nobody else. What starts programs
has a process of its own: a child inherits open files, and waits for their servers when it closes them.
"""

from __future__ import annotations

import errno
import glob
import importlib
import json
import os
import sys
import threading
import time
import traceback
import types
import typing as t


def answer(module: types.ModuleType, request: dict[str, t.Any]) -> dict[str, object]:
    """Carry out one request."""
    started = time.monotonic()
    reply: dict[str, object] = {"id": request["id"]}
    try:
        reply["result"] = getattr(module, request["operation"])(**request["arguments"])
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        reply["error"] = f"{type(error).__name__}: {error} (line {last.lineno} of {last.filename}: {last.line})"
        if isinstance(error, OSError) and error.errno:
            reply["errno"] = errno.errorcode.get(error.errno, str(error.errno))
    return {**reply, "seconds": round(time.monotonic() - started, 4)}


def lines(descriptor: int) -> t.Iterator[bytes]:
    pending = b""
    while data := os.read(descriptor, 65536):
        *complete, pending = (pending + data).split(b"\n")
        yield from complete


def serve(module: types.ModuleType, requests: int, port: int) -> None:
    """Answer the requests for a module's operations."""

    def work(line: bytes) -> None:
        # One write a reply: the port keeps those of two processes apart.
        os.write(port, json.dumps(answer(module, json.loads(line))).encode() + b"\n")

    for line in lines(requests):
        threading.Thread(target=work, args=(line,), daemon=True).start()


def main(*names: str) -> None:
    """Hand requests out to the modules of these names until the host hangs up."""
    modules = [importlib.import_module(f"guest.{name}") for name in names]
    port = os.open(glob.glob("/dev/vport*")[0], os.O_RDWR)
    outgoing = {}
    for module in modules:
        requests, outgoing[module] = os.pipe()
        if os.fork() == 0:
            serve(module, requests, port)
            return
        os.close(requests)
    for line in lines(port):
        request = json.loads(line)
        operation = request["operation"]
        if operation == "ready":
            os.write(port, json.dumps({"id": request["id"], "result": True}).encode() + b"\n")
            continue
        module = next((module for module in modules if hasattr(module, operation)), modules[0])
        os.write(outgoing[module], line + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
