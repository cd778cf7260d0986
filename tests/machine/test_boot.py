# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that start with the machine, and the kernel's mounts of them, over a restart in which clients write."""

from __future__ import annotations

import time
from pathlib import Path

from .desk import INPUT, OUTPUT, Desk
from .writer import Writer, lines_in

UNIT = "file-simulator-file-simulator@{}.service"


def test_servers_and_mounts_are_back_without_a_hand(standing: Desk, tmp_path: Path) -> None:
    machine = standing.machine
    standing.make("up ARGS='-e nas_servers_start_at_boot=true'", seconds=3600)
    standing.take_fstab()
    standing.put(INPUT, "evening.txt", "put in the evening")
    standing.nas_has("evening.txt", "put in the evening")
    with Writer(machine, f"/mnt/{OUTPUT}", tmp_path / "closed") as writer:
        writer.until(20)
        begin = time.monotonic()
        machine.shut_down(seconds=900)
        print(f"{time.monotonic() - begin:6.0f} s  shut down as a client wrote, after {len(writer.closed())} files")
    print(f"{machine.start():6.0f} s  started", flush=True)

    # Whoever looks waits until the servers are there: the mounts are made as they are used.
    begin = time.monotonic()
    written = {number: f"line {number}" for number in writer.closed()}
    assert written.items() <= lines_in(machine, f"/mnt/{OUTPUT}").items()
    assert machine.run(f"cat /mnt/{INPUT}/evening.txt") == "put in the evening\n"
    print(f"{time.monotonic() - begin:6.0f} s  until what was written is read through the mounts", flush=True)
    assert written.items() <= lines_in(machine, f"{standing.data}/{OUTPUT}").items()
    machine.run(f"echo morning | sudo tee /mnt/{OUTPUT}/morning.txt")
    standing.windows_has("morning.txt", "morning")
    assert set(standing.states().values()) == {"ready"}

    # Each mount ended before its server, and neither had to be killed.
    said = machine.run("sudo journalctl --boot=-1 --output=cat --no-pager --identifier=systemd").splitlines()
    for server in standing.servers():
        point = f"/mnt/{server}"
        unmounted = max(number for number, line in enumerate(said) if line.startswith("Unmounted") and point in line)
        stopped = max(number for number, line in enumerate(said) if line.startswith(f"Stopping {UNIT.format(server)}"))
        assert unmounted < stopped, said[stopped - 5 : unmounted + 5]
    ours = [line for line in said if "file-simulator" in line or "mnt-nas" in line]
    assert not [
        line for line in ours if "timed out" in line or "Killing process" in line or "Failed unmounting" in line
    ]
