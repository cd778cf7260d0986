# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entry point: ``python3 -m nas_fault_helper ORDER``, an order as JSON (see ``faults``).

Says "on" when the faults are, and ends when the last of them does; at once where ``--try`` comes after the order.
``python3 -m nas_fault_helper --end`` ends the helper of the same container.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from .ending import end_neighbours
from .faults import UNREACHABLE, Order, read_order
from .refusal import Refusal
from .server import Server
from .tracer import ENDING, Tracer

# The first process of the PID namespace that this program is put into.
_SERVER = 1


def main(words: list[str]) -> int:
    """Do what is ordered; the exit status."""
    if words == ["--end"]:
        return end_neighbours()
    order = read_order(words[0])
    server = Server(int(os.environ.get("NAS_FAULT_PROCESS", _SERVER)))
    refusal = Refusal(order.ports)
    try:
        if order.has(UNREACHABLE):
            refusal.start()
        tracer = _tracer(server, order) if order.traces else None
    except OSError as error:
        os.write(sys.stderr.fileno(), f"the kernel refuses: {error.strerror or error}\n".encode())
        return 1
    _say("on")
    if words[1:] == ["--try"]:
        return 0
    _say(tracer.run() if tracer else _wait(order))
    # The kernel lets go of the server's threads.
    return 0


def _say(line: str) -> None:
    """Write a line at once: podman does not show the last one of a log that came in two parts."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def _tracer(server: Server, order: Order) -> Tracer:
    exports = [server.handle_of(path) for path in order.exports]
    tracer = Tracer(server, [fault for fault in order.faults if fault.fault != UNREACHABLE], exports)
    tracer.attach()
    return tracer


def _wait(order: Order) -> str:
    """Wait until the refusal of connections is over."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    until = max(fault.until for fault in order.faults)
    while not until or time.time() < until:
        if signal.sigtimedwait(ENDING, min(1.0, until - time.time()) if until else 1.0):
            return "ended"
    return "the time is over"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
