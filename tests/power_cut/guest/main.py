# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: tells the host what the disks have, starts the servers, and writes until the power is cut.

One JSON object a line to the host over a serial port. What is told there is told for good: the host has it before the
next instruction of this program.
"""

from __future__ import annotations

import glob
import json
import os
import subprocess
import threading
import traceback
import typing as t

from . import servers, trees, writers


class Host:
    """The line to the host."""

    def __init__(self) -> None:
        self._port = os.open(glob.glob("/dev/vport*")[0], os.O_RDWR)
        self._lock = threading.Lock()
        self.go_on = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def tell(self, event: str, **what: t.Any) -> None:
        line = memoryview(json.dumps({"event": event, **what}).encode() + b"\n")
        with self._lock:
            while line:
                line = line[os.write(self._port, line) :]

    def _listen(self) -> None:
        """The host says one thing only, and the machine does not outlive it."""
        while os.read(self._port, 1):
            self.go_on.set()
        subprocess.run(["/bin/poweroff", "-f"])


def main() -> None:
    host = Host()
    try:
        with open("/config.json") as stream:
            run(host, json.load(stream))
    except Exception:
        host.tell("failed", reason=traceback.format_exc(), log=servers.last_words())


def run(host: Host, config: dict[str, t.Any]) -> None:
    """One start of the machine."""
    for disk in config["disks"]:
        os.makedirs(disk["at"], exist_ok=True)
        subprocess.run(
            ["/bin/mount", "-t", disk["type"], "-o", disk["options"], disk["device"], disk["at"]], check=True
        )
    if config["new"]:
        lay_out(config["servers"])
    looks = {server["name"]: trees.Look(server["name"]) for server in config["servers"]}
    ledgers = servers.check_ledgers(looks)
    host.tell("found", trees={name: look.both() for name, look in looks.items()}, ledgers=ledgers)
    chosen = [servers.Server(server) for server in config["servers"] if server["name"] in config["run"]]
    threads = [threading.Thread(target=server.start, daemon=True) for server in chosen]
    for thread in threads:
        thread.start()
    for thread, server in zip(threads, chosen, strict=True):
        thread.join()
        if not server.ready:
            host.tell("failed", reason=f"{server.name} does not start", log=servers.last_words())
            return
    host.tell("ready")
    while not host.go_on.wait(1.0):
        status = {server.name: server.status() for server in chosen}
        host.tell("now", trees={name: looks[name].both() for name in status}, status=status)
    numbers = writers.Numbers()
    for server in chosen:
        writers.start(host, numbers, server, config["seed"])
    threading.Event().wait()


def lay_out(chosen: list[dict[str, t.Any]]) -> None:
    """Make the Windows directories, as the first "make up" does."""
    os.makedirs(writers.SCRATCH)
    for server in chosen:
        directory = f"/disks/windows/{server['name']}"
        os.makedirs(directory)
        with open(f"{directory}/.file-simulator.json", "w") as stream:
            stream.write(server["marker"])
    os.sync()


if __name__ == "__main__":
    main()
