# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a file takes to the other side, as the kernel's client sees it."""

from __future__ import annotations

import statistics

from .desk import INPUT, PORTS, Desk

_FILES = 10
# Writes files one after the other on one side, and prints the seconds until each is on the other.
_MEASURE = """
import pathlib, sys, time
here, there, count = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
for _ in range(count):
    # A name that was never there: a file that is has not come now.
    name = f"latency-{time.time_ns()}.txt"
    (here / name).write_text("x")
    begin = time.monotonic()
    while not (there / name).exists():
        if time.monotonic() - begin > 120:
            sys.exit(f"{name} does not arrive")
        time.sleep(0.02)
    print(time.monotonic() - begin)
"""


def measure_latencies(desk: Desk, server: str) -> float:
    """Print how long files take that are written where the server syncs from, and return the median in seconds."""
    # The client asks for each name anew; what it caches otherwise is not the simulator's time.
    options = f"nfsvers=4.1,port={PORTS[server]},actimeo=0,lookupcache=none"
    desk.machine.run(f"sudo mkdir -p /mnt/nas && sudo mount -t nfs4 -o {options} 127.0.0.1:/data /mnt/nas")
    windows, nas = f"{desk.data}/{server}", "/mnt/nas"
    sides = f"{windows} {nas}" if server == INPUT else f"{nas} {windows}"
    said = desk.machine.run(f"sudo python3 -c '{_MEASURE}' {sides} {_FILES} && sudo umount /mnt/nas")
    seconds = [float(line) for line in said.splitlines()]
    way = "from Windows to the NAS" if server == INPUT else "from the NAS to Windows"
    median = statistics.median(seconds)
    print(f"{median:6.2f} s  {way}, median of {_FILES}; at most {max(seconds):.2f} s", flush=True)
    return median
